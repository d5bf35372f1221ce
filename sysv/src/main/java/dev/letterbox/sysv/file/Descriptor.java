package dev.letterbox.sysv.file;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.LinuxFiles;
import dev.letterbox.sysv.linux.layout.Dirent;
import dev.letterbox.sysv.linux.layout.OpenHow;
import dev.letterbox.sysv.linux.layout.Pollfd;
import dev.letterbox.sysv.linux.layout.Statx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file or directory of this process, by the kernel's number. Java's own files cannot be opened beneath a
 * directory that the kernel guards, nor be read into a message buffer without a copy.
 */
public final class Descriptor implements AutoCloseable {
    /** openat2(2) gives up with EAGAIN if somebody renames directories meanwhile; so often it is tried again. */
    private static final int RENAME_TRIES = 1_000;

    private static final long ENTRIES_BYTES = 8 * 1024;

    private final LinuxFiles linux;
    private final int number;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Descriptor(LinuxFiles linux, long number) {
        this.linux = linux;
        this.number = (int) number;
    }

    /**
     * Opens a directory, only to open files beneath it.
     *
     * @param linux the kernel
     * @param directory its path
     * @return the descriptor
     * @throws ErrnoException if it cannot be opened
     */
    public static Descriptor ofDirectory(LinuxFiles linux, Path directory) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(directory.toString());
            return new Descriptor(
                    linux, ErrnoException.check(linux.open(path, LinuxFiles.O_PATH | LinuxFiles.O_CLOEXEC), "open"));
        }
    }

    /**
     * Returns the kernel's number of it in this process.
     *
     * @return 0 or more
     */
    public int number() {
        return number;
    }

    /**
     * Opens a file for reading, with this directory as the root of all names: no name and no link leads out of it, and
     * the kernel sees to that ({@code openat2} with {@code RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS}). The open never
     * waits, whatever it opens.
     *
     * @param name the name's bytes, absolute or relative, without NUL
     * @return the descriptor
     * @throws ErrnoException if it cannot be opened; with ENOSYS or EPERM if the kernel or a filter has no openat2
     */
    public Descriptor openBeneath(byte[] name) throws ErrnoException {
        return openBeneath(name, LinuxFiles.O_RDONLY | LinuxFiles.O_NONBLOCK | LinuxFiles.O_NOCTTY);
    }

    /**
     * Opens a file as {@link #openBeneath(byte[])} does, only to look at it: no right to read it is needed.
     *
     * @param name the name's bytes, absolute or relative, without NUL
     * @return the descriptor
     * @throws ErrnoException if it cannot be opened
     */
    public Descriptor lookBeneath(byte[] name) throws ErrnoException {
        return openBeneath(name, LinuxFiles.O_PATH);
    }

    private Descriptor openBeneath(byte[] name, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocate(name.length + 1L);
            MemorySegment.copy(MemorySegment.ofArray(name), 0, path, 0, name.length);
            MemorySegment how = OpenHow.allocate(
                    arena, flags | LinuxFiles.O_CLOEXEC, LinuxFiles.RESOLVE_IN_ROOT | LinuxFiles.RESOLVE_NO_MAGICLINKS);
            long result = linux.openat2(number, path, how);
            for (int tries = 1; Errno.EAGAIN.in(result) && tries < RENAME_TRIES; tries++) {
                result = linux.openat2(number, path, how);
            }
            return new Descriptor(linux, ErrnoException.check(result, "openat2"));
        }
    }

    /**
     * Lists this directory from where the last call ended, some entries at a time, with what each is; links are not
     * followed. An entry that is removed meanwhile may be missing.
     *
     * @return the next entries, without {@code .} and {@code ..}, in the order the kernel has them; none at the end
     * @throws ErrnoException with ENOTDIR if this is no directory
     */
    public List<Entry> nextEntries() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(ENTRIES_BYTES, Long.BYTES);
            MemorySegment statx = arena.allocate(Statx.LAYOUT);
            List<Entry> entries = new ArrayList<>();
            long length = 1;
            while (entries.isEmpty() && length > 0) {
                length = ErrnoException.check(linux.getdents64(number, block), "getdents64");
                for (long offset = 0; offset < length; offset += Dirent.length(block, offset)) {
                    byte[] name = Dirent.name(block, offset);
                    if (!isDots(name) && linux.lstatxAt(number, Dirent.path(block, offset), statx) == 0) {
                        entries.add(new Entry(name, FileStatus.of(statx)));
                    }
                }
            }
            return entries;
        }
    }

    private static boolean isDots(byte[] name) {
        return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    }

    /**
     * One entry of a directory.
     *
     * @param name its name's bytes
     * @param status what it is
     */
    @SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
    public record Entry(byte[] name, FileStatus status) {}

    /**
     * Looks at what is open.
     *
     * @return its kind and size
     * @throws ErrnoException if the kernel cannot tell
     */
    public FileStatus status() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statx = arena.allocate(Statx.LAYOUT);
            ErrnoException.check(linux.fstatx(number, statx), "statx");
            return FileStatus.of(statx);
        }
    }

    /**
     * What {@link #status} saw.
     *
     * @param mode kind and permissions, as {@code st_mode} of stat(2)
     * @param size bytes
     * @param modified when the content was changed last
     * @param blocks how much the file system keeps for it, in units of 512 bytes: 0 also for files that the kernel makes up
     *     when they are read, which may say any size
     */
    public record FileStatus(int mode, long size, Instant modified, long blocks) {
        private static final int TYPE_BITS = 0_170000;
        private static final int REGULAR_FILE = 0_100000;
        private static final int DIRECTORY = 0_040000;

        static FileStatus of(MemorySegment statx) {
            return new FileStatus(Statx.mode(statx), Statx.size(statx), Statx.modified(statx), Statx.blocks(statx));
        }

        /**
         * Returns whether it is a regular file.
         *
         * @return false for directories, links, pipes, devices and sockets
         */
        public boolean isRegularFile() {
            return (mode & TYPE_BITS) == REGULAR_FILE;
        }

        /**
         * Returns whether it is a directory.
         *
         * @return true for a directory
         */
        public boolean isDirectory() {
            return (mode & TYPE_BITS) == DIRECTORY;
        }
    }

    /**
     * Reads bytes: {@code pread}.
     *
     * @param target where they go, from its beginning
     * @param count how many at most
     * @param offset from where in the file
     * @return how many came; 0 at the end
     * @throws ErrnoException if the file cannot be read
     */
    public int read(MemorySegment target, int count, long offset) throws ErrnoException {
        long result = linux.pread(number, target, count, offset);
        while (Errno.EINTR.in(result)) {
            result = linux.pread(number, target, count, offset);
        }
        return (int) ErrnoException.check(result, "pread");
    }

    /**
     * Sleeps until nobody can read any more what is written to a pipe or socket: to a file somebody always can. An interrupt
     * does not end the sleep.
     *
     * @param linux the kernel
     * @param number the end that is written to, as this process numbers it
     * @throws ErrnoException if the kernel has no memory to wait
     */
    public static void awaitNoReader(LinuxFiles linux, int number) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pipe = Pollfd.forTheWorst(arena, number);
            long result;
            do {
                result = linux.poll(pipe, 1, -1);
            } while (Errno.EINTR.in(result));
            ErrnoException.check(result, "poll");
        }
    }

    /**
     * Lets a pipe hold more bytes, if it holds fewer and the kernel allows it ({@code F_SETPIPE_SZ}): its two ends then wait
     * for each other less often. Does nothing where that is no pipe, and where the kernel refuses: there are bounds for each
     * pipe ({@code /proc/sys/fs/pipe-max-size}) and for each user.
     *
     * @param linux the kernel
     * @param number either end of the pipe, as this process numbers it
     * @param bytes how many it is to hold; the kernel rounds up to a power of two
     * @return how many it holds now; 0 if it is no pipe
     */
    public static int widenPipe(LinuxFiles linux, int number, int bytes) {
        long now = linux.fcntl(number, LinuxFiles.F_GETPIPE_SZ, 0);
        if (now >= 0 && now < bytes) {
            long then = linux.fcntl(number, LinuxFiles.F_SETPIPE_SZ, bytes);
            now = then < 0 ? now : then;
        }
        return (int) Math.max(0, now);
    }

    /** Closes it; again does nothing, since the number may be another file's by then. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            long result = linux.close(number);
            // After EIO and EINTR the descriptor is closed as well, and reading has lost nothing; EBADF is our defect.
            if (Errno.EBADF.in(result)) {
                throw new AssertionError("descriptor " + number + " was closed by other code");
            }
        }
    }
}
