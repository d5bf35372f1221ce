package dev.letterbox.bench;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.QueueClosedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * Measures how soon a blocked call ends: from {@link Thread#interrupt()}, from its deadline, from the close of its handle;
 * and how much processor time is used while calls are asleep. The JDK's own {@link LockSupport#parkNanos} is measured beside
 * them, in the same way.
 */
final class WakeUp {
    private static final String USAGE = "usage: WakeUp [--count N] [--idle SECONDS] [--quiet PERCENT] [--json]";

    /** The moment is at random up to here after the call began: some come before the call sleeps, most after. */
    private static final long LATEST_NANOS = 1_000_000;

    /** A pause shorter than this cannot be slept with any precision. */
    private static final long SHORTEST_SLEEP_NANOS = 100_000;

    private static final int SLEEPERS = 8;
    private static final Duration LOST = Duration.ofMinutes(1);
    /** A second's work: short enough to find a machine quiet for so long. */
    private static final int BATCH = 1_000;

    private static final int MOST_TRIES = 300;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    /** What ends the call. */
    private enum Cause {
        INTERRUPT,
        DEADLINE,
        CLOSE
    }

    /** What is blocked. */
    private enum Call {
        RECEIVE,
        SEND,
        /** No call on a queue: the JDK's own wait, which shows what this machine can do at this moment. */
        PARK;

        /** Makes it, on a queue where it has to wait; returns true if it moved a message after all. */
        boolean make(MessageQueue queue, MessageBuffer buffer, Duration timeout) throws InterruptedException {
            return switch (this) {
                case RECEIVE -> queue.tryReceive(buffer, Selector.exactly(2), timeout);
                case SEND -> queue.trySend(buffer, timeout);
                case PARK -> park(timeout);
            };
        }

        private static boolean park(Duration timeout) throws InterruptedException {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (System.nanoTime() < deadline) {
                LockSupport.parkNanos(deadline - System.nanoTime());
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            return false;
        }
    }

    /** Whose call it is. */
    private enum Kind {
        PLATFORM,
        VIRTUAL;

        Thread start(Runnable task) {
            return switch (this) {
                case PLATFORM -> Thread.ofPlatform().daemon().start(task);
                case VIRTUAL -> Thread.ofVirtual().start(task);
            };
        }
    }

    /** So many calls in a row. */
    private record Batch(Times times, double others) {}

    /** A measurement that may be made again. */
    private interface Measurement<T> {
        T make() throws InterruptedException, TimeoutException;
    }

    private final RandomGenerator random = RandomGenerator.getDefault();
    private final int count;
    private final Duration idle;
    private final double quiet;

    private WakeUp(int count, Duration idle, double quiet) {
        this.count = count;
        this.idle = idle;
        this.quiet = quiet;
    }

    public static void main(String[] args) throws InterruptedException, TimeoutException {
        int count = 10_000;
        Duration idle = Duration.ofSeconds(5);
        double quiet = Double.POSITIVE_INFINITY;
        boolean json = false;
        try {
            for (int i = 0; i < args.length; i++) {
                switch (args[i]) {
                    case "--count" -> count = Integer.parseInt(args[++i]);
                    case "--idle" -> idle = Duration.ofMillis((long) (1_000 * Double.parseDouble(args[++i])));
                    case "--quiet" -> quiet = Double.parseDouble(args[++i]);
                    case "--json" -> json = true;
                    default -> throw new IllegalArgumentException(args[i]);
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException wrong) {
            System.err.println(USAGE);
            System.exit(2);
        }
        WakeUpReport report = new WakeUp(count, idle, quiet).run();
        System.out.print(json ? report.json() : report.table());
    }

    private WakeUpReport run() throws InterruptedException, TimeoutException {
        List<WakeUpReport.Ended> ended = new ArrayList<>();
        for (Cause cause : Cause.values()) {
            for (Call call : Call.values()) {
                if (cause == Cause.CLOSE && call == Call.PARK) {
                    continue;
                }
                for (Kind kind : Kind.values()) {
                    // Compiled code first: a program that waits has been running for a while.
                    batch(cause, call, kind, Math.min(count, 2_000));
                    ended.add(measure(cause, call, kind));
                }
            }
        }
        // Let the compiler finish, and the threads of the rounds before.
        Thread.sleep(idle);
        List<WakeUpReport.Asleep> asleep = new ArrayList<>();
        for (String sleepers : new String[] {"none", "8 platform threads", "8 virtual threads"}) {
            asleep.add(whenQuiet(() -> asleep(sleepers), WakeUpReport.Asleep::others));
        }
        return new WakeUpReport(ended, asleep);
    }

    /** Measures again while others used more of the machine than was allowed: judged by their use, never by the result. */
    private <T> T whenQuiet(Measurement<T> measurement, ToDoubleFunction<T> others)
            throws InterruptedException, TimeoutException {
        for (int left = MOST_TRIES - 1; ; left--) {
            T result = measurement.make();
            if (others.applyAsDouble(result) <= quiet || left == 0) {
                return result;
            }
            Thread.sleep(BETWEEN_TRIES);
        }
    }

    private WakeUpReport.Ended measure(Cause cause, Call call, Kind kind)
            throws InterruptedException, TimeoutException {
        Times times = new Times(count);
        double others = 0;
        while (times.count() < count) {
            int rounds = Math.min(count - times.count(), BATCH);
            Batch batch = whenQuiet(() -> batch(cause, call, kind, rounds), Batch::others);
            times.add(batch.times);
            others += batch.others * rounds / count;
        }
        return new WakeUpReport.Ended(name(cause), name(call), name(kind), times, others);
    }

    private Batch batch(Cause cause, Call call, Kind kind, int rounds) throws InterruptedException, TimeoutException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.fixed(64).size(64);
            // Full, and without a message of the type that is waited for: so neither call has anything to do.
            queue.setCapacity(64);
            queue.send(buffer);
            Neighbours neighbours = new Neighbours();
            Times times = cause == Cause.DEADLINE
                    ? deadlines(queue, call, kind, rounds)
                    : new Blocked(queue, cause, call, kind).end(rounds);
            return new Batch(times, neighbours.percentOfOneCore());
        }
    }

    private Times deadlines(MessageQueue queue, Call call, Kind kind, int rounds)
            throws InterruptedException, TimeoutException {
        Times times = new Times(rounds);
        Semaphore done = new Semaphore(0);
        Thread thread = kind.start(() -> {
            MessageBuffer buffer = MessageBuffer.fixed(64).size(64);
            for (int round = 0; round < rounds; round++) {
                long timeout = 1 + random.nextLong(LATEST_NANOS);
                long deadline = System.nanoTime() + timeout;
                try {
                    check(!call.make(queue, buffer, Duration.ofNanos(timeout)));
                } catch (InterruptedException impossible) {
                    throw new AssertionError(impossible);
                }
                times.add(System.nanoTime() - deadline);
                done.release();
            }
        });
        for (int round = 0; round < rounds; round++) {
            await(done);
        }
        thread.join();
        return times;
    }

    /** A thread that blocks again and again, and is woken each time by another. */
    private final class Blocked {
        private final OwnedQueue queue;
        private final Cause cause;
        private final Call call;
        private final Kind kind;
        private final Exchanger<MessageQueue> begin = new Exchanger<>();
        private final Semaphore done = new Semaphore(0);
        private volatile long end;

        Blocked(OwnedQueue queue, Cause cause, Call call, Kind kind) {
            this.queue = queue;
            this.cause = cause;
            this.call = call;
            this.kind = kind;
        }

        Times end(int rounds) throws InterruptedException, TimeoutException {
            Times times = new Times(rounds);
            Thread thread = kind.start(() -> block(rounds));
            for (int round = 0; round < rounds; round++) {
                MessageQueue handle = begin.exchange(null);
                pause(random.nextLong(LATEST_NANOS));
                long start = System.nanoTime();
                if (cause == Cause.INTERRUPT) {
                    thread.interrupt();
                } else {
                    handle.close();
                }
                await(done);
                times.add(end - start);
            }
            thread.join();
            return times;
        }

        private void block(int rounds) {
            MessageBuffer buffer = MessageBuffer.fixed(64).size(64);
            for (int round = 0; round < rounds; round++) {
                // A handle of its own: closing it ends this call and leaves the queue alone.
                MessageQueue handle = MessageQueue.ofId(queue.id());
                Cause seen;
                try {
                    begin.exchange(handle);
                    call.make(handle, buffer, Duration.ofDays(1));
                    throw new AssertionError("it neither slept nor was woken");
                } catch (InterruptedException woken) {
                    seen = Cause.INTERRUPT;
                } catch (QueueClosedException woken) {
                    seen = Cause.CLOSE;
                }
                end = System.nanoTime();
                check(seen == cause);
                done.release();
            }
        }
    }

    private static void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        if (nanos > SHORTEST_SLEEP_NANOS) {
            LockSupport.parkNanos(nanos - SHORTEST_SLEEP_NANOS);
        }
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    private static void await(Semaphore done) throws InterruptedException, TimeoutException {
        if (!done.tryAcquire(LOST.toSeconds(), TimeUnit.SECONDS)) {
            throw new TimeoutException("A blocked call did not end within " + LOST.toSeconds() + " s: a lost wake-up");
        }
    }

    private static void check(boolean asExpected) {
        if (!asExpected) {
            throw new AssertionError("the call ended for another reason");
        }
    }

    /** Measures the processor time of the whole process while calls are asleep: half receive, half send, all with a deadline. */
    private WakeUpReport.Asleep asleep(String sleepers) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setCapacity(64);
            queue.send(MessageBuffer.fixed(64).size(64));
            if (!sleepers.equals("none")) {
                Kind kind = sleepers.contains("virtual") ? Kind.VIRTUAL : Kind.PLATFORM;
                CountDownLatch started = new CountDownLatch(SLEEPERS);
                for (int i = 0; i < SLEEPERS; i++) {
                    Call call = i % 2 == 0 ? Call.RECEIVE : Call.SEND;
                    threads.add(kind.start(() -> sleepUntilInterrupted(queue, call, started)));
                }
                started.await();
            }
            // Let all fall asleep.
            Thread.sleep(Duration.ofMillis(Math.min(500, idle.toMillis())));
            Neighbours neighbours = new Neighbours();
            long time = System.nanoTime();
            long cpu = CpuClock.nanos();
            Thread.sleep(idle);
            cpu = CpuClock.nanos() - cpu;
            time = System.nanoTime() - time;
            double others = neighbours.percentOfOneCore();
            for (Thread thread : threads) {
                thread.interrupt();
                thread.join();
            }
            return new WakeUpReport.Asleep(sleepers, time / 1e9, cpu / 1e6, others);
        }
    }

    private static void sleepUntilInterrupted(MessageQueue queue, Call call, CountDownLatch started) {
        MessageBuffer buffer = MessageBuffer.fixed(64).size(64);
        started.countDown();
        try {
            check(!call.make(queue, buffer, Duration.ofHours(1)));
            throw new AssertionError("it was not to end by itself");
        } catch (InterruptedException wanted) {
            return;
        }
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
