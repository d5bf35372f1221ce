package dev.letterbox;

import java.time.Duration;

/**
 * How long a caller waits for a response.
 *
 * @param total from the request to the end of the response; the server is told, and ends its work then
 * @param silence from one message to the next
 */
public record Timeout(Duration total, Duration silence) {
    /** Stands for no limit: a hundred years. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    /**
     * Limits the whole.
     *
     * @param total more than zero
     * @return the limit
     */
    public static Timeout ofTotal(Duration total) {
        return new Timeout(total, total);
    }

    /**
     * Limits each pause, but not the whole: for content of any length.
     *
     * @param silence more than zero
     * @return the limit
     */
    public static Timeout ofSilence(Duration silence) {
        return new Timeout(FOREVER, silence);
    }

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one is zero or less
     */
    public Timeout {
        if (total.isNegative() || total.isZero() || silence.isNegative() || silence.isZero()) {
            throw new IllegalArgumentException("A timeout is more than zero.");
        }
        // So that no sum of nanoseconds overflows.
        total = bounded(total);
        silence = bounded(silence);
    }

    /**
     * Returns a limit in words.
     *
     * @param limit how long
     * @return as in {@code 1 ms} or {@code 2.5 s}
     */
    public static String words(Duration limit) {
        long millis = limit.toMillis();
        return millis < 100 ? millis + " ms" : "%.1f s".formatted(millis / 1e3);
    }

    /**
     * Returns a limit that is never so long that a sum of nanoseconds overflows.
     *
     * @param limit how long
     * @return the limit, or a hundred years
     */
    public static Duration bounded(Duration limit) {
        return limit.compareTo(FOREVER) < 0 ? limit : FOREVER;
    }

    /**
     * Tells whether the whole is limited, and not each pause alone.
     *
     * @return true if {@link #total} is a limit
     */
    public boolean isTotal() {
        return total.compareTo(FOREVER) < 0;
    }
}
