package dev.letterbox.lab.result;

/**
 * Holds how full a queue was at some time.
 *
 * @param millis since the first client began
 * @param bytes how many bytes waited
 */
public record FillPoint(double millis, long bytes) {}
