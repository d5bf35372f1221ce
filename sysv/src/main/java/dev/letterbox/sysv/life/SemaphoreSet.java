package dev.letterbox.sysv.life;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.Sembuf;
import dev.letterbox.sysv.linux.layout.SemidDs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A System V semaphore set of this user whose first semaphore is a lock that is released when its process ends: the
 * kernel gives back what a process took with {@code SEM_UNDO} when it ends, however it ends.
 *
 * <p>The other semaphores hold small numbers that stay.
 */
public final class SemaphoreSet {
    /** The largest value of a semaphore: {@code SEMVMX}. */
    public static final int MAX_VALUE = 32_767;

    /** Others may read, which is to wait for the lock to be given back, and not take it. */
    private static final int ACCESS = 0_644;

    /**
     * The mode of a new set: {@code 0645}. Its last bit, for execution by others, means nothing there, and no other program
     * sets it alone. So it tells a set that a killed process left from another program's.
     */
    public static final int MODE = ACCESS | SemaphoreTable.MARK;

    private static final int LOCK_OPERATIONS = 2;

    private final Linux linux;
    private final int id;

    private SemaphoreSet(Linux linux, int id) {
        this.linux = linux;
        this.id = id;
    }

    /**
     * Opens the set with this key, or makes it, with all semaphores 0, to be changed by this user alone.
     *
     * @param linux the kernel
     * @param key the key
     * @param count how many semaphores
     * @return the set
     * @throws ErrnoException with EACCES if it is another user's, EINVAL if it has fewer semaphores, ENOSPC if the system
     *     has reached its limit of sets, E2BIG if the limits in {@code kernel.sem} are too low for such a set or its lock;
     *     then none is created
     */
    public static SemaphoreSet open(Linux linux, int key, int count) throws ErrnoException {
        SemaphoreLimits.check(count, LOCK_OPERATIONS);
        long id;
        do {
            id = linux.semget(key, count, Linux.IPC_CREAT | Linux.IPC_EXCL | MODE);
            if (Errno.EEXIST.in(id)) {
                // Asking for the marks too would exclude a set that was made without them.
                id = linux.semget(key, count, ACCESS);
            }
        } while (Errno.ENOENT.in(id)); // removed in between
        return new SemaphoreSet(linux, (int) ErrnoException.check(id, "semget"));
    }

    /**
     * Returns a handle for a set whose id is known. Nothing is asked of the kernel.
     *
     * @param linux the kernel
     * @param id the set's id
     * @return a handle
     */
    public static SemaphoreSet ofId(Linux linux, int id) {
        return new SemaphoreSet(linux, id);
    }

    /**
     * Opens the set with this key to watch its lock.
     *
     * @param linux the kernel
     * @param key the key
     * @return the set
     * @throws ErrnoException with ENOENT if there is none, EACCES if it may not be read
     */
    public static SemaphoreSet watch(Linux linux, int key) throws ErrnoException {
        return new SemaphoreSet(linux, (int) ErrnoException.check(linux.semget(key, 0, 0_444), "semget"));
    }

    /**
     * Sleeps until nobody holds the lock.
     *
     * @return 0; or a failure for {@link KernelError#of}: EINTR for a signal, EIDRM or EINVAL if the set was removed
     */
    public long awaitUnlocked() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment operation = arena.allocate(Sembuf.LAYOUT);
            Sembuf.set(operation, 0, 0, 0);
            return linux.semop(id, operation, 1);
        }
    }

    /**
     * Finds the set with this key, of any user.
     *
     * @param linux the kernel
     * @param key the key
     * @param count how many semaphores it has at least
     * @return the set; empty if there is none, or one with fewer semaphores
     * @throws ErrnoException if the kernel cannot tell
     */
    public static Optional<SemaphoreSet> find(Linux linux, int key, int count) throws ErrnoException {
        long id = linux.semget(key, count, 0);
        return Errno.ENOENT.in(id) || Errno.EINVAL.in(id)
                ? Optional.empty()
                : Optional.of(new SemaphoreSet(linux, (int) ErrnoException.check(id, "semget")));
    }

    /**
     * Returns whether this user made and owns the set.
     *
     * @return false for a set that somebody else put there
     * @throws ErrnoException if the set cannot be read, or was removed
     */
    public boolean isOurs() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = state(arena);
            int me = (int) linux.geteuid();
            return IpcPerm.cuid(state) == me && IpcPerm.uid(state) == me;
        }
    }

    /**
     * Returns which user created the set.
     *
     * @return the user's id
     * @throws ErrnoException if the set cannot be read, or was removed
     */
    public int creatorUid() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            return IpcPerm.cuid(state(arena));
        }
    }

    private MemorySegment state(Arena arena) throws ErrnoException {
        MemorySegment state = arena.allocate(SemidDs.LAYOUT);
        ErrnoException.check(linux.semctl(id, 0, Linux.IPC_STAT, state), "semctl(IPC_STAT)");
        return state;
    }

    /**
     * Takes the lock if it is free. It is held until this process ends or removes the set.
     *
     * @return false if another process, or this one, holds it
     * @throws ErrnoException if the set was removed
     */
    public boolean tryLock() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment operations = arena.allocate(Sembuf.LAYOUT, LOCK_OPERATIONS);
            // Both or none: wait for zero, which never waits here, and add one until this process ends.
            Sembuf.set(operations, 0, 0, Linux.IPC_NOWAIT);
            Sembuf.set(operations, 1, 1, Linux.IPC_NOWAIT | Linux.SEM_UNDO);
            long result = linux.semop(id, operations, LOCK_OPERATIONS);
            if (Errno.EAGAIN.in(result)) {
                return false;
            }
            ErrnoException.check(result, "semop");
            return true;
        }
    }

    /**
     * Gives the lock back that {@link #tryLock} took.
     *
     * @throws ErrnoException if the set was removed
     */
    public void unlock() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment operation = arena.allocate(Sembuf.LAYOUT);
            Sembuf.set(operation, 0, -1, Linux.IPC_NOWAIT | Linux.SEM_UNDO);
            ErrnoException.check(linux.semop(id, operation, 1), "semop");
        }
    }

    /**
     * Returns how many threads wait for the first semaphore to grow.
     *
     * @return 0 or more
     * @throws ErrnoException if the set cannot be read, or was removed
     */
    public long waiting() throws ErrnoException {
        return ErrnoException.check(linux.semctl(id, 0, Linux.GETNCNT, MemorySegment.NULL), "semctl(GETNCNT)");
    }

    /**
     * Returns whether somebody holds the lock.
     *
     * @return true if a living process does
     * @throws ErrnoException if the set cannot be read, or was removed
     */
    public boolean isLocked() throws ErrnoException {
        return ErrnoException.check(linux.semctl(id, 0, Linux.GETVAL, MemorySegment.NULL), "semctl(GETVAL)") > 0;
    }

    /**
     * Returns who holds the lock.
     *
     * @return the process that changed it last
     * @throws ErrnoException if the set was removed
     */
    public long holder() throws ErrnoException {
        return ErrnoException.check(linux.semctl(id, 0, Linux.GETPID, MemorySegment.NULL), "semctl(GETPID)");
    }

    /**
     * Reads a number.
     *
     * @param index which semaphore, 1 or more
     * @return 0 to {@link #MAX_VALUE}
     * @throws ErrnoException if the set was removed
     */
    public int get(int index) throws ErrnoException {
        return (int) ErrnoException.check(linux.semctl(id, index, Linux.GETVAL, MemorySegment.NULL), "semctl(GETVAL)");
    }

    /**
     * Writes a number.
     *
     * @param index which semaphore, 1 or more
     * @param value 0 to {@link #MAX_VALUE}
     * @throws ErrnoException if the set was removed
     */
    public void set(int index, int value) throws ErrnoException {
        ErrnoException.check(linux.semctl(id, index, Linux.SETVAL, MemorySegment.ofAddress(value)), "semctl(SETVAL)");
    }

    /**
     * Removes the set, and the lock with it.
     *
     * @throws ErrnoException if somebody else removed it first
     */
    public void remove() throws ErrnoException {
        ErrnoException.check(linux.semctl(id, 0, Linux.IPC_RMID, MemorySegment.NULL), "semctl(IPC_RMID)");
    }
}
