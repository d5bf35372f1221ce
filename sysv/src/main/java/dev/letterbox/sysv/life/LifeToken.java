package dev.letterbox.sysv.life;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.ShmidDs;
import dev.letterbox.sysv.memory.MarkedSegment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A sign that this process lives: a shared memory segment that is attached here and marked for removal. The kernel
 * destroys it when the process ends, however it ends. So who knows its id can see from any pid namespace, in half a
 * microsecond, whether the process lives, and no process number that is used again can mislead.
 *
 * <p>A forked child shares the segment, which then lives as long as the longest-lived of them; a child that executes
 * another program, as those do that Java starts, does not.
 */
public final class LifeToken implements AutoCloseable {
    private final Linux linux;
    private final MarkedSegment segment;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LifeToken(Linux linux, MarkedSegment segment) {
        this.linux = linux;
        this.segment = segment;
    }

    /** What can be seen of a token. */
    public enum Sight {
        /** It is there: its process lives. */
        HERE,
        /** There is none, or another one has its id: its process has ended. */
        GONE,
        /** The kernel does not tell. */
        UNKNOWN
    }

    /**
     * Creates a token.
     *
     * @param reader the user who is to see it also on kernels that show a segment to its owner alone (before 4.17)
     * @return the token; empty if there can be none, such as where the system has reached its limit of segments
     */
    public static Optional<LifeToken> issue(int reader) {
        return issue(Linux.host(), reader);
    }

    static Optional<LifeToken> issue(Linux linux, int reader) {
        // The kernel gives it one page, whatever the size; nothing is ever written to it.
        return MarkedSegment.create(linux, reader, 1).map(segment -> new LifeToken(linux, segment));
    }

    /**
     * Returns the segment's id.
     *
     * @return 0 or more
     */
    public int id() {
        return segment.id();
    }

    /**
     * Returns when the token was made: an id may come back for another segment, but not with the time and the creator.
     *
     * @return seconds since 1970
     */
    public long created() {
        return segment.changed();
    }

    /**
     * Checks whether the process that made a token lives. Needs no permission, except on kernels before 4.17.
     *
     * @param id the token's id
     * @param creatorUid the effective user id of the process
     * @param created when it was made, in seconds since 1970
     * @return what is to be seen
     */
    public static Sight look(int id, int creatorUid, long created) {
        return look(Linux.host(), id, creatorUid, created);
    }

    static Sight look(Linux linux, int id, int creatorUid, long created) {
        if (id < 0) {
            return Sight.UNKNOWN;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ShmidDs.LAYOUT);
            // The call looks at the place that the id has in the table and tells whose id it found there.
            long found = linux.shmctl(id, Linux.SHM_STAT_ANY, state);
            if (found < 0) {
                // No such segment, or no such command: this one tells which, and returns 0.
                long result = linux.shmctl(id, Linux.IPC_STAT, state);
                found = result == 0 ? id : result;
            }
            if (found < 0) {
                return Errno.EINVAL.in(found) || Errno.EIDRM.in(found) ? Sight.GONE : Sight.UNKNOWN;
            }
            boolean same = found == id && IpcPerm.cuid(state) == creatorUid && ShmidDs.ctime(state) == created;
            return same ? Sight.HERE : Sight.GONE;
        }
    }

    /** Gives the token up: from here on this process counts as one that has ended. Closing again does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            linux.shmdt(segment.address());
        }
    }
}
