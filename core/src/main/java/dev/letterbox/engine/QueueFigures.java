package dev.letterbox.engine;

import java.util.Optional;

/**
 * What an engine can tell about its queues, for monitoring.
 *
 * @param id the well-known queue's id; {@link #NO_ID} if the engine's queues have only names
 * @param key the well-known queue's key as a number; 0 if it has none
 * @param depth how full the well-known queue is; empty if that cannot be seen
 * @param queues how many queues there are where this one is; 0 if nobody counts them
 * @param maxQueues how many there may be; 0 if nothing bounds them
 */
public record QueueFigures(int id, int key, Optional<Depth> depth, int queues, int maxQueues) {
    /** For queues that have only names. */
    public static final int NO_ID = -1;

    /** For engines that cannot tell. */
    public static final QueueFigures UNKNOWN = new QueueFigures(NO_ID, 0, Optional.empty(), 0, 0);

    /**
     * How full a queue is.
     *
     * @param messages how many messages wait in it
     * @param bytes how many bytes they have
     * @param capacity how many bytes, and how many messages, may wait
     */
    public record Depth(long messages, long bytes, long capacity) {}
}
