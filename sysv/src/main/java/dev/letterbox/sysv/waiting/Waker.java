package dev.letterbox.sysv.waiting;

import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ends the sleep of threads in the kernel when their deadline has come, they were interrupted, or their queue's handle
 * was closed.
 *
 * <p>A sleeping system call ends for a signal alone. A signal that comes a moment before the call sleeps is lost, so it
 * is sent again, with growing pauses, until the sleeper has said that it is awake; and it is sent under the lock that
 * the sleeper needs to say so, so it never hits a thread that does something else by then.
 *
 * <p>One thread serves all deadlines. It sleeps until the next one, for ever where there is none, and starts with the
 * first one, unless it was begun before. A sleeper that comes with a later deadline than the next one costs no wake-up, nor does one that goes.
 */
public final class Waker {
    /** The only one: threads, signals and time are the process's. */
    public static final Waker INSTANCE = new Waker();

    /** Stands for no deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final long FIRST_PAUSE = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long ORIGIN = System.nanoTime();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();
    private final Linux linux = Linux.host();
    private final int process = (int) ProcessHandle.current().pid();

    // All below is guarded by the lock.
    private int signal;
    private @Nullable Sleeper first;
    private long nextRound = NEVER;
    private boolean started;

    private Waker() {}

    private static int claimSignal(Linux linux) {
        long signal = linux.claimWakeSignal();
        if (KernelError.of(signal) != null) {
            throw new UnsupportedKernelException(
                    "Cannot wait with a deadline: other code in this process uses every real-time signal from 47 to 58,"
                            + " and one is needed to end a sleep in the kernel.",
                    String.valueOf(KernelError.of(signal)));
        }
        return (int) signal;
    }

    /**
     * Returns the time on the clock of all deadlines.
     *
     * @return nanoseconds, 0 or more, never decreasing
     */
    public static long now() {
        return System.nanoTime() - ORIGIN;
    }

    /**
     * Returns the signal that ends sleeps. The first call claims it, so a process that never sleeps needs none.
     *
     * @return a real-time signal
     * @throws UnsupportedKernelException if other code in this process uses all that were tried
     */
    public int signal() {
        lock.lock();
        try {
            if (signal == 0) {
                signal = claimSignal(linux);
            }
            return signal;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts the waker's thread, unless it runs. For those who must be able to close a queue later, when there may be no
     * more threads to be had; an {@link OutOfMemoryError} says that there are none now.
     */
    public void begin() {
        lock.lock();
        try {
            start();
        } finally {
            lock.unlock();
        }
    }

    private void start() {
        if (!started) {
            Thread.ofPlatform().daemon().name("letterbox-waker").start(this::run);
            started = true;
        }
    }

    /** From here on the sleeper is woken at its deadline and when {@link #wake} says so. */
    void add(Sleeper sleeper, long deadline) {
        lock.lock();
        try {
            // First, since it may fail: where there can be no more threads.
            planRound(deadline);
            sleeper.due = deadline;
            sleeper.pause = FIRST_PAUSE;
            sleeper.asleep = true;
            sleeper.previous = null;
            sleeper.next = first;
            if (first != null) {
                first.previous = sleeper;
            }
            first = sleeper;
        } finally {
            lock.unlock();
        }
    }

    /** From here on no signal is sent to the sleeper. */
    void remove(Sleeper sleeper) {
        lock.lock();
        try {
            if (sleeper.previous != null) {
                sleeper.previous.next = sleeper.next;
            } else {
                first = sleeper.next;
            }
            if (sleeper.next != null) {
                sleeper.next.previous = sleeper.previous;
            }
            sleeper.asleep = false;
            // A sleeper that stays must not hold on to those that came and went.
            sleeper.next = null;
            sleeper.previous = null;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes one sleeper, should it sleep. */
    void wake(Sleeper sleeper) {
        lock.lock();
        try {
            if (sleeper.asleep) {
                signal(sleeper, now());
                planRound(sleeper.due);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Wakes every thread that sleeps in a place.
     *
     * @param place the place
     */
    public void wakeAll(Place place) {
        lock.lock();
        try {
            long now = now();
            for (Sleeper sleeper = first; sleeper != null; sleeper = sleeper.next) {
                if (place.equals(sleeper.place)) {
                    signal(sleeper, now);
                    planRound(sleeper.due);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void signal(Sleeper sleeper, long now) {
        long sent = linux.tgkill(process, sleeper.thread, signal);
        // EAGAIN: the queue of signals is full, so one is on its way, or the next round brings it.
        assert sent == 0 || Errno.EAGAIN.in(sent) : KernelError.of(sent);
        sleeper.due = now + sleeper.pause;
        sleeper.pause = Math.min(2 * sleeper.pause, LONGEST_PAUSE);
    }

    private void planRound(long due) {
        if (due >= nextRound) {
            return;
        }
        start();
        earlier.signal();
        nextRound = due;
    }

    private void run() {
        lock.lock();
        try {
            while (true) {
                long now = now();
                nextRound = NEVER;
                for (Sleeper sleeper = first; sleeper != null; sleeper = sleeper.next) {
                    if (sleeper.due <= now) {
                        signal(sleeper, now);
                    }
                    nextRound = Math.min(nextRound, sleeper.due);
                }
                awaitNextRound();
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitNextRound() {
        while (nextRound > now()) {
            try {
                if (nextRound == NEVER) {
                    earlier.await();
                } else {
                    earlier.awaitNanos(nextRound - now());
                }
            } catch (InterruptedException stray) {
                // Nobody has this thread's handle to interrupt it for a reason; deadlines must go on.
            }
        }
    }
}
