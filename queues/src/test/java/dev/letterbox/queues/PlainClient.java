package dev.letterbox.queues;

import dev.letterbox.ContentSink;
import dev.letterbox.client.ClassicClient;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.error.RequestException;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Deadline;
import java.io.IOException;
import java.time.Duration;

/** A client of a classic dialect, with a queue of its own. */
final class PlainClient implements AutoCloseable {
    private final ClientEndpoint endpoint;
    private final ClassicClient client;

    private PlainClient(ClientEndpoint endpoint) {
        this.endpoint = endpoint;
        this.client = new ClassicClient(endpoint);
    }

    static PlainClient connect(Key key) {
        return new PlainClient(new QueueTransport(key).connect(Deadline.PATIENCE));
    }

    long fetch(Dialect dialect, byte[] payload, ContentSink sink, Duration silence)
            throws RequestException, IOException, InterruptedException {
        return client.fetch(dialect, payload, sink, silence);
    }

    @Override
    public void close() {
        endpoint.close();
    }
}
