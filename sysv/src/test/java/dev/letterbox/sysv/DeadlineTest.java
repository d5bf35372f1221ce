package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.support.ForwardingLinux;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Syscall;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A deadline ends a blocked call, always, never before its time, and no message is lost by it. */
final class DeadlineTest {
    private static final int MANY = 10_000;
    private static final int FEWER = 2_000;

    /** Some of these pass before the thread can sleep, some in its sleep. */
    private static final int LONGEST_NANOS = 150_000;

    private static final Rounds.Ending NOBODY_ENDS_IT = (round, victim) -> {};

    @Test
    void tenThousandDeadlinesEachEndAReceive() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Bystanders bystanders = new Bystanders()) {
            assertThat(bystanders).isNotNull();
            Rounds.run(MANY, platform(), receivesInVain(queue), NOBODY_ENDS_IT);
        }
    }

    @Test
    void tenThousandDeadlinesEachEndASend() throws Exception {
        try (OwnedQueue full = Samples.fullQueue();
                Bystanders bystanders = new Bystanders()) {
            assertThat(bystanders).isNotNull();
            Rounds.run(MANY, platform(), sendsInVain(full), NOBODY_ENDS_IT);
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void deadlinesEndReceivesAndSendsOnVirtualThreads() throws Exception {
        try (OwnedQueue empty = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue full = Samples.fullQueue()) {
            Rounds.run(FEWER, Thread.ofVirtual(), receivesInVain(empty), NOBODY_ENDS_IT);
            Rounds.run(FEWER, Thread.ofVirtual(), sendsInVain(full), NOBODY_ENDS_IT);
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void deadlinesOfManyThreadsAtOnceEachEndTheirOwn() {
        List<Background<?>> sleepers = new ArrayList<>();
        try (OwnedQueue empty = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue full = Samples.fullQueue()) {
            for (int thread = 0; thread < 8; thread++) {
                Rounds.Blocking blocking = thread % 2 == 0 ? receivesInVain(empty) : sendsInVain(full);
                sleepers.add(Background.start("sleeper " + thread, () -> {
                    for (int round = 1; round <= FEWER / 4; round++) {
                        blocking.once(round);
                    }
                    return null;
                }));
            }
            sleepers.forEach(sleeper -> sleeper.result(Duration.ofMinutes(3)));
        } finally {
            sleepers.forEach(Background::close);
        }
    }

    @Test
    void noSignalHitsWhatAThreadDoesAfterItsDeadline() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            Rounds.Blocking receives = receivesInVain(queue);
            Rounds.run(
                    FEWER / 2,
                    platform(),
                    round -> {
                        receives.once(round);
                        assertThat(Poll.undisturbed(1))
                                .as("poll ended by itself")
                                .isTrue();
                    },
                    NOBODY_ENDS_IT);
        }
    }

    @Test
    void aMessageThatRacesWithADeadlineIsReceivedOrStaysInTheQueue() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.allocate();
            MessageBuffer message = MessageBuffer.allocate();
            SplittableRandom random = new SplittableRandom(7);
            Rounds.run(
                    MANY,
                    platform(),
                    round -> {
                        boolean received = queue.tryReceive(buffer, Selector.any(), upTo(random, LONGEST_NANOS))
                                || queue.tryReceive(buffer, Selector.any(), Deadline.PATIENCE);
                        assertThat(received).as("received, before or after").isTrue();
                        assertThat(buffer.type()).isEqualTo(round);
                    },
                    (round, victim) ->
                            assertThat(queue.trySend(message.type(round))).isTrue());
            assertThat(queue.status().messages()).isZero();
        }
    }

    /**
     * A process that is stopped longer than its timeout: while it is, a message comes, or room; and when it goes on, the
     * deadline's signal ends the call before the kernel has looked.
     */
    private static final class Stopped extends ForwardingLinux {
        private final Duration timeout;
        private final Runnable meanwhile;

        Stopped(Duration timeout, Runnable meanwhile) {
            this.timeout = timeout;
            this.meanwhile = meanwhile;
        }

        @Override
        public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
            return (flags & Linux.IPC_NOWAIT) == 0 ? stop() : super.msgrcv(id, message, size, type, flags);
        }

        @Override
        public long msgsnd(int id, MemorySegment message, long size, int flags) {
            return (flags & Linux.IPC_NOWAIT) == 0 ? stop() : super.msgsnd(id, message, size, flags);
        }

        private long stop() {
            long began = System.nanoTime();
            meanwhile.run();
            while (System.nanoTime() - began <= timeout.toNanos()) {
                Thread.onSpinWait();
            }
            return Errno.EINTR.asResult();
        }
    }

    @Test
    void aMessageThatCameWhileTheProcessWasStoppedIsReceivedAfterTheDeadline() throws InterruptedException {
        Duration timeout = Duration.ofMillis(1);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageQueue stopped = MessageQueue.ofId(new Stopped(timeout, () -> Samples.queue(queue, 7)), queue.id());

            assertThat(stopped.receive(Selector.any(), timeout))
                    .hasValueSatisfying(message -> assertThat(message.type()).isEqualTo(7));
        }
    }

    @Test
    void aMessageForWhichThereWasRoomWhileTheProcessWasStoppedIsSentAfterTheDeadline() throws InterruptedException {
        Duration timeout = Duration.ofMillis(1);
        try (OwnedQueue full = Samples.fullQueue()) {
            MessageQueue stopped = MessageQueue.ofId(
                    new Stopped(timeout, () -> full.tryReceive(MessageBuffer.allocate(), Selector.any())), full.id());

            assertThat(stopped.trySend(Samples.message(7, 1), timeout)).isTrue();
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void anEarlierDeadlineThatComesLaterIsServedFirst() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<?> never = Background.start("never", () -> queue.receive(Selector.exactly(1)));
                Background<?> late =
                        Background.start("late", () -> queue.receive(Selector.exactly(2), Duration.ofHours(1)))) {
            never.awaitAsleepIn(Syscall.MSGRCV);
            late.awaitAsleepIn(Syscall.MSGRCV);

            assertThat(queue.receive(Selector.any(), Duration.ofMillis(5))).isEmpty();
            assertThat(never.isDone()).isFalse();
            assertThat(late.isDone()).isFalse();

            Samples.queue(queue, 1, 2);
            never.result();
            late.result();
        }
    }

    @Test
    void aTimeoutOfZeroOrLessDoesNotWait() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue full = Samples.fullQueue()) {
            MessageBuffer buffer = MessageBuffer.allocate();
            for (Duration none : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
                assertThat(queue.tryReceive(buffer, Selector.any(), none)).isFalse();
                assertThat(full.trySend(Samples.message(1, 1), none)).isFalse();
                Samples.queue(queue, 1);
                assertThat(queue.tryReceive(buffer, Selector.any(), none)).isTrue();
            }
        }
    }

    @Test
    void theLongestTimeoutWaits() {
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<?> receiver = Background.start("receiver", () -> queue.receive(Selector.any(), longest))) {
            receiver.awaitAsleepIn(Syscall.MSGRCV);
            Samples.queue(queue, 1);

            receiver.result();
        }
    }

    private static Rounds.Blocking receivesInVain(MessageQueue queue) {
        MessageBuffer buffer = MessageBuffer.allocate();
        SplittableRandom random = new SplittableRandom(5);
        return round -> {
            Duration timeout = upTo(random, LONGEST_NANOS);
            long start = System.nanoTime();
            assertThat(queue.tryReceive(buffer, Selector.any(), timeout)).isFalse();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeout.toNanos());
        };
    }

    private static Rounds.Blocking sendsInVain(MessageQueue full) {
        MessageBuffer message = Samples.message(1, 10);
        SplittableRandom random = new SplittableRandom(6);
        return round -> {
            Duration timeout = upTo(random, LONGEST_NANOS);
            long start = System.nanoTime();
            assertThat(full.trySend(message, timeout)).isFalse();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeout.toNanos());
        };
    }

    private static Duration upTo(SplittableRandom random, int nanos) {
        return Duration.ofNanos(random.nextInt(nanos));
    }

    private static Thread.Builder platform() {
        return Thread.ofPlatform().daemon();
    }
}
