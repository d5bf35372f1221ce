package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A send or receive with a buffer makes no garbage, also where it has to sleep. */
final class AllocationTest {
    private static final int BATCH = 5_000;

    /** How long the compiler may take over a method: two seconds where it has a core, half a minute where it has a tenth of one. */
    private static final Duration TO_BE_COMPILED = Duration.ofMinutes(2);

    /** Far less than one object for each message, and room for what the measurement itself may make. */
    private static final long NOTHING = BATCH / 10;

    private interface Work {
        void once() throws Exception;
    }

    @Test
    void sendingAndReceivingWithoutWaitingAllocatesNothing() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.allocate().put(7, new byte[64]);
            Selector selector = Selector.exactly(7);
            assertAllocatesNothing(() -> {
                queue.trySend(buffer);
                queue.tryReceive(buffer, selector);
            });
        }
    }

    @Test
    void waitingCallsThatNeedNotWaitAllocateNothing() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.allocate().put(7, new byte[64]);
            Selector selector = Selector.any();
            Duration timeout = Duration.ofSeconds(1);
            assertAllocatesNothing(() -> {
                queue.send(buffer);
                queue.receive(buffer, selector);
                queue.trySend(buffer, timeout);
                queue.tryReceive(buffer, selector, timeout);
            });
        }
    }

    @Test
    void callsOnAnEmptyAndAFullQueueAllocateNothing() throws Exception {
        try (OwnedQueue empty = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue full = Samples.fullQueue()) {
            MessageBuffer buffer = MessageBuffer.allocate().put(7, new byte[64]);
            QueueStatus seen = full.status();
            assertAllocatesNothing(() -> {
                empty.tryReceive(buffer, Selector.any());
                full.trySend(buffer);
                full.offer(buffer);
                full.isStill(seen);
                full.offerAgain(buffer, seen);
                full.peek(buffer, 0);
            });
        }
    }

    @Test
    void receivesThatSleepAllocateNothing() {
        // The other side is another process: threads of this one would contend for the waker's lock, which allocates.
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setCapacity(64);
            try (ChildProcess sender = Command.of(
                            Peers.program("queue"),
                            "flood",
                            String.valueOf(queue.id()),
                            "1",
                            "64",
                            String.valueOf(Long.MAX_VALUE))
                    .start()) {
                assertThat(sender.isAlive()).isTrue();
                MessageBuffer buffer = MessageBuffer.allocate();
                Selector selector = Selector.any();
                assertAllocatesNothing(() -> queue.receive(buffer, selector));
            }
        }
    }

    @Test
    void sendsThatSleepAllocateNothing() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setCapacity(64);
            try (ChildProcess receiver = JavaProcess.running(Receives.class)
                    .command(String.valueOf(queue.id()))
                    .start()) {
                assertThat(receiver.isAlive()).isTrue();
                MessageBuffer buffer = MessageBuffer.allocate().put(7, new byte[64]);
                Duration timeout = Duration.ofMinutes(1);
                assertAllocatesNothing(() -> queue.send(buffer, timeout));
            }
        }
    }

    static final class Receives {
        public static void main(String[] id) throws InterruptedException {
            MessageQueue queue = MessageQueue.ofId(Integer.parseInt(id[0]));
            MessageBuffer buffer = MessageBuffer.allocate();
            while (true) {
                queue.receive(buffer, Selector.any());
            }
        }
    }

    @Test
    void readingTheBufferAllocatesNothing() throws Exception {
        MessageBuffer buffer = MessageBuffer.allocate();
        long[] sum = {0};
        assertAllocatesNothing(() -> {
            buffer.type(5).size(16);
            buffer.bytes().putLong(0, buffer.type());
            sum[0] +=
                    buffer.memory().byteSize() + buffer.size() + buffer.bytes().getLong(0);
        });
        assertThat(sum[0]).isPositive();
    }

    /**
     * Measures a thread of its own, whose allocations are all of the work. Code that is still interpreted, or compiled
     * for the first time, may allocate; so batches are run until one allocates nothing, and some batch must.
     */
    private static void assertAllocatesNothing(Work work) {
        try (Background<List<Long>> measured = Background.start("measured", () -> {
            List<Long> batches = new ArrayList<>();
            long start = System.nanoTime();
            do {
                long before = allocatedByThisThread();
                for (int message = 0; message < BATCH; message++) {
                    work.once();
                }
                batches.add(allocatedByThisThread() - before);
            } while (batches.getLast() >= NOTHING && System.nanoTime() - start < TO_BE_COMPILED.toNanos());
            return batches;
        })) {
            List<Long> batches = measured.result(TO_BE_COMPILED.multipliedBy(2));
            assertThat(batches.getLast())
                    .as("bytes for %d rounds, the last of %d batches", BATCH, batches.size())
                    .isLessThan(NOTHING);
        }
    }

    /**
     * {@code com.sun.management.ThreadMXBean.getCurrentThreadAllocatedBytes()}, by reflection: the module under test
     * does not read jdk.management and shall not do so for a test.
     */
    private static final MethodHandle ALLOCATED_BYTES;

    static {
        try {
            Object threads = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            ALLOCATED_BYTES = MethodHandles.publicLookup()
                    .findVirtual(
                            Class.forName("com.sun.management.ThreadMXBean"),
                            "getCurrentThreadAllocatedBytes",
                            MethodType.methodType(long.class))
                    .bindTo(threads);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static long allocatedByThisThread() {
        try {
            return (long) ALLOCATED_BYTES.invokeExact();
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }
}
