package dev.letterbox.dialect;

/**
 * One request of a classic dialect, as it came.
 *
 * @param returnAddress the id of the client's private queue, as the client says; 0 or more
 * @param payload what it asks for; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
public record RawRequest(int returnAddress, byte[] payload) implements Incoming {}
