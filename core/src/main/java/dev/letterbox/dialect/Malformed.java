package dev.letterbox.dialect;

/**
 * Is a message that is no request. It is counted and dropped.
 *
 * @param reason what is wrong with it, for the log
 */
public record Malformed(String reason) implements Incoming {}
