package dev.letterbox.server;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the work for clients that do not read, and has each looked at when its time has come: ten thousand of them cost
 * memory and now and then a system call each, and no thread. Its own thread starts with the first, unless it was begun
 * before, and sleeps while there is none.
 */
final class Keeper {
    private static final Logger LOG = System.getLogger(Server.class.getName());

    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);
    /** A client that took nothing for a while is looked at after a quarter of that while: it set the pace. */
    private static final int PACE = 4;
    /** By such a part of its pause a look may be late, to be made in one go with others. */
    private static final int SLACK = 32;

    /** Something that is looked at later. */
    abstract static class Kept {
        /** Looks at it, on the keeper's thread: quick, and never waiting. */
        abstract void lookAgain();

        // Guarded by the keeper's lock.
        private long due;
        private long order;
        private boolean kept;

        private volatile boolean nudged;

        /** From here on a {@link Keeper#nudge} counts for the next {@link Keeper#keep}. */
        final void expectNudge() {
            nudged = false;
        }
    }

    private final LongSupplier nanoTime;
    private final Consumer<Runnable> guard;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();

    // All below is guarded by the lock.
    private final TreeSet<Kept> waiting =
            new TreeSet<>(Comparator.<Kept>comparingLong(kept -> kept.due).thenComparingLong(kept -> kept.order));
    private final long origin;
    private long lastOrder;
    private @Nullable Thread thread;
    private boolean ended;

    /**
     * Makes a keeper.
     *
     * @param nanoTime the clock, {@link System#nanoTime} but in tests
     * @param guard runs what the thread does
     */
    Keeper(LongSupplier nanoTime, Consumer<Runnable> guard) {
        this.guard = guard;
        this.nanoTime = nanoTime;
        this.origin = nanoTime.getAsLong();
    }

    /** Returns the time on the keeper's clock, from its beginning. */
    long now() {
        return nanoTime.getAsLong() - origin;
    }

    /** Returns after how long to look again at a client that has taken nothing for so long. */
    static long pause(long quiet) {
        return Math.clamp(quiet / PACE, SHORTEST_PAUSE, LONGEST_PAUSE);
    }

    /** Takes something, to be looked at after a pause or a little later, or as soon as somebody nudges it. */
    void keepAbout(Kept kept, long pause) {
        keep(kept, pause, pause / SLACK);
    }

    /**
     * Takes something, to be looked at after a time, or as soon as somebody nudges it.
     *
     * @param nanos how long to wait
     * @param slack how much later will do as well: what is due at about the same time is then looked at in one go, since
     *     to wake for each costs more than the looks
     */
    void keep(Kept kept, long nanos, long slack) {
        lock.lock();
        try {
            kept.kept = true;
            kept.order = ++lastOrder;
            // A nudge that came before found nothing here to hurry.
            kept.due = kept.nudged ? now() : roundUp(now() + nanos, slack);
            waiting.add(kept);
            if (thread == null) {
                startThread();
            } else if (waiting.first().equals(kept)) {
                change.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void startThread() {
        thread = Thread.ofPlatform().daemon().name("letterbox-keeper").start(() -> guard.accept(this::run));
    }

    /** Starts the thread now: later there may be none to be had. */
    void begin() {
        lock.lock();
        try {
            if (thread == null) {
                startThread();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The next moment of those that are the greatest power of two within the slack apart. */
    private static long roundUp(long moment, long slack) {
        long apart = Math.max(1, Long.highestOneBit(slack));
        return moment + apart - 1 & -apart;
    }

    /** Has something looked at now, or as soon as it is kept. */
    void nudge(Kept kept) {
        kept.nudged = true;
        lock.lock();
        try {
            if (kept.kept) {
                waiting.remove(kept);
                kept.due = now();
                waiting.add(kept);
                change.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes something out before its time has come; false if it is not kept. */
    boolean take(Kept kept) {
        lock.lock();
        try {
            boolean taken = kept.kept && waiting.remove(kept);
            kept.kept = false;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (awaitDue()) {
            lookAtDue();
        }
    }

    /** Looks at what is due, one after the other. On the keeper's thread, save in tests. */
    void lookAtDue() {
        for (Kept kept = takeDue(); kept != null; kept = takeDue()) {
            try {
                kept.lookAgain();
            } catch (RuntimeException | Error defect) {
                // Of one request; all others depend on this thread.
                LOG.log(Level.ERROR, "Could not check a client that does not read", defect);
            }
        }
    }

    /** Returns what is due and no longer kept; null if nothing is. */
    private @Nullable Kept takeDue() {
        lock.lock();
        try {
            if (waiting.isEmpty() || waiting.first().due > now()) {
                return null;
            }
            Kept kept = waiting.removeFirst();
            kept.kept = false;
            return kept;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something is due; false if nothing is kept and the keeper has ended. */
    private boolean awaitDue() {
        lock.lock();
        try {
            while (true) {
                long left = waiting.isEmpty() ? Long.MAX_VALUE : waiting.first().due - now();
                if (left <= 0) {
                    return true;
                }
                if (waiting.isEmpty() && ended) {
                    thread = null;
                    return false;
                }
                try {
                    change.awaitNanos(left);
                } catch (InterruptedException stray) {
                    // Nobody has this thread's handle to interrupt it for a reason.
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread, once nothing is kept any more. */
    void end() {
        lock.lock();
        try {
            ended = true;
            change.signal();
        } finally {
            lock.unlock();
        }
    }
}
