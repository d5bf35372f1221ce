package dev.letterbox.sysv.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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

    private static final ValueLayout.OfInt ERRNO = (ValueLayout.OfInt)
            Linker.Option.captureStateLayout().select(MemoryLayout.PathElement.groupElement("errno"));
    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private static final long SETGROUPS = Platform.isAarch64() ? 159 : 116;

    private static final MemorySegment EMPTY_PATH = Arena.global().allocateFrom("");

    static final Linux INSTANCE = new NativeLinux();

    private NativeLinux() {}

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
            return result((int) Functions.Msgget.CALL.invokeExact(captured, key, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long msgsnd(int id, MemorySegment message, long size, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            int returned = (flags & IPC_NOWAIT) != 0
                    ? (int) Functions.MsgsndNowait.CALL.invokeExact(captured, id, message, size, flags)
                    : (int) Functions.Msgsnd.CALL.invokeExact(captured, id, message, size, flags);
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
                    ? (long) Functions.MsgrcvNowait.CALL.invokeExact(captured, id, message, size, type, flags)
                    : (long) Functions.Msgrcv.CALL.invokeExact(captured, id, message, size, type, flags);
            return result(returned, captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long msgctl(int id, int command, MemorySegment argument) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Msgctl.CALL.invokeExact(captured, id, command, argument), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long ftok(MemorySegment path, int project) {
        MemorySegment captured = CAPTURED.get();
        try {
            int key = (int) Functions.Ftok.CALL.invokeExact(captured, path, project);
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
            return result((int) Functions.Semget.CALL.invokeExact(captured, key, count, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long semop(int id, MemorySegment operations, long count) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Semop.CALL.invokeExact(captured, id, operations, count), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long semctl(int id, int number, int command, MemorySegment argument) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Semctl.CALL.invokeExact(captured, id, number, command, argument), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmget(int key, long size, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Shmget.CALL.invokeExact(captured, key, size, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmat(int id, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((long) Functions.Shmat.CALL.invokeExact(captured, id, MemorySegment.NULL, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmdt(long address) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Shmdt.CALL.invokeExact(captured, MemorySegment.ofAddress(address)), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmctl(int id, int command, MemorySegment argument) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Shmctl.CALL.invokeExact(captured, id, command, argument), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long openat2(int directory, MemorySegment path, MemorySegment how) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (long) Functions.SyscallOpenat2.CALL.invokeExact(
                            captured, OPENAT2, directory, path, how, how.byteSize()),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long open(MemorySegment path, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Open.CALL.invokeExact(captured, path, flags), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long fstatx(int descriptor, MemorySegment statx) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (int) Functions.Statx.CALL.invokeExact(
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
            return result(
                    (long) Functions.Pread.CALL.invokeExact(captured, descriptor, target, count, offset), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long close(int descriptor) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Close.CALL.invokeExact(captured, descriptor), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long getdents64(int descriptor, MemorySegment target) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (long) Functions.Getdents64.CALL.invokeExact(captured, descriptor, target, target.byteSize()),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long lstatxAt(int directory, MemorySegment name, MemorySegment statx) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (int) Functions.Statx.CALL.invokeExact(
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
            return Integer.toUnsignedLong((int) Functions.Setfsuid.CALL.invokeExact(captured, uid));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long setfsgid(int gid) {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong((int) Functions.Setfsgid.CALL.invokeExact(captured, gid));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long setgroups(int count, MemorySegment groups) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (long) Functions.SyscallSetgroups.CALL.invokeExact(captured, SETGROUPS, (long) count, groups),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long getgroups(int count, MemorySegment groups) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Getgroups.CALL.invokeExact(captured, count, groups), captured);
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
            int error = (int)
                    Functions.GetpwuidR.CALL.invokeExact(captured, uid, passwd, strings, strings.byteSize(), found);
            if (error != 0) {
                return -error;
            }
            if (found.get(ADDRESS, 0).address() == 0) {
                return Errno.ENOENT.asResult();
            }
            MemorySegment name = passwd.get(ADDRESS, 0);
            MemorySegment count = arena.allocate(JAVA_INT);
            count.set(JAVA_INT, 0, (int) (groups.byteSize() / JAVA_INT.byteSize()));
            int listed = (int) Functions.Getgrouplist.CALL.invokeExact(captured, name, gid, groups, count);
            return listed < 0 ? Errno.ERANGE.asResult() : listed;
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long geteuid() {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong((int) Functions.Geteuid.CALL.invokeExact(captured));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long getegid() {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong((int) Functions.Getegid.CALL.invokeExact(captured));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long gettid() {
        MemorySegment captured = CAPTURED.get();
        try {
            return (int) Functions.Gettid.CALL.invokeExact(captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long tgkill(int process, int thread, int signal) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) Functions.Tgkill.CALL.invokeExact(captured, process, thread, signal), captured);
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
        MemorySegment handler = Functions.LIBC.find("getppid").orElseThrow();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment current = arena.allocate(Sigaction.LAYOUT);
            MemorySegment wanted = arena.allocate(Sigaction.LAYOUT);
            Sigaction.set(wanted, handler, SA_RESTART);
            for (int signal = FIRST_WAKE_SIGNAL; signal <= LAST_WAKE_SIGNAL; signal++) {
                long read = result(
                        (int) Functions.Sigaction.CALL.invokeExact(captured, signal, MemorySegment.NULL, current),
                        captured);
                if (read == 0 && Sigaction.isDefault(current)) {
                    long set = result(
                            (int) Functions.Sigaction.CALL.invokeExact(captured, signal, wanted, MemorySegment.NULL),
                            captured);
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
            return -(int) Functions.PthreadSigmask.CALL.invokeExact(captured, SIG_UNBLOCK, set, MemorySegment.NULL);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }
}
