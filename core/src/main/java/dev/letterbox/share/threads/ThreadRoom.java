package dev.letterbox.share.threads;

import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes threads only while the system would give one more: the last one is the JVM's, which handles each signal on a
 * thread of its own, and without it a server could not be stopped in order. How many there may be cannot be read: a user
 * has a limit, each control group above this process has one, and the memory has one too. So it is tried.
 *
 * <p>Where there was no room, it is not tried again for a second, since a try that fails takes some milliseconds.
 */
public final class ThreadRoom implements ThreadFactory {
    /** What to do where there is no room. */
    public static final String LACKING =
            "Cannot start a thread: this user may have no more processes and threads (RLIMIT_NPROC; see ulimit -u), this"
                    + " control group may have no more (pids.max), or there is no memory for one.";

    static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

    /** So begins the JVM's own text. */
    private static final String NO_THREAD = "unable to create native thread";

    private final ThreadFactory threads;
    private final IntConsumer room;
    private final LongSupplier nanoTime;
    private volatile @Nullable Long lackedAt;

    /**
     * Makes threads where there is room.
     *
     * @param threads makes them
     */
    public ThreadRoom(ThreadFactory threads) {
        this(threads, ThreadRoom::require, System::nanoTime);
    }

    /** The room throws if there is none for so many threads; the clock counts as {@link System#nanoTime} does. */
    ThreadRoom(ThreadFactory threads, IntConsumer room, LongSupplier nanoTime) {
        this.threads = threads;
        this.room = room;
        this.nanoTime = nanoTime;
    }

    /** Returns a thread, not started. Throws an {@link OutOfMemoryError} if there is no room for it and one more. */
    @Override
    public @Nullable Thread newThread(Runnable work) {
        Long lacked = lackedAt;
        if (lacked != null && nanoTime.getAsLong() - lacked < PAUSE) {
            throw new OutOfMemoryError(NO_THREAD + ": there was no room a moment ago");
        }
        try {
            room.accept(2);
            lackedAt = null;
        } catch (OutOfMemoryError full) {
            lackedAt = nanoTime.getAsLong();
            throw full;
        }
        return threads.newThread(work);
    }

    /**
     * Returns whether it was for a thread that there was no memory.
     *
     * @param full the JVM's error, or that of {@link #newThread}
     * @return true if what {@link #LACKING} says holds
     */
    public static boolean isLacking(OutOfMemoryError full) {
        return String.valueOf(full.getMessage()).startsWith(NO_THREAD);
    }

    /**
     * Starts threads, and ends them. Throws the JVM's {@link OutOfMemoryError} if the system does not give them.
     *
     * @param count how many
     */
    public static void require(int count) {
        CountDownLatch tried = new CountDownLatch(1);
        List<Thread> started = new ArrayList<>(count);
        try {
            while (started.size() < count) {
                started.add(Thread.ofPlatform().daemon().name("letterbox-room").start(() -> awaitUninterrupted(tried)));
            }
        } finally {
            tried.countDown();
            started.forEach(ThreadRoom::awaitEnd);
        }
    }

    private static void awaitUninterrupted(CountDownLatch tried) {
        try {
            tried.await();
        } catch (InterruptedException stray) {
            System.getLogger(ThreadRoom.class.getName()).log(Logger.Level.DEBUG, "nobody has this thread's handle");
        }
    }

    private static void awaitEnd(Thread thread) {
        boolean interrupted = Thread.interrupted();
        try {
            thread.join();
        } catch (InterruptedException hurry) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
