package dev.letterbox;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.NoSuchQueueException;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.QueueException;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Selector;
import java.io.IOException;
import java.time.Duration;

/**
 * Sends requests to a server and receives the responses on a private queue, which it makes for itself and which goes away
 * with it: when it is closed, and when the JVM ends.
 *
 * <p>Exactly two users can reach the private queue, the client's and the server's: it is made with mode 0600 and then
 * given to the server's user.
 *
 * <p>A client serves one thread at a time and one request after the other.
 */
public final class Client implements AutoCloseable {
    private final MessageQueue server;
    private final OwnedQueue responses;
    private final MessageBuffer message = MessageBuffer.allocate();
    private boolean spoiled;

    private Client(MessageQueue server, OwnedQueue responses) {
        this.server = server;
        this.responses = responses;
    }

    /**
     * Finds the server and makes a private queue. Nothing is sent.
     *
     * @param key the server's well-known key
     * @return the client
     * @throws NoSuchQueueException where no server runs on the key
     * @throws QueueException where the server's queue may not be used, or no private queue can be made
     */
    public static Client connect(Key key) {
        MessageQueue server = MessageQueue.open(key, Mode.of(0_200));
        QueueStatus status = MessageQueues.find(server.id()).orElseGet(server::status);
        OwnedQueue responses = OwnedQueue.createPrivate(Mode.OWNER);
        if (status.ownerUid() != responses.status().ownerUid()) {
            try {
                responses.setOwner(status.ownerUid(), status.ownerGid());
            } catch (QueueException failed) {
                responses.close();
                throw failed;
            }
        }
        return new Client(server, responses);
    }

    /**
     * Sends a request and receives its whole content.
     *
     * @param dialect how to speak
     * @param payload what to ask for
     * @param sink takes the content
     * @param silence how long to wait for room in the server queue, and then for each message of the response
     * @return how many bytes of content came
     * @throws RequestRefusedException where the server answered FAILURE
     * @throws ResponseTimeoutException where the server was silent for too long; this client can only be closed then
     * @throws ResponseMalformedException where something else came; this client can only be closed then
     * @throws IOException where the sink failed; this client can only be closed then
     * @throws InterruptedException where the thread was interrupted; this client can only be closed then
     * @throws QueueException where a queue is gone or full
     * @throws IllegalArgumentException where the dialect cannot carry the payload
     */
    public long fetch(Dialect dialect, byte[] payload, ContentSink sink, Duration silence)
            throws RequestException, IOException, InterruptedException {
        if (spoiled) {
            throw new IllegalStateException("This client was left in the middle of a response: use a new one.");
        }
        dialect.request(message, responses.id(), payload);
        server.send(message, silence);
        // Until the last message has come, the next one may belong to this request.
        spoiled = true;
        long bytes = 0;
        while (true) {
            if (!responses.tryReceive(message, Selector.any(), silence)) {
                throw new ResponseTimeoutException(silenceOf(silence, bytes));
            }
            switch (dialect.responseKind(message)) {
                case DATA -> {
                    bytes += message.size();
                    sink.accept(message.bytes());
                }
                case END -> {
                    spoiled = false;
                    return bytes;
                }
                case FAILURE -> {
                    spoiled = false;
                    throw new RequestRefusedException(dialect.failureText(message));
                }
                case MALFORMED ->
                    throw new ResponseMalformedException(
                            "Something came to the private queue that is no response (type %d, %d bytes), after %d bytes of content."
                                    .formatted(message.type(), message.size(), bytes));
            }
        }
    }

    private String silenceOf(Duration silence, long bytes) {
        String seconds = "%.1f s".formatted(silence.toMillis() / 1e3);
        return MessageQueues.find(server.id()).isEmpty()
                ? "The server has gone: its queue was removed, and no answer came in %s (%d bytes came before)."
                        .formatted(seconds, bytes)
                : "The server on %s was silent for %s (%d bytes came before). Is it stopped, or not a Letterbox server? ipcs -q -i %d shows when it last received."
                        .formatted(server, seconds, bytes, server.id());
    }

    /** Removes the private queue. */
    @Override
    public void close() {
        responses.close();
        server.close();
    }
}
