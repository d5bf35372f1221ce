package dev.letterbox.sysv;

import java.time.Duration;

/**
 * How a call waits for a message or for room: it may try some times before it sleeps in the kernel. A sleep and its
 * end cost the processor some ten microseconds and the caller more, a try less than one.
 *
 * @param adaptive whether to try only as long as that pays
 * @param trying for how long to try before each sleep
 */
public record Waiting(boolean adaptive, Duration trying) {
    /** Tries for a while if recent waits were short and cores are free; otherwise sleeps at once. */
    public static final Waiting ADAPTIVE = new Waiting(true, Duration.ofNanos(50_000));

    /** Sleeps at once: the least work for the processor. */
    public static final Waiting ASLEEP = new Waiting(false, Duration.ZERO);

    /**
     * Checks the time.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Waiting {
        if (trying.isNegative()) {
            throw new IllegalArgumentException("A time to try must be zero or more, not " + trying + ".");
        }
    }

    /**
     * Returns a way of waiting that tries for this time before each sleep, whether that pays or not: the fastest, if a
     * core can be spared for it.
     *
     * @param time how long to try
     * @return the way of waiting
     */
    public static Waiting trying(Duration time) {
        return new Waiting(false, time);
    }
}
