package dev.letterbox.files;

import dev.letterbox.ContentSink;
import dev.letterbox.Timeout;
import dev.letterbox.client.ClassicClient;
import dev.letterbox.client.Client;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ResponseMalformedException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.error.TransportException;
import dev.letterbox.files.FileRequest.Operation;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fetches files from a server. Names are in UTF-8; {@link FileNames} says how to write others. If the server speaks the
 * session dialect, so does the client, with sizes, ranges and checksums, and any number of threads may use it at once.
 * Otherwise it speaks a classic dialect, and one thread at a time may use it.
 */
public final class FileClient implements AutoCloseable {
    private static final int LONGEST_LIST = 256 << 20;

    private final ClientEndpoint endpoint;
    private final @Nullable Client session;
    private final @Nullable ClassicDialect dialect;
    private final ClassicClient classic;
    private final Duration silence;

    private FileClient(
            ClientEndpoint endpoint, @Nullable Client session, @Nullable ClassicDialect dialect, Duration silence) {
        this.endpoint = endpoint;
        this.session = session;
        this.dialect = dialect;
        this.classic = new ClassicClient(endpoint);
        this.silence = silence;
    }

    /**
     * Connects to a server, in the session dialect if the server speaks it, and otherwise in a classic dialect.
     *
     * @param transport the engine and the address of the server
     * @param silence the longest time to wait for each message
     * @return the client
     * @throws NoServerException if no server runs there
     * @throws ServerGoneException if a server was killed, and none has taken its place
     * @throws TransportException if the server's queue may not be used, or no private queue can be created
     * @throws ResponseTimeoutException if the server does not answer in time
     * @throws ResponseMalformedException if the answer is no answer to a greeting
     * @throws InterruptedException if the thread was interrupted
     */
    public static FileClient connect(Transport transport, Duration silence)
            throws ServerGoneException, ResponseTimeoutException, ResponseMalformedException, InterruptedException {
        ClientEndpoint endpoint = transport.connect(silence);
        boolean connected = false;
        try {
            Optional<Client> session = Client.greet(endpoint, silence);
            connected = true;
            return new FileClient(endpoint, session.orElse(null), null, silence);
        } finally {
            if (!connected) {
                endpoint.close();
            }
        }
    }

    /**
     * Connects to a server in a classic dialect.
     *
     * @param transport the engine and the address of the server
     * @param dialect the dialect
     * @param silence the longest time to wait for each message
     * @return the client
     * @throws NoServerException if no server runs there
     * @throws TransportException if the server's queue may not be used, or no private queue can be created
     */
    public static FileClient connect(Transport transport, ClassicDialect dialect, Duration silence) {
        return new FileClient(transport.connect(silence), null, dialect, silence);
    }

    /**
     * Returns whether the server supports sizes, ranges, lists and checksums.
     *
     * @return false with a classic server
     */
    public boolean isSession() {
        return session != null;
    }

    /**
     * Fetches a file.
     *
     * @param name the file's name, beneath the served directory
     * @param sink receives the content
     * @return the file's size in bytes
     * @throws RequestRefusedException if the server answered FAILURE
     * @throws ResponseTimeoutException if the response did not arrive in time
     * @throws ServerGoneException if the server exited
     * @throws ResponseMalformedException if the response is wrong, for example its checksum
     * @throws IOException if the sink failed
     * @throws InterruptedException if the thread was interrupted
     * @throws TransportException if a queue is gone or full
     * @throws IllegalArgumentException if the name is empty, too long, or has a NUL; or has more than
     *     {@link ClassicDialect#COMPACT_NAME_BYTES} bytes, the server is a classic one, and no dialect was chosen
     */
    public long get(String name, ContentSink sink) throws RequestException, IOException, InterruptedException {
        return fetch(FileRequest.get(checked(name)), sink);
    }

    /**
     * Fetches a part of a file. Needs a session.
     *
     * @param name the file's name, beneath the served directory
     * @param offset the first byte, counted from 0
     * @param length the largest number of bytes
     * @param prefixChecksum the CRC-32C of the bytes before the offset, which the server compares with its file; empty for
     *     no comparison
     * @param sink receives the content
     * @return the number of bytes received
     * @throws RequestRefusedException if the server answered FAILURE, such as for a file that has changed
     * @throws RequestException as {@link #get(String, ContentSink)} does
     * @throws IOException if the sink failed
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalArgumentException if the name is invalid, the range is negative, or the server speaks
     *     only classic dialects
     */
    public long get(String name, long offset, long length, Optional<Integer> prefixChecksum, ContentSink sink)
            throws RequestException, IOException, InterruptedException {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("A range is not negative.");
        }
        return fetch(new FileRequest(Operation.GET, checked(name), offset, length, prefixChecksum.orElse(null)), sink);
    }

    private long fetch(FileRequest wanted, ContentSink sink)
            throws RequestException, IOException, InterruptedException {
        Client speaking = session;
        if (speaking != null) {
            return speaking.fetch(FileService.NAME, wanted.encode(), sink, Timeout.ofSilence(silence));
        }
        try {
            return classic.fetch(dialectFor(wanted.name()), wanted.encode(), sink, silence);
        } catch (RequestRefusedException refused) {
            throw naming(wanted.name(), refused);
        }
    }

    /** Classic servers say that it failed, and mostly not on which file. */
    private static RequestRefusedException naming(byte[] name, RequestRefusedException refused) {
        String text = String.valueOf(refused.getMessage());
        String named = FileNames.printable(name);
        return text.contains(named)
                ? refused
                : new RequestRefusedException(refused.kind(), "'%s': %s".formatted(named, text));
    }

    /**
     * Servers of both dialects understand compact. A server of compact exits, or fails for ever, on a request of tlpi, which
     * does not fit in its buffer.
     */
    private ClassicDialect dialectFor(byte[] name) {
        if (dialect != null) {
            return dialect;
        }
        if (name.length > ClassicDialect.COMPACT_NAME_BYTES) {
            throw new IllegalArgumentException(
                    ("A name of %d bytes is too long for a classic server whose dialect is not"
                                    + " known: compact carries %d, and a request in tlpi ends a server that speaks compact. If this"
                                    + " one speaks tlpi, choose it: --dialect tlpi, or ClassicDialect.TLPI.")
                            .formatted(name.length, ClassicDialect.COMPACT_NAME_BYTES));
        }
        return ClassicDialect.COMPACT;
    }

    /**
     * Lists a directory. Needs a session.
     *
     * @param name the directory's name, beneath the served directory
     * @return its entries, in no particular order; of a file that is no directory, one entry
     * @throws RequestRefusedException if the server answered FAILURE
     * @throws RequestException as {@link #get(String, ContentSink)} does
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalArgumentException if the name is invalid, or the server speaks only classic dialects
     */
    public List<FileEntry> list(String name) throws RequestException, InterruptedException {
        return entries(Operation.LIST, name);
    }

    /**
     * Returns the kind, mode, size and time of a file. Needs a session.
     *
     * @param name the file's name, beneath the served directory
     * @return the file's entry
     * @throws RequestRefusedException if the server answered FAILURE
     * @throws RequestException as {@link #get(String, ContentSink)} does
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalArgumentException if the name is invalid, or the server speaks only classic dialects
     */
    public FileEntry stat(String name) throws RequestException, InterruptedException {
        return entries(Operation.STAT, name).getFirst();
    }

    private List<FileEntry> entries(Operation operation, String name) throws RequestException, InterruptedException {
        Client speaking = session;
        if (speaking == null) {
            throw new IllegalArgumentException(
                    "The server speaks only classic dialects: it can only send whole files.");
        }
        byte[] payload = new FileRequest(operation, checked(name), 0, FileRequest.TO_THE_END, null).encode();
        byte[] answer = speaking.collect(FileService.NAME, payload, LONGEST_LIST, Timeout.ofSilence(silence));
        try {
            List<FileEntry> entries = FileEntry.decode(answer);
            if (operation == Operation.STAT && entries.size() != 1) {
                throw new BufferUnderflowException();
            }
            return entries;
        } catch (BufferUnderflowException | DateTimeException unreadable) {
            throw new IllegalStateException(
                    "The server's list cannot be read: is the server of another version?", unreadable);
        }
    }

    /**
     * Checks a name, without a request.
     *
     * @param name the name
     * @throws IllegalArgumentException if it is empty, too long, or has a NUL
     */
    public static void requireName(String name) {
        checked(name);
    }

    private static byte[] checked(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("A file name cannot be empty.");
        }
        if (name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("A file name cannot contain a NUL.");
        }
        byte[] bytes = FileNames.bytes(name);
        if (bytes.length > ClassicDialect.TLPI_NAME_BYTES) {
            throw new IllegalArgumentException("A name of " + bytes.length + " bytes is too long: the longest has "
                    + ClassicDialect.TLPI_NAME_BYTES + ".");
        }
        return bytes;
    }

    /** Removes the private queue. */
    @Override
    public void close() {
        if (session != null) {
            session.close();
        } else {
            endpoint.close();
        }
    }
}
