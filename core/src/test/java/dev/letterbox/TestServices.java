package dev.letterbox;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Services as tests want them. */
final class TestServices {
    private TestServices() {}

    /** Answers with what was asked. */
    static Service echo() {
        return request -> Content.of(request.payload());
    }

    /** Answers with who asks. */
    static Service whoAsks() {
        return request ->
                Content.of(request.caller().uid() + " " + request.caller().gid());
    }

    /** Sends zeros without end, and counts what was opened and closed. */
    static final class Endless implements Service {
        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();

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
    static final class Gated implements Service {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch gate = new CountDownLatch(1);
        final AtomicInteger arrived = new AtomicInteger();

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
