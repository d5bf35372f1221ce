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
 * What answers a request, read piece by piece as fast as the client takes it. So a service holds no thread and no
 * memory for a client that is slow: it is asked again when there is room.
 *
 * <p>One thread at a time uses it, not always the same one.
 */
public interface Content extends AutoCloseable {
    /**
     * Makes content of bytes that are there already.
     *
     * @param bytes the content, not copied
     * @return the content
     */
    static Content of(byte[] bytes) {
        return new BytesContent(bytes);
    }

    /**
     * Makes content of a text, in UTF-8.
     *
     * @param text the content
     * @return the content
     */
    static Content of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns the content of a file, as long as it is now. It is read as the client takes it.
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
     * Returns the content of a stream, whose length is not known ahead. It is read as the client takes it, and closed at the
     * end. A stream that waits, such as that of a connection, is read by a virtual thread.
     *
     * @param stream the stream
     * @return the content
     */
    static Content of(InputStream stream) {
        return new StreamContent(stream);
    }

    /**
     * Makes content of what a program writes while it runs, in a virtual thread of its own that waits when the client is
     * slow.
     *
     * @param writer writes the content
     * @return the content
     */
    static Content written(ContentWriter writer) {
        return new WrittenContent(writer);
    }

    /**
     * Returns how long the content is.
     *
     * @return bytes; empty if nobody knows ahead
     */
    default OptionalLong size() {
        return OptionalLong.empty();
    }

    /**
     * Does the next step of what has to be done before the first byte can be read, such as comparing what the client has
     * already. A step takes a millisecond or so. Between steps the server heeds the client's cancellation and deadline,
     * lets other users have their turn, and tells the client now and then that it is at work. The size may be asked
     * before.
     *
     * @return true when nothing is left to be done, as it is unless content says otherwise
     * @throws ServiceException if there is nothing to read after all; the client gets FAILURE with its message
     * @throws IOException if what it needs cannot be read; the client gets FAILURE with {@code Internal error}, and the log
     *     has the cause
     */
    default boolean prepare() throws ServiceException, IOException {
        return true;
    }

    /**
     * Reads the next bytes.
     *
     * @param target where they go, from its beginning: memory outside the heap, so that the kernel can write there
     * @param limit how many at most, 1 or more
     * @return how many came, 1 or more; or -1 if there are no more
     * @throws ServiceException if the rest cannot be had; the client gets FAILURE with its message
     * @throws IOException if the rest cannot be read; the client gets FAILURE with {@code Internal error}, and the log has
     *     the cause
     */
    int read(MemorySegment target, int limit) throws ServiceException, IOException;

    /** Lets go of what it holds. Called once, whatever happened. */
    @Override
    void close();
}
