package dev.letterbox.cli.files;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;

/**
 * Gives memory back after a burst of requests: once there were garbage collections and then none for a while, it has
 * everything collected. Nothing else would, as an idle server makes no garbage; and what has been freed goes back to the system
 * only then, the buffers for messages above all.
 *
 * <p>It learns of collections by what they collect. So in an idle server nothing wakes up.
 */
final class IdleCollection {
    /** One was that of this class itself, or is that of a short life so far. */
    private static final int ENOUGH = 2;

    private static final long QUIET_MILLIS = Duration.ofSeconds(10).toMillis();

    private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

    private IdleCollection() {}

    /** Starts it, on a thread that does not keep the JVM from exiting. */
    static void start() {
        Thread.ofPlatform().daemon().name("letterbox-idle").start(new IdleCollection()::run);
    }

    private void run() {
        try {
            int collections = 0;
            while (true) {
                collections = awaitCollection(collections < ENOUGH ? 0 : QUIET_MILLIS) ? collections + 1 : 0;
                if (collections == 0) {
                    System.gc();
                }
            }
        } catch (InterruptedException impossible) {
            throw new AssertionError("nobody has this thread's handle", impossible);
        }
    }

    /** Returns whether there was a collection within so long; 0 is for ever. */
    private boolean awaitCollection(long millis) throws InterruptedException {
        Reference<Object> sentinel = new WeakReference<>(new Object(), collected);
        try {
            return collected.remove(millis) != null;
        } finally {
            Reference.reachabilityFence(sentinel);
        }
    }
}
