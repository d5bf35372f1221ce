package dev.letterbox.sysv.memory;

import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.ShmidDs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A System V shared memory segment between two processes: one creates it and only reads, the other one attaches it by its
 * id and writes. It is marked as removed from the beginning, so the kernel destroys it when both have detached it or have
 * ended, in whatever order and from whatever cause.
 *
 * <p>A segment cannot shrink while it is attached, as a file can. Its pages belong to the control group of the process
 * that creates it, which touches each of them.
 *
 * <p>This class is safe for use by any number of threads; the memory has no order but what other means give it.
 */
public final class SharedSegment implements AutoCloseable {
    private static final Path OVERCOMMIT = Path.of("/proc/sys/vm/overcommit_memory");

    private final int id;
    private final long changed;
    private final Arena arena;
    private final MemorySegment memory;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SharedSegment(int id, long changed, Arena arena, MemorySegment memory) {
        this.id = id;
        this.changed = changed;
        this.arena = arena;
        this.memory = memory;
    }

    /**
     * Creates a segment, mode 0600, to be written by another process.
     *
     * @param writer the effective user of that process, which becomes the segment's owner
     * @param bytes how long it is
     * @return the segment, attached for reading; empty if the system gives none, as when it has as many as it may
     *     ({@code kernel.shmmni}), or not as much memory
     */
    public static Optional<SharedSegment> create(int writer, long bytes) {
        return create(Linux.host(), writer, bytes);
    }

    static Optional<SharedSegment> create(Linux linux, int writer, long bytes) {
        return MarkedSegment.create(linux, writer, bytes).map(segment -> {
            SharedSegment made = of(linux, segment.id(), segment.changed(), segment.address(), bytes, true);
            if (!made.isBlank(linux.getpagesize())) {
                made.close();
                throw new IllegalStateException("Segment " + segment.id() + " is new and not empty.");
            }
            return made;
        });
    }

    /** Reads each page. That makes those that are not there yet, at the expense of who reads. */
    private boolean isBlank(long page) {
        byte seen = 0;
        for (long place = 0; place < memory.byteSize(); place += page) {
            seen |= memory.get(ValueLayout.JAVA_BYTE, place);
        }
        return seen == 0;
    }

    /**
     * Attaches a segment that another process has {@linkplain #create created}, for writing. What is there must be a
     * segment without a key, with mode 0600, marked as removed, of the creator, owner and length that are expected, and of
     * two ordinary pages or more: writing to a huge page that the system does not have ends a process.
     *
     * @param id the segment's id
     * @param creator the effective user of the process that created it
     * @param bytes how long it is
     * @return the segment; empty if there is no such segment, or it cannot be attached
     */
    public static Optional<SharedSegment> attach(int id, int creator, long bytes) {
        return attach(Linux.host(), id, creator, bytes);
    }

    static Optional<SharedSegment> attach(Linux linux, int id, int creator, long bytes) {
        if (id < 0 || isMemoryPromisedInFull()) {
            return Optional.empty();
        }
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(ShmidDs.LAYOUT);
            if (!isAsExpected(linux, id, creator, bytes, state)) {
                return Optional.empty();
            }
            long address = linux.shmat(id, 0);
            if (address < 0) {
                return Optional.empty();
            }
            // The id may have become another segment's meanwhile; from here on it is this one's.
            if (!isAsExpected(linux, id, creator, bytes, state) || !hasOrdinaryPages(linux, address, bytes)) {
                linux.shmdt(address);
                return Optional.empty();
            }
            return Optional.of(of(linux, id, ShmidDs.ctime(state), address, bytes, false));
        }
    }

    /**
     * With {@code vm.overcommit_memory} 2, a page of a segment that was made with {@code SHM_NORESERVE} can be missing in
     * the middle of a write, which ends the process; nothing shows that flag.
     */
    private static boolean isMemoryPromisedInFull() {
        try {
            return Files.readString(OVERCOMMIT).strip().equals("2");
        } catch (IOException unknown) {
            return true;
        }
    }

    private static boolean isAsExpected(Linux linux, int id, int creator, long bytes, MemorySegment state) {
        return linux.shmctl(id, Linux.IPC_STAT, state) == 0
                && IpcPerm.key(state) == Linux.IPC_PRIVATE
                && IpcPerm.cuid(state) == creator
                && IpcPerm.uid(state) == (int) linux.geteuid()
                && IpcPerm.mode(state) == Mode.OWNER.bits()
                && IpcPerm.flags(state) == Linux.SHM_DEST
                && ShmidDs.segsz(state) == bytes;
    }

    /** The second page is where no huge page begins, and the kernel refuses to divide one. Nothing is mapped yet. */
    private static boolean hasOrdinaryPages(Linux linux, long address, long bytes) {
        long page = linux.getpagesize();
        // Behind the only page of a segment lies what is not its own.
        return bytes > page && linux.madvise(address + page, page, Linux.MADV_DONTNEED) == 0;
    }

    @SuppressWarnings("MustBeClosedChecker") // the segment closes it
    private static SharedSegment of(Linux linux, int id, long changed, long address, long bytes, boolean readOnly) {
        Arena arena = Arena.ofShared();
        MemorySegment memory =
                MemorySegment.ofAddress(address).reinterpret(bytes, arena, detached -> linux.shmdt(detached.address()));
        return new SharedSegment(id, changed, arena, readOnly ? memory.asReadOnly() : memory);
    }

    /**
     * Returns the segment's id.
     *
     * @return 0 or more
     */
    public int id() {
        return id;
    }

    /**
     * Returns when the segment was made or given away: an id may come back for another segment, but not with this time and
     * the same creator.
     *
     * @return seconds since 1970
     */
    public long changed() {
        return changed;
    }

    /**
     * Returns the memory. Who created the segment can only read it.
     *
     * @return all of it, the same object each time
     * @throws IllegalStateException when it is used after {@link #close}
     */
    public MemorySegment memory() {
        return memory;
    }

    /**
     * Detaches the segment. Closing again does nothing.
     *
     * @throws IllegalStateException if another thread uses the memory in this moment
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            arena.close();
        }
    }
}
