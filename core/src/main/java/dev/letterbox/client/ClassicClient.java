package dev.letterbox.client;

import dev.letterbox.ContentSink;
import dev.letterbox.FailureKind;
import dev.letterbox.Timeout;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Message;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ResponseMalformedException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.error.TransportException;
import java.io.IOException;
import java.time.Duration;

/**
 * Sends requests in a classic dialect, one after the other, by one thread at a time. To close it, close its endpoint.
 */
public final class ClassicClient {
    private final ClientEndpoint endpoint;
    private final Message message;
    private boolean spoiled;

    /**
     * Creates a client.
     *
     * @param endpoint the client's end, with no request in progress
     */
    public ClassicClient(ClientEndpoint endpoint) {
        this.endpoint = endpoint;
        this.message = endpoint.newMessage();
    }

    /**
     * Sends a request and receives its whole content.
     *
     * @param dialect the dialect
     * @param payload the request
     * @param sink receives the content
     * @param silence how long to wait for room in the server queue, and then for each message of the response
     * @return the length of the content in bytes
     * @throws RequestRefusedException if the server answered FAILURE
     * @throws ServerGoneException if the server's queue was removed before the first message arrived; this client can
     *     only be closed then
     * @throws ResponseTimeoutException if the server sent nothing in time; this client can only be closed then
     * @throws ResponseMalformedException if a message was no response; this client can only be closed then
     * @throws IOException if the sink failed; this client can only be closed then
     * @throws InterruptedException if the thread was interrupted; this client can only be closed then
     * @throws TransportException if a queue is gone or full
     * @throws IllegalArgumentException if the dialect cannot carry the payload
     */
    public long fetch(Dialect dialect, byte[] payload, ContentSink sink, Duration silence)
            throws RequestException, IOException, InterruptedException {
        if (spoiled) {
            throw new IllegalStateException("This client did not read a response to its end: use a new client.");
        }
        dialect.request(message, endpoint.statedAddress(), payload);
        Silence patience = new Silence(silence);
        endpoint.send(message, silence);
        // Until the last message has come, the next one may belong to this request.
        spoiled = true;
        long bytes = 0;
        while (true) {
            patience.restart();
            if (!receive(bytes == 0, patience)) {
                throw new ResponseTimeoutException("The server sent nothing for %s, after %d bytes. %s"
                        .formatted(Timeout.words(silence), bytes, endpoint.whySilent()));
            }
            switch (dialect.responseKind(message)) {
                case DATA -> {
                    if (message.isTruncated()) {
                        throw new ResponseMalformedException(
                                "The server sent a message of more than %d bytes, and no classic dialect has one, after %d bytes of content."
                                        .formatted(message.capacity(), bytes));
                    }
                    bytes += message.size();
                    sink.accept(message.bytes());
                }
                case END -> {
                    spoiled = false;
                    return bytes;
                }
                case FAILURE -> {
                    spoiled = false;
                    throw new RequestRefusedException(FailureKind.REFUSED, dialect.failureText(message));
                }
                case MALFORMED ->
                    throw new ResponseMalformedException(
                            "A message that is not a response arrived in the private queue (type %d, %d bytes), after %d bytes of content."
                                    .formatted(message.type(), message.size(), bytes));
            }
        }
    }

    /** Who sends the rest may be a child of a server that has ended: only its first message waits for the server. */
    private boolean receive(boolean first, Silence silence) throws ServerGoneException, InterruptedException {
        return first ? FirstAnswer.receive(endpoint, message, silence) : silence.receive(endpoint, message);
    }
}
