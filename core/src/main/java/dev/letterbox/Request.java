package dev.letterbox;

/**
 * Is one request as it came from a client.
 *
 * @param dialect how the client speaks, and wants to be answered
 * @param returnAddress the id of the client's private queue, as the client says; 0 or more
 * @param payload what it asks for; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
public record Request(Dialect dialect, int returnAddress, byte[] payload) implements Incoming {}
