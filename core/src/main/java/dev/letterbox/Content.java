package dev.letterbox;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/**
 * The content of an answer. The server reads it piece by piece, as fast as the client takes it, so a slow client costs the
 * service no thread and no memory.
 *
 * <p>Used by one thread at a time, but not always the same one.
 */
public interface Content extends AutoCloseable {
    /**
     * Returns content that consists of the given bytes.
     *
     * @param bytes the content, not copied
     * @return the content
     */
    static Content of(byte[] bytes) {
        return new BytesContent(bytes);
    }

    /**
     * Returns content that consists of a text in UTF-8.
     *
     * @param text the text
     * @return the content
     */
    static Content of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns the content of a file, at its present length. The file is read as the client takes the content.
     *
     * @param file the file
     * @return the content
     * @throws IOException if the file cannot be opened
     */
    static Content of(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new ChannelContent(channel, channel.size());
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /**
     * Returns the content of a stream, of unknown length. The stream is read as the client takes the content, by a virtual
     * thread, so it may block; it is closed at the end.
     *
     * @param stream the stream
     * @return the content
     */
    static Content of(InputStream stream) {
        return new StreamContent(stream);
    }

    /**
     * Returns content that is written while it is sent, by a virtual thread of its own, which waits while the client is
     * slow.
     *
     * @param writer writes the content
     * @return the content
     */
    static Content written(ContentWriter writer) {
        return new WrittenContent(writer);
    }

    /**
     * Returns the length of the content.
     *
     * @return bytes; empty if unknown
     */
    default OptionalLong size() {
        return OptionalLong.empty();
    }

    /**
     * Does the next step of the work that has to precede the first byte, such as checking the part that the client already
     * has. A step should take about a millisecond. Between steps the server observes the client's cancellation and
     * deadline, serves other users, and from time to time sends the client a sign of life. {@link #size} may be called
     * before.
     *
     * @return true when no step is left; the default
     * @throws ServiceException if there is nothing to read after all; the client gets FAILURE with this message
     * @throws IOException if something cannot be read; the client gets FAILURE with {@code Internal error}, and the cause
     *     is logged
     */
    default boolean prepare() throws ServiceException, IOException {
        return true;
    }

    /**
     * Reads the next bytes.
     *
     * @param target receives them, from its beginning: memory outside the heap, so that the kernel can write to it
     * @param limit the largest number of bytes to read, 1 or more
     * @return the number of bytes read, 1 or more; -1 at the end
     * @throws ServiceException if the rest is not available; the client gets FAILURE with this message
     * @throws IOException if the rest cannot be read; the client gets FAILURE with {@code Internal error}, and the cause
     *     is logged
     */
    int read(MemorySegment target, int limit) throws ServiceException, IOException;

    /** Releases all resources. Called exactly once, whatever happened before. */
    @Override
    void close();
}
