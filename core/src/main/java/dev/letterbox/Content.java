package dev.letterbox;

import java.lang.foreign.MemorySegment;

/**
 * Is what answers a request, read piece by piece as fast as the client takes it. So a service holds no thread and no
 * memory for a client that is slow: it is asked again when there is room.
 *
 * <p>One thread at a time uses it, not always the same one.
 */
public interface Content extends AutoCloseable {
    /**
     * Reads the next bytes.
     *
     * @param target where they go, from its beginning
     * @param limit how many at most, 1 or more
     * @return how many came, 1 or more; or -1 where there are no more
     * @throws ServiceException where the rest cannot be had; the client gets FAILURE with its message
     */
    int read(MemorySegment target, int limit) throws ServiceException;

    /** Lets go of what it holds. Called once, whatever happened. */
    @Override
    void close();
}
