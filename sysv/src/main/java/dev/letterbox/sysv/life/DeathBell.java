package dev.letterbox.sysv.life;

import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.Sembuf;
import dev.letterbox.sysv.linux.layout.SemidDs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A bell that rings when a process tied to it ends, however it ends, in any pid namespace: a semaphore to which the kernel
 * adds one for each such process, by {@code SEM_UNDO}. Who waits for it sleeps, and nothing polls.
 *
 * <p>A ring says that somebody may have ended and not who. Whoever may tie itself to the bell can also ring it for
 * nothing, or silence it: so it saves time, and nothing may depend on it alone.
 */
public final class DeathBell {
    private final Linux linux;
    private final int id;

    private DeathBell(Linux linux, int id) {
        this.linux = linux;
        this.id = id;
    }

    /**
     * Creates a bell. It outlives this process: {@linkplain #remove remove} it. Its mode has the bit for execution by others
     * too, which means nothing there: so a bell that a killed process left is told from another program's semaphores.
     *
     * @param ringers who may tie themselves to it: those who may write
     * @return the bell; empty if there can be none, such as where the system has reached its limit of semaphore sets
     */
    public static Optional<DeathBell> make(Mode ringers) {
        return make(Linux.host(), ringers);
    }

    static Optional<DeathBell> make(Linux linux, Mode ringers) {
        long id = linux.semget(Linux.IPC_PRIVATE, 1, ringers.bits() | SemaphoreTable.MARK);
        return id < 0 ? Optional.empty() : Optional.of(new DeathBell(linux, (int) id));
    }

    /**
     * Returns a handle for a bell whose id somebody told. Nothing is asked of the kernel.
     *
     * @param id the bell's id
     * @return a handle
     */
    public static DeathBell ofId(int id) {
        return new DeathBell(Linux.host(), id);
    }

    static DeathBell ofId(Linux linux, int id) {
        return new DeathBell(linux, id);
    }

    /**
     * Returns the bell's id.
     *
     * @return 0 or more
     */
    public int id() {
        return id;
    }

    /**
     * Ties this process to the bell, which rings when the process ends. Each time it is tied it rings once more.
     *
     * @param maker the user whose bell it must be: no other semaphore is touched
     * @return false if that is not possible: there is no such bell of that user, it may not be used, or the kernel
     *     lacks memory
     */
    public boolean tie(int maker) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(SemidDs.LAYOUT);
            boolean found = linux.semctl(id, 0, Linux.SEM_STAT_ANY, state) == id
                    // Before Linux 4.17, and in emulators: this one takes the permission to read.
                    || linux.semctl(id, 0, Linux.IPC_STAT, state) == 0;
            if (!found || !SemidDs.isPrivateOf(state, maker)) {
                return false;
            }
        }
        // Up and down again at once, so that nobody is woken; the kernel keeps the opposite of the second for the end.
        return both(1, 0, -1, Linux.SEM_UNDO) == 0;
    }

    /** Takes back one {@link #tie}: this process's end is in order, and rings nothing. */
    public void untie() {
        both(1, Linux.SEM_UNDO, -1, 0);
    }

    private long both(int first, int firstFlags, int second, int secondFlags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment operations = arena.allocate(Sembuf.LAYOUT, 2);
            Sembuf.set(operations, 0, first, Linux.IPC_NOWAIT | firstFlags);
            Sembuf.set(operations, 1, second, Linux.IPC_NOWAIT | secondFlags);
            return linux.semop(id, operations, 2);
        }
    }

    /**
     * Sleeps until the bell rings. Rings that come together count as one. Holds the calling thread, which must be a
     * platform thread, until the bell is {@linkplain #remove removed}.
     *
     * @return false if the bell was removed
     */
    public boolean awaitRing() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment operation = arena.allocate(Sembuf.LAYOUT);
            Sembuf.set(operation, 0, -1, 0);
            long result = linux.semop(id, operation, 1);
            while (Errno.EINTR.in(result)) {
                result = linux.semop(id, operation, 1);
            }
            if (result < 0) {
                return false;
            }
            long more = linux.semctl(id, 0, Linux.GETVAL, MemorySegment.NULL);
            if (more > 0) {
                // Setting it to 0 would make the kernel forget who is tied.
                Sembuf.set(operation, 0, (int) -more, Linux.IPC_NOWAIT);
                linux.semop(id, operation, 1);
            }
            return true;
        }
    }

    /**
     * Returns whether the bell is there.
     *
     * @return false if it was removed
     */
    public boolean exists() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(SemidDs.LAYOUT);
            return isOwn(state);
        }
    }

    /**
     * Removes the bell, if it is this user's and has no key, and ends the sleep of who waits for it. Where it is gone, or
     * another user's by now, nothing happens.
     */
    public void remove() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(SemidDs.LAYOUT);
            if (isOwn(state)) {
                linux.semctl(id, 0, Linux.IPC_RMID, MemorySegment.NULL);
            }
        }
    }

    private boolean isOwn(MemorySegment state) {
        return linux.semctl(id, 0, Linux.IPC_STAT, state) == 0 && SemidDs.isPrivateOf(state, (int) linux.geteuid());
    }
}
