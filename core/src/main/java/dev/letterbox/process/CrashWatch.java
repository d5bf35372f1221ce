package dev.letterbox.process;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts the ends of workers that nobody wished for: the more within a short time, the later the next one is started; and
 * too many are the end of all. Not for use by two threads at once.
 */
final class CrashWatch {
    /** So many ends within {@link #WITHIN_SECONDS} are the end of all. */
    static final int MOST_ENDS = 3;

    static final long WITHIN_SECONDS = 5;

    /** What a second end within that time waits before another process is started; each further one twice as long. */
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

    private static final int MOST_DOUBLINGS = 4;
    private static final long WITHIN = TimeUnit.SECONDS.toNanos(WITHIN_SECONDS);

    private final LongSupplier nanoTime;
    private final Deque<Long> ends = new ArrayDeque<>();
    private final Deque<Long> suspiciousEnds = new ArrayDeque<>();
    private long count;
    private long nextStart;

    /** The clock counts as {@link System#nanoTime} does. */
    CrashWatch(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.nextStart = nanoTime.getAsLong();
    }

    /**
     * Takes note of an end.
     *
     * @param suspicious whether it speaks against the program, and not against one user's request
     * @return true if it was one too many
     */
    boolean ended(boolean suspicious) {
        long now = nanoTime.getAsLong();
        ends.add(now);
        if (suspicious) {
            suspiciousEnds.add(now);
        }
        ends.removeIf(end -> now - end > WITHIN);
        suspiciousEnds.removeIf(end -> now - end > WITHIN);
        int again = ends.size() - 2;
        nextStart = again < 0 ? now : now + (FIRST_PAUSE << Math.min(again, MOST_DOUBLINGS));
        return suspiciousEnds.size() >= MOST_ENDS;
    }

    /** Counts an end of a process, and not of an attempt to start one. */
    void count() {
        count++;
    }

    /** How many processes ended, since the start. */
    long counted() {
        return count;
    }

    /** In how many nanoseconds another process may be started; zero or less for at once. */
    long untilNextStart() {
        return nextStart - nanoTime.getAsLong();
    }

    /** How many ends of the last seconds are suspicious. */
    int suspicious() {
        return suspiciousEnds.size();
    }
}
