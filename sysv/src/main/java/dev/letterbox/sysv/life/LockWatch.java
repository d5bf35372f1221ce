package dev.letterbox.sysv.life;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.waiting.Place;
import dev.letterbox.sysv.waiting.Sleeper;
import dev.letterbox.sysv.waiting.Waker;
import java.util.Optional;

/**
 * A watch on the lock of a process, such as a server, that learns at once when that process ends: the kernel releases the
 * lock, whatever ended the process, and wakes the threads that wait for it. Nothing polls.
 */
public final class LockWatch implements AutoCloseable {
    private final SemaphoreSet set;

    /** The process that holds the lock; 0 if that is unknown here, as in another pid namespace. */
    private final long holder;

    private final Place place = this::isClosed;
    private volatile boolean closed;

    private LockWatch(SemaphoreSet set, long holder) {
        this.set = set;
        this.holder = holder;
    }

    /**
     * Looks for a lock, a semaphore set, under a key.
     *
     * @param key the key
     * @return the watch; empty if there is no such set, or it may not be watched
     */
    public static Optional<LockWatch> on(Key key) {
        try {
            SemaphoreSet set = SemaphoreSet.watch(Linux.host(), key.value());
            return Optional.of(new LockWatch(set, set.holder()));
        } catch (ErrnoException absent) {
            return Optional.empty();
        }
    }

    /**
     * Sleeps until the lock is free or gone, or this watch is closed. Holds the calling thread, which must be a platform
     * thread.
     *
     * @return true if the holder has ended, false if the watch was closed
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean awaitEnd() throws InterruptedException {
        Sleeper sleeper = Sleeper.current();
        while (!closed) {
            long result = Errno.EINTR.asResult();
            boolean maySleep = sleeper.asleep(place, Waker.NEVER);
            try {
                if (maySleep) {
                    result = set.awaitUnlocked();
                }
            } finally {
                sleeper.awake();
            }
            if (!Errno.EINTR.in(result) || isHeldByAnother()) {
                return true;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return false;
    }

    /**
     * A process that is stopped (SIGSTOP) leaves its sleep, so that the kernel does not wake it when the lock is given back.
     * Another process may hold the lock by the time it continues.
     */
    private boolean isHeldByAnother() {
        try {
            return !mayBeHeldBy(set.holder()) && set.isLocked();
        } catch (ErrnoException removed) {
            return false; // the next sleep says so
        }
    }

    /**
     * Returns whether a process may be the one that held the lock when the watch began.
     *
     * @param process the process's id; 0 if it is unknown
     * @return false if it is another one
     */
    public boolean mayBeHeldBy(long process) {
        return holder == 0 || process == 0 || holder == process;
    }

    /**
     * Returns whether somebody removed the lock, rather than that its holder ended.
     *
     * @return false if the lock is there, held or free
     */
    public boolean isRemoved() {
        try {
            set.isLocked();
            return false;
        } catch (ErrnoException failed) {
            return failed.errno() == Errno.EINVAL || failed.errno() == Errno.EIDRM;
        }
    }

    private boolean isClosed() {
        return closed;
    }

    /** Ends the wait. */
    @Override
    public void close() {
        closed = true;
        Waker.INSTANCE.wakeAll(place);
    }
}
