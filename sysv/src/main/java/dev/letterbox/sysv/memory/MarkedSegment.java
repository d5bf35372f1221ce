package dev.letterbox.sysv.memory;

import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.ShmidDs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A shared memory segment without a key that this process has created: attached here for reading, and marked as removed, so
 * the kernel destroys it when nobody is attached to it any more. A process that is killed leaves none behind, or one that
 * {@link AbandonedSegments} finds.
 *
 * @param id its id
 * @param changed when it was given to its owner, which is at its creation: seconds since 1970
 * @param address where it is attached
 */
public record MarkedSegment(int id, long changed, long address) {
    private static final int NO_SEGMENT = -1;

    /**
     * Creates a segment, mode 0600.
     *
     * @param linux the kernel
     * @param owner the user who gets it
     * @param bytes how long it is
     * @return the segment; empty if the system gives none, such as where it has reached its limit of segments
     */
    public static Optional<MarkedSegment> create(Linux linux, int owner, long bytes) {
        rehearse(linux);
        long id = linux.shmget(Linux.IPC_PRIVATE, bytes, Mode.INCOMPLETE.bits());
        if (id < 0) {
            return Optional.empty();
        }
        long address = linux.shmat((int) id, Linux.SHM_RDONLY);
        boolean marked = linux.shmctl((int) id, Linux.IPC_RMID, MemorySegment.NULL) == 0;
        if (address < 0) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ShmidDs.LAYOUT);
            if (marked && give(linux, (int) id, owner, state)) {
                return Optional.of(new MarkedSegment((int) id, ShmidDs.ctime(state), address));
            }
        }
        linux.shmdt(address);
        return Optional.empty();
    }

    /**
     * Makes each call once in vain, on no segment: in a JVM that has just started, a first call takes some milliseconds, and
     * a process that is killed before the segment is marked leaves it behind.
     */
    private static void rehearse(Linux linux) {
        long _ = linux.shmat(NO_SEGMENT, Linux.SHM_RDONLY);
        long _ = linux.shmctl(NO_SEGMENT, Linux.IPC_RMID, MemorySegment.NULL);
    }

    /** Reads the state once more at the end, since giving the segment away changes its time. */
    private static boolean give(Linux linux, int id, int owner, MemorySegment state) {
        if (linux.shmctl(id, Linux.IPC_STAT, state) != 0) {
            return false;
        }
        IpcPerm.set(state, owner, IpcPerm.gid(state), Mode.OWNER.bits());
        return linux.shmctl(id, Linux.IPC_SET, state) == 0 && linux.shmctl(id, Linux.IPC_STAT, state) == 0;
    }
}
