package dev.letterbox.sysv.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Is an open file or directory of this process, as the kernel numbers it. Java's own files cannot be opened beneath a
 * directory that the kernel guards, nor be read into a message buffer without a copy.
 */
public final class Descriptor implements AutoCloseable {
    /** openat2(2) gives up with EAGAIN where somebody renames directories meanwhile; so often it is tried again. */
    private static final int RENAME_TRIES = 1_000;

    private final Linux linux;
    private final int number;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Descriptor(Linux linux, long number) {
        this.linux = linux;
        this.number = (int) number;
    }

    /**
     * Opens a directory, only to open files beneath it.
     *
     * @param linux the kernel
     * @param directory its path
     * @return the descriptor
     * @throws ErrnoException where it cannot be opened
     */
    public static Descriptor ofDirectory(Linux linux, Path directory) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(directory.toString());
            return new Descriptor(
                    linux, ErrnoException.check(linux.open(path, Linux.O_PATH | Linux.O_CLOEXEC), "open"));
        }
    }

    /**
     * Opens a file for reading, with this directory as the root of all names: no name and no link leads out of it, and
     * the kernel sees to that ({@code openat2} with {@code RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS}). The open never
     * waits, whatever it opens.
     *
     * @param name the name's bytes, absolute or relative, without NUL
     * @return the descriptor
     * @throws ErrnoException where it cannot be opened; with ENOSYS or EPERM where the kernel or a filter has no openat2
     */
    public Descriptor openBeneath(byte[] name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocate(name.length + 1L);
            MemorySegment.copy(MemorySegment.ofArray(name), 0, path, 0, name.length);
            MemorySegment how = OpenHow.allocate(
                    arena,
                    Linux.O_RDONLY | Linux.O_CLOEXEC | Linux.O_NONBLOCK | Linux.O_NOCTTY,
                    Linux.RESOLVE_IN_ROOT | Linux.RESOLVE_NO_MAGICLINKS);
            long result = linux.openat2(number, path, how);
            for (int tries = 1; Errno.EAGAIN.in(result) && tries < RENAME_TRIES; tries++) {
                result = linux.openat2(number, path, how);
            }
            return new Descriptor(linux, ErrnoException.check(result, "openat2"));
        }
    }

    /**
     * Looks at what is open.
     *
     * @return its kind and size
     * @throws ErrnoException where the kernel cannot tell
     */
    public FileStatus status() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statx = arena.allocate(Statx.LAYOUT);
            ErrnoException.check(linux.fstatx(number, statx), "statx");
            return new FileStatus(Statx.isRegularFile(statx), Statx.isDirectory(statx), Statx.size(statx));
        }
    }

    /**
     * Holds what {@link #status} saw.
     *
     * @param isRegularFile true for a file with bytes of its own
     * @param isDirectory true for a directory
     * @param size bytes
     */
    public record FileStatus(boolean isRegularFile, boolean isDirectory, long size) {}

    /**
     * Reads bytes: {@code pread}.
     *
     * @param target where they go, from its beginning
     * @param count how many at most
     * @param offset from where in the file
     * @return how many came; 0 at the end
     * @throws ErrnoException where the file cannot be read
     */
    public int read(MemorySegment target, int count, long offset) throws ErrnoException {
        long result = linux.pread(number, target, count, offset);
        while (Errno.EINTR.in(result)) {
            result = linux.pread(number, target, count, offset);
        }
        return (int) ErrnoException.check(result, "pread");
    }

    /** Closes it; again does nothing, since the number may be another file's by then. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            long result = linux.close(number);
            // After EIO and EINTR the descriptor is closed as well, and reading has lost nothing; EBADF is our defect.
            if (Errno.EBADF.in(result)) {
                throw new AssertionError("descriptor " + number + " was closed by somebody else");
            }
        }
    }
}
