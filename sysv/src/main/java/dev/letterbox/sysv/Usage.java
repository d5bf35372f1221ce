package dev.letterbox.sysv;

/**
 * What is in use in this IPC namespace: {@code MSG_INFO}.
 *
 * @param queues how many queues there are
 * @param messages how many messages wait in all of them
 * @param bytes how many bytes wait in all of them
 */
public record Usage(int queues, long messages, long bytes) {}
