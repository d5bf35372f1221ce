package dev.letterbox.sysv.waiting;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides whether a wait begins with some tries or sleeps at once, and for how long to try, by one rule: to try pays
 * where waits are shorter than what a sleep costs. Every wait, slept or tried, tells how long it took, and the average of
 * the last ones is the guess for the next. So a busy queue is served without sleeps, and an idle one without tries.
 *
 * <p>Cores are minded in three ways. No more threads of this process try at a time than there are cores beside one. Who
 * tries gives its core away every few tries, if anybody wants it. And where somebody did, which shows in tries that take
 * long, this wait sleeps and so do the next ones.
 *
 * <p>A wait that tries goes like this:
 * <pre>{@code
 * long started = spin.start();
 * if (started != AdaptiveSpin.SLEEP) {
 *     int tries = 0;
 *     do {
 *         done = tryIt();
 *     } while (!done && spin.goOn(started, ++tries));
 *     spin.end(started, tries, done);
 * }
 * }</pre>
 *
 * <p>This class is safe for use by multiple threads; what they learn at the same time may be lost, which does no
 * harm.
 */
public final class AdaptiveSpin {
    /** Returned by {@link #start} if it is better to sleep at once. */
    public static final long SLEEP = Long.MIN_VALUE;

    /** What takes longer is not worth trying: about twice what a sleep and its end take. */
    private static final long SHORT = TimeUnit.MICROSECONDS.toNanos(100);

    /** A wait counts as so long at most: after a long rest some short waits are enough to try again. */
    private static final long LONG = 4 * SHORT;

    /** A try takes about one microsecond; with this average something else had the core meanwhile. */
    private static final long SLOW_TRY = TimeUnit.MICROSECONDS.toNanos(8);

    private static final int TRIES_TO_A_YIELD = 4;
    private static final int MOST_SPINNING = Runtime.getRuntime().availableProcessors() - 1;
    private static final AtomicInteger SPINNING = new AtomicInteger();

    private static final Duration LONGEST = Duration.ofDays(365);

    private final boolean adaptive;
    private final long longest;

    /** Of the last waits; unsynchronized. */
    private long average;

    /**
     * Creates one, for the waits of one kind: for messages of one queue, or for room in it.
     *
     * @param adaptive whether to try only as long as that pays
     * @param trying for how long to try before each sleep
     */
    public AdaptiveSpin(boolean adaptive, Duration trying) {
        this.adaptive = adaptive;
        longest = trying.compareTo(LONGEST) < 0 ? trying.toNanos() : LONGEST.toNanos();
    }

    /**
     * Starts to try, if that pays.
     *
     * @return when it began; or {@link #SLEEP}
     */
    public long start() {
        if (longest == 0 || (adaptive && average > SHORT)) {
            return SLEEP;
        }
        if (adaptive && SPINNING.incrementAndGet() > MOST_SPINNING) {
            SPINNING.decrementAndGet();
            return SLEEP;
        }
        return System.nanoTime();
    }

    /**
     * Passes the time to the next try.
     *
     * @param started what {@link #start} returned
     * @param tries how many were made
     * @return false if it is time to sleep
     */
    @SuppressWarnings("ThreadPriorityCheck") // a spin that gives its core away
    public boolean goOn(long started, int tries) {
        if (System.nanoTime() - started >= longest) {
            return false;
        }
        if (tries % TRIES_TO_A_YIELD == 0) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
        return true;
    }

    /**
     * Ends the tries that {@link #start} allowed.
     *
     * @param started what it returned
     * @param tries how many were made
     * @param paid whether the last one succeeded
     */
    public void end(long started, int tries, boolean paid) {
        if (!adaptive) {
            return;
        }
        SPINNING.decrementAndGet();
        long took = System.nanoTime() - started;
        if (took > tries * SLOW_TRY + SLOW_TRY) {
            learn(LONG);
        } else if (paid) {
            learn(took);
        }
    }

    /**
     * Records how long a wait took that ended in a sleep.
     *
     * @param nanos from its beginning, in nanoseconds
     */
    public void slept(long nanos) {
        learn(nanos);
    }

    private void learn(long nanos) {
        average += (Math.min(nanos, LONG) - average) / 8;
    }
}
