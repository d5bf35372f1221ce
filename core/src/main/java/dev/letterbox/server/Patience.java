package dev.letterbox.server;

/**
 * How long a client has held its answer up since it took a message's worth of it. Only the time in which the server
 * waited for the client counts, and a byte now and then is no progress. One thread at a time uses it.
 */
final class Patience {
    private final long worth;
    private long from;
    private long heldUp;
    private long lastLook;
    private boolean waiting;

    /**
     * Creates one for an answer that begins.
     *
     * @param worth how many bytes are progress, 1 or more
     */
    Patience(long worth) {
        this.worth = worth;
    }

    /**
     * Takes note of how things are.
     *
     * @param now the time, as {@link System#nanoTime} counts it
     * @param bytes how many bytes the client was sent so far
     * @param waits whether the server waits for the client from now on
     * @return for how many nanoseconds the client has held it up
     */
    long look(long now, long bytes, boolean waits) {
        if (waiting) {
            heldUp += now - lastLook;
        }
        if (bytes - from >= worth) {
            from = bytes;
            heldUp = 0;
        }
        lastLook = now;
        waiting = waits;
        return heldUp;
    }

    /** For how many nanoseconds the client had held it up at the last look. */
    long heldUp() {
        return heldUp;
    }
}
