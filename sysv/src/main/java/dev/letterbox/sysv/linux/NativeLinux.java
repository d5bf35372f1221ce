package dev.letterbox.sysv.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls the C library by {@code java.lang.foreign}.
 *
 * <p>errno is captured by the linker in the instant of the return, into memory of the calling thread, since anything
 * the JVM does in between may change it. Calls that never sleep are linked as {@code critical}, which saves the
 * thread-state change; calls that may sleep are not, since a sleeping critical call would hold up every garbage
 * collection.
 */
final class NativeLinux implements Linux {
    private static final long OPENAT2 = 437;

    /** The real-time signals that this class tries, from one that few programs use. signal(7): 34 to 64 with glibc. */
    private static final int FIRST_WAKE_SIGNAL = 47;

    private static final int LAST_WAKE_SIGNAL = 58;
    private static final int SIG_UNBLOCK = 1;

    /** {@code struct passwd} begins with the address of the name; the rest of its 48 bytes is not looked at. */
    private static final long PASSWD_BYTES = 64;

    private static final long PASSWD_STRINGS = 64 * 1024;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBC = LINKER.defaultLookup();
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
    private static final ValueLayout.OfInt ERRNO = (ValueLayout.OfInt)
            Linker.Option.captureStateLayout().select(MemoryLayout.PathElement.groupElement("errno"));
    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    // int msgget(key_t key, int msgflg);
    private static final MethodHandle MSGGET = quick("msgget", JAVA_INT, JAVA_INT, JAVA_INT);
    // int msgsnd(int msqid, const void *msgp, size_t msgsz, int msgflg);
    private static final MethodHandle MSGSND = sleeping("msgsnd", JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle MSGSND_NOWAIT = quick("msgsnd", JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    // ssize_t msgrcv(int msqid, void *msgp, size_t msgsz, long msgtyp, int msgflg);
    private static final MethodHandle MSGRCV =
            sleeping("msgrcv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle MSGRCV_NOWAIT =
            quick("msgrcv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT);
    // int msgctl(int msqid, int cmd, struct msqid_ds *buf);
    private static final MethodHandle MSGCTL = quick("msgctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    // key_t ftok(const char *pathname, int proj_id);
    private static final MethodHandle FTOK = sleeping("ftok", JAVA_INT, ADDRESS, JAVA_INT);
    // int semget(key_t key, int nsems, int semflg);
    private static final MethodHandle SEMGET = quick("semget", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    // int semop(int semid, struct sembuf *sops, size_t nsops);
    private static final MethodHandle SEMOP = sleeping("semop", JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG);
    // int semctl(int semid, int semnum, int cmd, ...);
    private static final MethodHandle SEMCTL = link(
            "semctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS),
            Linker.Option.firstVariadicArg(3));
    // int shmget(key_t key, size_t size, int shmflg);
    private static final MethodHandle SHMGET = quick("shmget", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    // void *shmat(int shmid, const void *shmaddr, int shmflg);
    private static final MethodHandle SHMAT = sleeping("shmat", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    // int shmdt(const void *shmaddr);
    private static final MethodHandle SHMDT = sleeping("shmdt", JAVA_INT, ADDRESS);
    // int shmctl(int shmid, int cmd, struct shmid_ds *buf);
    private static final MethodHandle SHMCTL = quick("shmctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    // long syscall(long number, ...);
    private static final MethodHandle SYSCALL_OPENAT2 = link(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    // int open(const char *pathname, int flags, ...);
    private static final MethodHandle OPEN =
            link("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));
    // int statx(int dirfd, const char *pathname, int flags, unsigned int mask, struct statx *statxbuf);
    private static final MethodHandle STATX =
            sleeping("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
    private static final MethodHandle PREAD = sleeping("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    // int close(int fd);
    private static final MethodHandle CLOSE = sleeping("close", JAVA_INT, JAVA_INT);
    // ssize_t getdents64(int fd, void *dirp, size_t length);
    private static final MethodHandle GETDENTS64 = sleeping("getdents64", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    // int setfsuid(uid_t fsuid);
    private static final MethodHandle SETFSUID = quick("setfsuid", JAVA_INT, JAVA_INT);
    // int setfsgid(gid_t fsgid);
    private static final MethodHandle SETFSGID = quick("setfsgid", JAVA_INT, JAVA_INT);
    // int getgroups(int size, gid_t list[]);
    private static final MethodHandle GETGROUPS = quick("getgroups", JAVA_INT, JAVA_INT, ADDRESS);
    // long syscall(SYS_setgroups, size_t size, const gid_t *list);
    private static final MethodHandle SYSCALL_SETGROUPS = link(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
            Linker.Option.firstVariadicArg(1));
    private static final long SETGROUPS = Platform.isAarch64() ? 159 : 116;
    // int getpwuid_r(uid_t uid, struct passwd *pwd, char *buf, size_t buflen, struct passwd **result);
    private static final MethodHandle GETPWUID_R =
            sleeping("getpwuid_r", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    // int getgrouplist(const char *user, gid_t group, gid_t *groups, int *ngroups);
    private static final MethodHandle GETGROUPLIST =
            sleeping("getgrouplist", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    // uid_t geteuid(void);
    private static final MethodHandle GETEUID = quick("geteuid", JAVA_INT);
    // gid_t getegid(void);
    private static final MethodHandle GETEGID = quick("getegid", JAVA_INT);
    // pid_t gettid(void);
    private static final MethodHandle GETTID = quick("gettid", JAVA_INT);
    // int tgkill(pid_t tgid, pid_t tid, int sig);
    private static final MethodHandle TGKILL = quick("tgkill", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    // int sigaction(int signum, const struct sigaction *act, struct sigaction *oldact);
    private static final MethodHandle SIGACTION = quick("sigaction", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    // int pthread_sigmask(int how, const sigset_t *set, sigset_t *oldset);
    private static final MethodHandle PTHREAD_SIGMASK = quick("pthread_sigmask", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);

    private static final MemorySegment EMPTY_PATH = Arena.global().allocateFrom("");

    static final Linux INSTANCE = new NativeLinux();

    private NativeLinux() {}

    private static MethodHandle quick(String name, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments), Linker.Option.critical(false));
    }

    private static MethodHandle sleeping(String name, MemoryLayout result, MemoryLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments));
    }

    private static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        List<Linker.Option> all = new ArrayList<>(List.of(options));
        all.add(CAPTURE_ERRNO);
        MemorySegment function = LIBC.find(name)
                .orElseThrow(() -> new UnsupportedOperationException("The C library has no function " + name + "."));
        return LINKER.downcallHandle(function, descriptor, all.toArray(Linker.Option[]::new));
    }

    private static long result(long returned, MemorySegment captured) {
        return returned >= 0
                ? returned
                : -Errno.numbered(captured.get(ERRNO, ERRNO_OFFSET)).number();
    }

    /** {@code invokeExact} throws only where the binding itself is wrong. */
    private static AssertionError defect(Throwable thrown) {
        return new AssertionError("defect in a native binding", thrown);
    }

    @Override
    public long msgget(int key, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) MSGGET.invokeExact(captured, key, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long msgsnd(int id, MemorySegment message, long size, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            int returned = (flags & IPC_NOWAIT) != 0
                    ? (int) MSGSND_NOWAIT.invokeExact(captured, id, message, size, flags)
                    : (int) MSGSND.invokeExact(captured, id, message, size, flags);
            return result(returned, captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            long returned = (flags & IPC_NOWAIT) != 0
                    ? (long) MSGRCV_NOWAIT.invokeExact(captured, id, message, size, type, flags)
                    : (long) MSGRCV.invokeExact(captured, id, message, size, type, flags);
            return result(returned, captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long msgctl(int id, int command, MemorySegment argument) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) MSGCTL.invokeExact(captured, id, command, argument), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long ftok(MemorySegment path, int project) {
        MemorySegment captured = CAPTURED.get();
        try {
            int key = (int) FTOK.invokeExact(captured, path, project);
            // Any other negative number is a key whose project id has its highest bit set.
            return key == -1 ? result(key, captured) : Integer.toUnsignedLong(key);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long semget(int key, int count, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) SEMGET.invokeExact(captured, key, count, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long semop(int id, MemorySegment operations, long count) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) SEMOP.invokeExact(captured, id, operations, count), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long semctl(int id, int number, int command, MemorySegment argument) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) SEMCTL.invokeExact(captured, id, number, command, argument), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmget(int key, long size, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) SHMGET.invokeExact(captured, key, size, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmat(int id, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((long) SHMAT.invokeExact(captured, id, MemorySegment.NULL, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmdt(long address) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) SHMDT.invokeExact(captured, MemorySegment.ofAddress(address)), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmctl(int id, int command, MemorySegment argument) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) SHMCTL.invokeExact(captured, id, command, argument), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long openat2(int directory, MemorySegment path, MemorySegment how) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (long) SYSCALL_OPENAT2.invokeExact(captured, OPENAT2, directory, path, how, how.byteSize()),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long open(MemorySegment path, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) OPEN.invokeExact(captured, path, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long fstatx(int descriptor, MemorySegment statx) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (int) STATX.invokeExact(
                            captured, descriptor, EMPTY_PATH, Statx.AT_EMPTY_PATH, Statx.BASIC_STATS, statx),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long pread(int descriptor, MemorySegment target, long count, long offset) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((long) PREAD.invokeExact(captured, descriptor, target, count, offset), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long close(int descriptor) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) CLOSE.invokeExact(captured, descriptor), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long getdents64(int descriptor, MemorySegment target) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((long) GETDENTS64.invokeExact(captured, descriptor, target, target.byteSize()), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long lstatxAt(int directory, MemorySegment name, MemorySegment statx) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (int) STATX.invokeExact(
                            captured, directory, name, Statx.AT_SYMLINK_NOFOLLOW, Statx.BASIC_STATS, statx),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long setfsuid(int uid) {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong((int) SETFSUID.invokeExact(captured, uid));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long setfsgid(int gid) {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong((int) SETFSGID.invokeExact(captured, gid));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long setgroups(int count, MemorySegment groups) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((long) SYSCALL_SETGROUPS.invokeExact(captured, SETGROUPS, (long) count, groups), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long getgroups(int count, MemorySegment groups) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) GETGROUPS.invokeExact(captured, count, groups), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long groupsOf(int uid, int gid, MemorySegment groups) {
        MemorySegment captured = CAPTURED.get();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment passwd = arena.allocate(PASSWD_BYTES, JAVA_LONG.byteAlignment());
            MemorySegment strings = arena.allocate(PASSWD_STRINGS);
            MemorySegment found = arena.allocate(ADDRESS);
            // This function returns the error itself.
            int error = (int) GETPWUID_R.invokeExact(captured, uid, passwd, strings, strings.byteSize(), found);
            if (error != 0) {
                return -error;
            }
            if (found.get(ADDRESS, 0).address() == 0) {
                return Errno.ENOENT.asResult();
            }
            MemorySegment name = passwd.get(ADDRESS, 0);
            MemorySegment count = arena.allocate(JAVA_INT);
            count.set(JAVA_INT, 0, (int) (groups.byteSize() / JAVA_INT.byteSize()));
            int listed = (int) GETGROUPLIST.invokeExact(captured, name, gid, groups, count);
            return listed < 0 ? Errno.ERANGE.asResult() : listed;
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long geteuid() {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong((int) GETEUID.invokeExact(captured));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long getegid() {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong((int) GETEGID.invokeExact(captured));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long gettid() {
        MemorySegment captured = CAPTURED.get();
        try {
            return (int) GETTID.invokeExact(captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long tgkill(int process, int thread, int signal) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) TGKILL.invokeExact(captured, process, thread, signal), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    /**
     * The handler is getppid(2): async-signal-safe, without effect, and deaf to the argument that a handler gets. A Java
     * method could not be one, since the JVM may not be entered from a signal.
     */
    @Override
    public long claimWakeSignal() {
        MemorySegment captured = CAPTURED.get();
        MemorySegment handler = LIBC.find("getppid").orElseThrow();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment current = arena.allocate(Sigaction.LAYOUT);
            MemorySegment wanted = arena.allocate(Sigaction.LAYOUT);
            Sigaction.set(wanted, handler, SA_RESTART);
            for (int signal = FIRST_WAKE_SIGNAL; signal <= LAST_WAKE_SIGNAL; signal++) {
                long read =
                        result((int) SIGACTION.invokeExact(captured, signal, MemorySegment.NULL, current), captured);
                if (read == 0 && Sigaction.isDefault(current)) {
                    long set =
                            result((int) SIGACTION.invokeExact(captured, signal, wanted, MemorySegment.NULL), captured);
                    return set < 0 ? set : signal;
                }
            }
            return Errno.EBUSY.asResult();
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long unblockSignal(int signal) {
        MemorySegment captured = CAPTURED.get();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(Sigaction.SIGSET);
            set.set(JAVA_LONG, 0, 1L << (signal - 1));
            // pthread functions return the error itself.
            return -(int) PTHREAD_SIGMASK.invokeExact(captured, SIG_UNBLOCK, set, MemorySegment.NULL);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }
}
