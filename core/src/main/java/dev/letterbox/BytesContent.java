package dev.letterbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;

/** Content that is in memory. */
final class BytesContent implements Content {
    private final byte[] bytes;
    private int offset;

    BytesContent(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(bytes.length);
    }

    @Override
    public int read(MemorySegment target, int limit) {
        int length = Math.min(limit, bytes.length - offset);
        if (length == 0) {
            return -1;
        }
        MemorySegment.copy(bytes, offset, target, ValueLayout.JAVA_BYTE, 0, length);
        offset += length;
        return length;
    }

    @Override
    public void close() {}
}
