package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.Syscall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A virtual thread that waits in a queue never holds a carrier. */
final class VirtualThreadTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void twentyVirtualThreadsBlockedInReceiveAndSendDoNotStopAnother(int carriers) {
        Finished child = JavaProcess.running(Blocks.class)
                .options(
                        "-Djdk.virtualThreadScheduler.parallelism=" + carriers,
                        // No carrier is added to make up for a pinned one.
                        "-Djdk.virtualThreadScheduler.maxPoolSize=" + carriers)
                .command()
                .run(Duration.ofMinutes(3));
        Map<String, String> outcomes = Attempt.outcomes(child);

        assertThat(outcomes).containsEntry("progress", "1000").containsEntry("ended", "20");
    }

    static final class Blocks {
        private static final int EACH = 10;

        public static void main(String[] none) throws InterruptedException {
            AtomicInteger ended = new AtomicInteger();
            List<Thread> blocked = new ArrayList<>();
            try (OwnedQueue empty = OwnedQueue.createPrivate(Mode.OWNER);
                    OwnedQueue full = Samples.fullQueue()) {
                for (int thread = 0; thread < EACH; thread++) {
                    blocked.add(start(() -> empty.receive(Selector.any()), ended));
                    blocked.add(start(() -> full.send(Samples.message(2, 64)), ended));
                }
                Await.value(
                        "all are asleep in the kernel",
                        () -> Proc.self().tasks(),
                        tasks -> tasks.stream().filter(Blocks::isAsleep).count() == 2 * EACH);

                AtomicInteger progress = new AtomicInteger();
                Thread.ofVirtual()
                        .start(() -> {
                            for (int step = 0; step < 1000; step++) {
                                progress.incrementAndGet();
                                Rounds.giveWay();
                            }
                        })
                        .join(Deadline.PATIENCE);
                Attempt.print("progress", progress);

                for (int message = 0; message < EACH; message++) {
                    Samples.queue(empty, 1);
                    full.receive(Selector.any());
                }
                for (Thread thread : blocked) {
                    thread.join(Deadline.PATIENCE);
                }
                Attempt.print("ended", ended);
            }
        }

        private static boolean isAsleep(Proc.Task task) {
            return task.isAsleepIn(Syscall.MSGRCV) || task.isAsleepIn(Syscall.MSGSND);
        }

        private interface Blocking {
            void call() throws InterruptedException;
        }

        private static Thread start(Blocking call, AtomicInteger ended) {
            return Thread.ofVirtual().start(() -> {
                try {
                    call.call();
                    ended.incrementAndGet();
                } catch (InterruptedException nobodyInterrupts) {
                    throw new AssertionError(nobodyInterrupts);
                }
            });
        }
    }

    @Test
    void aVirtualThreadThatNeedNotWaitNeedsNoOther() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            Samples.queue(queue, 1, 2, 3);
            long before = helpers();
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    for (int message = 0; message < 3; message++) {
                        queue.receive(Selector.any());
                    }
                } catch (InterruptedException nobodyInterrupts) {
                    throw new AssertionError(nobodyInterrupts);
                }
            });
            assertThat(reader.join(Deadline.PATIENCE)).isTrue();
            assertThat(helpers()).isLessThanOrEqualTo(before);
            assertThat(queue.status().messages()).isZero();
        }
    }

    @Test
    void whatAVirtualThreadReceivesAsleepIsTheMessage() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.allocate();
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    queue.receive(buffer, Selector.exactly(9));
                } catch (InterruptedException nobodyInterrupts) {
                    throw new AssertionError(nobodyInterrupts);
                }
            });
            Proc.self().awaitAsleepIn(Syscall.MSGRCV);
            Samples.queue(queue, 8, 9);
            assertThat(reader.join(Deadline.PATIENCE)).isTrue();
            assertThat(buffer.toMessage()).isEqualTo(new Message(9, new byte[] {9}));
        }
    }

    private static long helpers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("letterbox-sleeper-"))
                .count();
    }
}
