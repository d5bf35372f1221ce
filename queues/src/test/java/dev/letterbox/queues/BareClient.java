package dev.letterbox.queues;

import dev.letterbox.contract.PlainDialect;
import dev.letterbox.dialect.ResponseKind;
import dev.letterbox.engine.Message;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Deadline;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client by hand: its private queue is in sight, and it reads only when it is told to. */
final class BareClient implements AutoCloseable {
    private final PlainDialect dialect = new PlainDialect();
    private final OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);

    OwnedQueue queue() {
        return queue;
    }

    /** Makes its queue so small that this many bytes fill it. */
    BareClient withCapacity(int bytes) {
        queue.setCapacity(bytes);
        return this;
    }

    /** Sends a request and does not wait for an answer. */
    void ask(int serverQueue, String payload) {
        QueueMessage message = new QueueMessage(QueueTransport.LONGEST_MESSAGE);
        dialect.request(message, queue.id(), payload.getBytes(StandardCharsets.UTF_8));
        if (!MessageQueue.ofId(serverQueue).trySend(QueueMessage.toSend(message))) {
            throw new AssertionError("the server queue is full");
        }
    }

    /** Receives one message: "DATA" and its text, "END", or "FAILURE" and its text. */
    String next() throws InterruptedException {
        dev.letterbox.sysv.Message message = queue.receive(Selector.any(), Deadline.PATIENCE)
                .orElseThrow(() -> new AssertionError("No answer came to queue " + queue.id()));
        Message buffer = new Message(QueueTransport.LONGEST_MESSAGE).put(message.type(), message.body());
        ResponseKind kind = dialect.responseKind(buffer);
        return kind == ResponseKind.END ? "END" : kind + " " + dialect.failureText(buffer);
    }

    /** Receives up to END or FAILURE. */
    List<String> response() throws InterruptedException {
        List<String> messages = new ArrayList<>();
        do {
            messages.add(next());
        } while (messages.getLast().startsWith("DATA "));
        return messages;
    }

    /** Waits until the server has put so many messages into its queue. */
    void awaitMessages(int count) {
        Await.value(
                "queue %d holds %d messages".formatted(queue.id(), count),
                () -> MessageQueues.find(queue.id()).orElseThrow().messages(),
                messages -> messages == count);
    }

    @Override
    public void close() {
        queue.close();
    }
}
