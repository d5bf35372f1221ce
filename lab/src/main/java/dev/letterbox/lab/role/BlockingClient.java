package dev.letterbox.lab.role;

import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import java.util.zip.CRC32;

/**
 * A client of either design. It sends a request and receives until the response is complete, in calls that sleep without a
 * deadline. The designs differ in which queue responses arrive, and by which type they are received.
 */
final class BlockingClient implements AutoCloseable {
    private final MessageQueue requests;
    private final MessageQueue responses;
    private final Selector mine;
    private final int returnAddress;
    private final MessageBuffer message = MessageBuffer.allocate();

    BlockingClient(Design design, Key key) {
        requests = MessageQueue.open(key);
        boolean shared = design == Design.SHARED;
        responses = shared ? requests : OwnedQueue.createPrivate(Mode.OWNER);
        returnAddress = shared ? Math.toIntExact(ProcessHandle.current().pid()) : responses.id();
        mine = shared ? Selector.exactly(returnAddress) : Selector.any();
    }

    /** Returns the queue in which its responses arrive. */
    int queueId() {
        return responses.id();
    }

    void ask(String name) throws InterruptedException {
        Wire.request(message, returnAddress, name);
        requests.send(message);
    }

    /** Receives one message of a response, and returns whether more will follow. */
    boolean receive() throws InterruptedException, LabFailure {
        responses.receive(message, mine);
        if (responses != requests && message.type() == Wire.FAILURE_TYPE) {
            throw new LabFailure("The server answered FAILURE.");
        }
        return message.size() > 0;
    }

    /** Fetches a file and returns its CRC-32. */
    long fetch(String name) throws InterruptedException, LabFailure {
        CRC32 checksum = new CRC32();
        ask(name);
        while (receive()) {
            checksum.update(message.bytes());
        }
        return checksum.getValue();
    }

    /** Receives another client's response from the shared queue, and returns its length in bytes. */
    int steal(Selector others) throws InterruptedException {
        responses.receive(message, others);
        return message.size();
    }

    @Override
    public void close() {
        if (responses != requests) {
            responses.close();
        }
        requests.close();
    }
}
