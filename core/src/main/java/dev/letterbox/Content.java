package dev.letterbox;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * Is what answers a request, read piece by piece as fast as the client takes it. So a service holds no thread and no
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
     * @return bytes; empty where nobody knows ahead
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
     */
    default boolean prepare() throws ServiceException {
        return true;
    }

    /**
     * Reads the next bytes.
     *
     * @param target where they go, from its beginning: memory outside the heap, so that the kernel can write there
     * @param limit how many at most, 1 or more
     * @return how many came, 1 or more; or -1 where there are no more
     * @throws ServiceException where the rest cannot be had; the client gets FAILURE with its message
     */
    int read(MemorySegment target, int limit) throws ServiceException;

    /** Lets go of what it holds. Called once, whatever happened. */
    @Override
    void close();
}
