package dev.letterbox.sysv;

/**
 * The limits of this IPC namespace: {@code IPC_INFO}, {@code /proc/sys/kernel/msg*}.
 *
 * @param maxMessageBytes the longest message, {@code msgmax}; 8192 by default
 * @param queueBytes the capacity of a new queue, {@code msgmnb}; 16,384 by default
 * @param maxQueues how many queues there may be, {@code msgmni}; 32,000 by default
 */
public record Limits(int maxMessageBytes, int queueBytes, int maxQueues) {
    /** The kernel has no more places, unless it was booted with ipcmni_extend. */
    private static final int MOST_QUEUES = 32_768;

    private static final int WORTH_IT = 64;

    /**
     * Proposes how many queues to allow where these are too few: twice as many, and 64 at least.
     *
     * @return a larger {@code msgmni}, up to the 32,768 that the kernel grants; {@link #maxQueues} where that is no less
     */
    public int moreQueues() {
        return Math.max(maxQueues, Math.clamp(2L * maxQueues, WORTH_IT, MOST_QUEUES));
    }
}
