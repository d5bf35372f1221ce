package dev.letterbox.sysv;

/**
 * Holds what is in use in this IPC namespace, as {@code MSG_INFO} tells it.
 *
 * @param queues how many queues there are
 * @param messages how many messages wait in all of them
 * @param bytes how many bytes wait in all of them
 */
public record Usage(int queues, long messages, long bytes) {}
