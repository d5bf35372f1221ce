package dev.letterbox.dialect;

/**
 * A message that names a return address, and whose request cannot be read. It is answered with FAILURE, if the address is
 * a private queue.
 *
 * @param returnAddress the id of the client's private queue, as the client says; 0 or more
 * @param reason what is wrong with it and what was expected, for the client and for the log
 */
public record Unreadable(int returnAddress, String reason) implements Incoming {}
