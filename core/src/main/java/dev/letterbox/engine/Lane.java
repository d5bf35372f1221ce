package dev.letterbox.engine;

import java.lang.foreign.MemorySegment;

/**
 * Memory that a client and a server share for the content of one long answer at a time. The client makes it and reads it,
 * the server writes it. Content lies at its position modulo the lane's length, and the client's credit says up to which
 * position there is room, so neither end has to know more of the other. What order there is comes from the messages.
 *
 * <p>Trust nothing that is in a lane: any process that can attach it may have written it.
 */
public interface Lane extends AutoCloseable {
    /** How much content lies in one piece at most: bytes. A lane is a whole number of pieces long. */
    int PIECE = 256 * 1024;

    /**
     * Tells where the other end finds the lane.
     *
     * @return the address
     */
    LaneAddress address();

    /**
     * Returns the memory.
     *
     * @return all of it, the same object each time; read-only at the client's end
     */
    MemorySegment memory();

    /** Gives this end of the lane up. It is gone when both ends are closed, or their processes have ended. */
    @Override
    void close();
}
