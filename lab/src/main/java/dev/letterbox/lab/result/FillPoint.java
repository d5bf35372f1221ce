package dev.letterbox.lab.result;

/**
 * How full a queue was at one moment.
 *
 * @param millis milliseconds since the first client began to ask
 * @param bytes bytes in the queue
 */
public record FillPoint(double millis, long bytes) {}
