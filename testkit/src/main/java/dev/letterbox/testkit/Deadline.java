package dev.letterbox.testkit;

import java.time.Duration;

/**
 * Tells how much time is left.
 *
 * @param nanoTime the end, on the clock of {@link System#nanoTime()}
 */
public record Deadline(long nanoTime) {
    /** The patience of every wait for which a test names no other: a minute, a bound on hanging and not on speed. */
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Ends in so long from now. */
    public static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** Says what is left: zero when the deadline has passed, never less. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    /** Returns whether nothing is left. */
    public boolean passed() {
        return left().isZero();
    }
}
