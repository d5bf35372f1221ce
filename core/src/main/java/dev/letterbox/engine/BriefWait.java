package dev.letterbox.engine;

import java.util.function.BooleanSupplier;

/**
 * How a thread waits for room in a client's queue for some microseconds, before it sleeps: what a client takes at once
 * comes back sooner than a sleep ends. It learns from one wait to the next. For one thread at a time.
 */
public interface BriefWait {
    /** For engines in which it never pays to try again at once. */
    BriefWait NEVER = new BriefWait() {
        @Override
        public boolean tryUntil(BooleanSupplier attempt) {
            return false;
        }

        @Override
        public void slept(long nanos) {}
    };

    /**
     * Tries, as long as it pays.
     *
     * @param attempt one try; true if it succeeded
     * @return true if an attempt succeeded; false if none did, or none was made
     */
    boolean tryUntil(BooleanSupplier attempt);

    /**
     * Learns how long a wait was that had to be slept.
     *
     * @param nanos nanoseconds
     */
    void slept(long nanos);
}
