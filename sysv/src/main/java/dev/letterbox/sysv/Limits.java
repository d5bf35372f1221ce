package dev.letterbox.sysv;

/**
 * Holds the limits of this IPC namespace, as {@code IPC_INFO} and {@code /proc/sys/kernel/msg*} tell them.
 *
 * @param maxMessageBytes the longest message, {@code msgmax}; 8192 by default
 * @param queueBytes the capacity of a new queue, {@code msgmnb}; 16,384 by default
 * @param maxQueues how many queues there may be, {@code msgmni}; 32,000 by default
 */
public record Limits(int maxMessageBytes, int queueBytes, int maxQueues) {}
