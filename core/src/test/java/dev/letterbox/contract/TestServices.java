package dev.letterbox.contract;

import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Services as tests want them. */
public final class TestServices {
    private TestServices() {}

    /** Answers with what was asked. */
    public static Service echo() {
        return request -> Content.of(request.payload());
    }

    /** Answers with who asks. */
    public static Service whoAsks() {
        return request ->
                Content.of(request.caller().uid() + " " + request.caller().gid());
    }

    /** Sends zeros without end, and counts what was opened and closed. */
    public static final class Endless implements Service {
        public final AtomicInteger opened = new AtomicInteger();
        public final AtomicInteger closed = new AtomicInteger();

        @Override
        public Content open(Request request) {
            opened.incrementAndGet();
            return new Content() {
                @Override
                public int read(MemorySegment target, int limit) {
                    target.asSlice(0, limit).fill((byte) 0);
                    return limit;
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        }
    }

    /** Waits at a gate before it answers with what was asked. */
    public static final class Gated implements Service {
        public final CountDownLatch reached = new CountDownLatch(1);
        public final CountDownLatch gate = new CountDownLatch(1);
        public final AtomicInteger arrived = new AtomicInteger();

        @Override
        public Content open(Request request) throws ServiceException {
            arrived.incrementAndGet();
            reached.countDown();
            try {
                gate.await();
            } catch (InterruptedException told) {
                throw new ServiceException("Interrupted at the gate");
            }
            return Content.of(request.payload());
        }
    }
}
