package dev.letterbox.cli.top;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Repeats a look at regular intervals, in its own thread, until it is closed. */
final class Looker implements AutoCloseable {
    /** The longest time that a look may take to notice an interrupt. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Thread thread;
    private volatile boolean closed;

    /** A look that reports what it saw. */
    @FunctionalInterface
    interface Look {
        /** Looks. */
        void once() throws InterruptedException;
    }

    private Looker(String name, Duration delay, Look look) {
        thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> run(delay, look));
    }

    static Looker start(String name, Duration delay, Look look) {
        Looker looker = new Looker(name, delay, look);
        looker.thread.start();
        return looker;
    }

    private void run(Duration delay, Look look) {
        try {
            long next = System.nanoTime();
            while (!closed) {
                look.once();
                next += delay.toNanos();
                long now = System.nanoTime();
                if (next - now < 0) {
                    // It took longer than the interval: missed looks are not made up for.
                    next = now;
                }
                while (!closed && next - System.nanoTime() > 0) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
