package dev.letterbox.files;

import dev.letterbox.Client;
import dev.letterbox.ContentSink;
import dev.letterbox.Dialect;
import dev.letterbox.RequestException;
import dev.letterbox.RequestRefusedException;
import dev.letterbox.ResponseMalformedException;
import dev.letterbox.ResponseTimeoutException;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.NoSuchQueueException;
import dev.letterbox.sysv.QueueException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Fetches files from a server, one after the other. Serves one thread at a time.
 */
public final class FileClient implements AutoCloseable {
    private final Client client;

    private FileClient(Client client) {
        this.client = client;
    }

    /**
     * Finds the server and makes a private queue.
     *
     * @param key the server's well-known key
     * @return the client
     * @throws NoSuchQueueException where no server runs on the key
     * @throws QueueException where the server's queue may not be used, or no private queue can be made
     */
    public static FileClient connect(Key key) {
        return new FileClient(Client.connect(key));
    }

    /**
     * Chooses how to ask for a name: {@code compact}, which servers of both dialects understand, unless the name is too
     * long for it.
     *
     * @param name the name
     * @return the dialect
     */
    public static Dialect dialectFor(String name) {
        return bytes(name).length <= ClassicDialect.COMPACT_NAME_BYTES ? ClassicDialect.COMPACT : ClassicDialect.TLPI;
    }

    /**
     * Fetches a file.
     *
     * @param name the file's name, beneath the server's root
     * @param dialect how to speak; see {@link #dialectFor}
     * @param sink takes the content
     * @param silence how long to wait for each message at most
     * @return the file's size in bytes
     * @throws RequestRefusedException where the server answered FAILURE
     * @throws ResponseTimeoutException where the server was silent for too long; this client can only be closed then
     * @throws ResponseMalformedException where something else came; this client can only be closed then
     * @throws IOException where the sink failed; this client can only be closed then
     * @throws InterruptedException where the thread was interrupted; this client can only be closed then
     * @throws QueueException where a queue is gone or full
     * @throws IllegalArgumentException where the name is empty, too long, or has a NUL
     */
    public long get(String name, Dialect dialect, ContentSink sink, Duration silence)
            throws RequestException, IOException, InterruptedException {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("A file name cannot be empty.");
        }
        return client.fetch(dialect, bytes(name), sink, silence);
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** Removes the private queue. */
    @Override
    public void close() {
        client.close();
    }
}
