package dev.letterbox.sysv;

import dev.letterbox.testkit.Deadline;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Blocks in a call again and again on one thread, while the test's own thread ends each call at a random moment: before
 * it begins, on its way into the kernel, or in its sleep.
 */
final class Rounds {
    /** Whoever was not woken by then never will be: a bound on hanging, not on speed. */
    private static final Duration HANGS = Deadline.PATIENCE;

    /** A way into the kernel takes some tens of microseconds: so about half the moments are in the sleep. */
    private static final int LATEST_NANOS = 150_000;

    private final SplittableRandom random = new SplittableRandom(20_250_801);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private Rounds() {}

    /** A call that blocks until it is ended; fails where it ends as it should not. */
    interface Blocking {
        void once(int round) throws Exception;
    }

    /** Ends the call that the victim blocks in. */
    interface Ending {
        void once(int round, Thread victim) throws Exception;
    }

    /** Runs so many rounds; fails where one call fails, or is not ended within a minute. */
    static void run(int rounds, Thread.Builder victims, Blocking blocking, Ending ending) throws Exception {
        new Rounds().all(rounds, victims, blocking, ending);
    }

    private void all(int rounds, Thread.Builder victims, Blocking blocking, Ending ending) throws Exception {
        Thread victim = victims.name("victim").start(() -> {
            try {
                for (int round = 1; round <= rounds; round++) {
                    begun.setRelease(round);
                    blocking.once(round);
                    ended.setRelease(round);
                }
            } catch (Throwable thrown) {
                failure.set(thrown);
            }
        });
        for (int round = 1; round <= rounds; round++) {
            await(begun, round, victim);
            pause(random.nextInt(LATEST_NANOS));
            ending.once(round, victim);
            await(ended, round, victim);
        }
        if (!victim.join(HANGS)) {
            throw new AssertionError("the victim does not end");
        }
    }

    private void await(AtomicInteger count, int round, Thread victim) {
        long start = System.nanoTime();
        while (count.getAcquire() < round) {
            if (failure.get() != null) {
                throw new AssertionError("round " + round + " went wrong", failure.get());
            }
            if (System.nanoTime() - start > HANGS.toNanos()) {
                AssertionError hangs = new AssertionError("round " + round + " hangs");
                hangs.setStackTrace(victim.getStackTrace());
                throw hangs;
            }
            giveWay();
        }
    }

    /** Spins: a sleep would be longer than all the moments of interest. */
    static void pause(long nanos) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            Thread.onSpinWait();
        }
    }

    /** Lets others have the core while this thread has nothing to do but look again; nothing relies on that they do. */
    @SuppressWarnings("ThreadPriorityCheck")
    static void giveWay() {
        Thread.yield();
    }
}
