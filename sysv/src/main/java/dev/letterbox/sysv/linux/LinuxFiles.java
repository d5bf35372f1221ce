package dev.letterbox.sysv.linux;

import dev.letterbox.sysv.error.NativeAccessDeniedException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.layout.Dirent;
import dev.letterbox.sysv.linux.layout.OpenHow;
import dev.letterbox.sysv.linux.layout.Pollfd;
import dev.letterbox.sysv.linux.layout.Statx;
import java.lang.foreign.MemorySegment;

/**
 * The kernel's calls about files, and about the rights that a thread has with them, under their C names.
 *
 * <p>They return, fail and may be used as those of {@link Linux}.
 */
public interface LinuxFiles {
    /** Open for reading: {@code O_RDONLY}. */
    int O_RDONLY = 0;

    /** Do not wait in the open: {@code O_NONBLOCK}. */
    int O_NONBLOCK = 0_4000;

    /** Never take the terminal: {@code O_NOCTTY}. */
    int O_NOCTTY = 0_400;

    /** Close on exec: {@code O_CLOEXEC}. */
    int O_CLOEXEC = 0_2000000;

    /** Only name the place in the tree: {@code O_PATH}. */
    int O_PATH = 0_10000000;

    /** Make a pipe hold so many bytes: {@code F_SETPIPE_SZ}. */
    int F_SETPIPE_SZ = 1031;

    /** Ask how many bytes a pipe holds: {@code F_GETPIPE_SZ}. */
    int F_GETPIPE_SZ = 1032;

    /** No step may use a magic link of /proc: {@code RESOLVE_NO_MAGICLINKS}. */
    int RESOLVE_NO_MAGICLINKS = 0x02;

    /** Treat the directory as the root of the tree: {@code RESOLVE_IN_ROOT}. */
    int RESOLVE_IN_ROOT = 0x10;

    /**
     * Returns the kernel this process runs on.
     *
     * @return the one implementation by {@code java.lang.foreign}
     * @throws UnsupportedKernelException if this is not 64-bit Linux on x86-64 or aarch64
     * @throws NativeAccessDeniedException if Java was started without native access for this library
     */
    static LinuxFiles host() {
        Platform.check();
        return NativeLinuxFiles.INSTANCE;
    }

    /**
     * {@code int openat2(int dirfd, const char *pathname, struct open_how *how, size_t size)}.
     *
     * @param directory the descriptor of the directory to start from
     * @param path a NUL-terminated path
     * @param how an {@link OpenHow}
     * @return the descriptor
     */
    long openat2(int directory, MemorySegment path, MemorySegment how);

    /**
     * {@code int open(const char *pathname, int flags)}.
     *
     * @param path a NUL-terminated path
     * @param flags {@code O_PATH} and so on; never one that needs a mode
     * @return the descriptor
     */
    long open(MemorySegment path, int flags);

    /**
     * {@code int statx(int fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, struct statx *statxbuf)}: unlike fstat(2), its
     * structure is the same on every architecture.
     *
     * @param descriptor an open file
     * @param statx takes a {@link Statx}
     * @return 0
     */
    long fstatx(int descriptor, MemorySegment statx);

    /**
     * {@code ssize_t pread(int fd, void *buf, size_t count, off_t offset)}.
     *
     * @param descriptor an open file
     * @param target where the bytes go
     * @param count how many at most
     * @param offset from where in the file
     * @return how many bytes were read; 0 at the end
     */
    long pread(int descriptor, MemorySegment target, long count, long offset);

    /**
     * {@code int close(int fd)}.
     *
     * @param descriptor an open file
     * @return 0
     */
    long close(int descriptor);

    /**
     * {@code ssize_t getdents64(int fd, void *dirp, size_t length)}.
     *
     * @param descriptor an open directory
     * @param target takes {@link Dirent}s
     * @return how many bytes came; 0 at the end
     */
    long getdents64(int descriptor, MemorySegment target);

    /**
     * {@code int statx(int dirfd, const char *pathname, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, struct statx *)}.
     *
     * @param directory an open directory
     * @param name a NUL-terminated name in it, without a slash
     * @param statx takes a {@link Statx}
     * @return 0
     */
    long lstatxAt(int directory, MemorySegment name, MemorySegment statx);

    /**
     * {@code int poll(struct pollfd *fds, nfds_t nfds, int timeout)}.
     *
     * @param descriptors an array of {@link Pollfd}
     * @param count how many
     * @param millis the longest time to wait; less than 0 for ever
     * @return of how many there is something to tell; 0 if the time is over
     */
    long poll(MemorySegment descriptors, long count, int millis);

    /**
     * {@code int fcntl(int fd, int cmd, int arg)}.
     *
     * @param descriptor an open file
     * @param command {@code F_GETPIPE_SZ} and so on
     * @param argument what the command takes; 0 for none
     * @return what the command returns
     */
    long fcntl(int descriptor, int command, int argument);

    /**
     * {@code int setfsuid(uid_t fsuid)}: whose rights the calling thread alone has with files.
     *
     * @param uid the user
     * @return the user before, whether it was changed or not
     */
    long setfsuid(int uid);

    /**
     * {@code int setfsgid(gid_t fsgid)}: as {@link #setfsuid}, for the group.
     *
     * @param gid the group
     * @return the group before
     */
    long setfsgid(int gid);

    /**
     * The system call {@code setgroups(size_t size, const gid_t *list)}: unlike the C library's function it is for the
     * calling thread alone.
     *
     * @param count how many groups
     * @param groups an array of {@code gid_t}
     * @return 0
     */
    long setgroups(int count, MemorySegment groups);

    /**
     * {@code int getgroups(int size, gid_t list[])}.
     *
     * @param count how many fit
     * @param groups takes an array of {@code gid_t}
     * @return how many there are
     */
    long getgroups(int count, MemorySegment groups);

    /**
     * Asks the user database which groups a user is in: getpwuid_r(3), getgrouplist(3).
     *
     * @param uid the user
     * @param gid the group that is in the list in any case
     * @param groups takes an array of {@code gid_t}
     * @return how many there are; ENOENT for a user that the database does not know, ERANGE where they do not fit
     */
    long groupsOf(int uid, int gid, MemorySegment groups);
}
