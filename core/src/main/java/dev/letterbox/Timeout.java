package dev.letterbox;

import java.time.Duration;
import java.util.Locale;

/**
 * How long a caller waits for a response.
 *
 * @param total the longest time from the request to the end of the response; the server is told this deadline and stops
 *     work when it passes
 * @param silence the longest time between two messages; begins again, once, if this process was stopped meanwhile
 */
public record Timeout(Duration total, Duration silence) {
    /** Stands for no limit: a hundred years. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    /**
     * Returns a limit on the total time.
     *
     * @param total more than zero
     * @return the limit
     */
    public static Timeout ofTotal(Duration total) {
        return new Timeout(total, total);
    }

    /**
     * Returns a limit on the time between two messages, with no limit on the total: for content of any length.
     *
     * @param silence more than zero
     * @return the limit
     */
    public static Timeout ofSilence(Duration silence) {
        return new Timeout(FOREVER, silence);
    }

    /**
     * Creates the limits.
     *
     * @throws IllegalArgumentException if one is zero or less
     */
    public Timeout {
        if (total.isNegative() || total.isZero() || silence.isNegative() || silence.isZero()) {
            throw new IllegalArgumentException("A timeout must be more than zero.");
        }
        // So that no sum of nanoseconds overflows.
        total = bounded(total);
        silence = bounded(silence);
    }

    /**
     * Returns a time in words.
     *
     * @param limit the time
     * @return as in {@code 1 ms} or {@code 2.5 s}
     */
    public static String words(Duration limit) {
        long millis = limit.toMillis();
        return millis < 100 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }

    /**
     * Returns a time, shortened if a sum of its nanoseconds could overflow.
     *
     * @param limit the time
     * @return the time, or a hundred years if that is shorter
     */
    public static Duration bounded(Duration limit) {
        return limit.compareTo(FOREVER) < 0 ? limit : FOREVER;
    }

    /**
     * Returns whether the total time is limited.
     *
     * @return false if only the time between two messages is
     */
    public boolean isTotal() {
        return total.compareTo(FOREVER) < 0;
    }
}
