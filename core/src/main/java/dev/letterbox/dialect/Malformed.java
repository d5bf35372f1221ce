package dev.letterbox.dialect;

/**
 * A message that is no request and can have no answer. It is counted and dropped.
 *
 * @param reason what is wrong with it and what was expected, for the log
 */
public record Malformed(String reason) implements Incoming {}
