package dev.letterbox.sysv;

import java.util.Arrays;

/**
 * A message on the heap, for callers that want a value and not a buffer.
 *
 * @param type 1 or more
 * @param body the bytes after the type; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look at the bytes
public record Message(long type, byte[] body) {
    /**
     * Checks the type.
     *
     * @throws IllegalArgumentException if the type is less than 1
     */
    public Message {
        MessageBuffer.checkedType(type);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message(long otherType, byte[] otherBody)
                && type == otherType
                && Arrays.equals(body, otherBody);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(type) + Arrays.hashCode(body);
    }

    /**
     * Returns type and length.
     *
     * @return as in {@code message of type 2, 4096 bytes}
     */
    @Override
    public String toString() {
        return "message of type " + type + ", " + body.length + " bytes";
    }
}
