package dev.letterbox.contract;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.letterbox.Content;
import dev.letterbox.ServiceException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/** Content as a test wants it, which counts how often it was closed. */
public final class TestContent implements Content {
    private final OptionalLong size;
    private final Source source;
    private final AtomicInteger closed = new AtomicInteger();

    private TestContent(OptionalLong size, Source source) {
        this.size = size;
        this.source = source;
    }

    /** Gives the next bytes, as {@link Content#read} does. */
    public interface Source {
        int read(MemorySegment target, int limit) throws ServiceException, IOException;
    }

    public static TestContent of(Source source) {
        return new TestContent(OptionalLong.empty(), source);
    }

    /** Says beforehand how many bytes there are. */
    public static TestContent of(long size, Source source) {
        return new TestContent(OptionalLong.of(size), source);
    }

    public static TestContent of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        AtomicInteger offset = new AtomicInteger();
        return of((target, limit) -> {
            int length = Math.min(limit, bytes.length - offset.get());
            MemorySegment.copy(bytes, offset.getAndAdd(length), target, JAVA_BYTE, 0, length);
            return length == 0 ? -1 : length;
        });
    }

    /** Never comes to an end. */
    public static TestContent endless() {
        return of((_, limit) -> limit);
    }

    public int timesClosed() {
        return closed.get();
    }

    @Override
    public OptionalLong size() {
        return size;
    }

    @Override
    public int read(MemorySegment target, int limit) throws ServiceException, IOException {
        return source.read(target, limit);
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }
}
