package dev.letterbox.rabbitmq;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.letterbox.Content;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/** So many bytes, of which each tells its place. */
final class Bytes implements Content {
    private final long size;
    private long at;

    Bytes(long size) {
        this.size = size;
    }

    static byte byteAt(long place) {
        return (byte) (place * 31 + (place >>> 11));
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(size);
    }

    @Override
    public int read(MemorySegment into, int limit) {
        int length = (int) Math.min(limit, size - at);
        if (length == 0) {
            return -1;
        }
        for (int i = 0; i < length; i++) {
            into.set(JAVA_BYTE, i, byteAt(at++));
        }
        return length;
    }

    @Override
    public void close() {}
}
