package dev.letterbox.sysv.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Calls the C library by {@code java.lang.foreign}.
 *
 * <p>errno is captured by the linker in the instant of the return, into memory of the calling thread, since anything
 * the JVM does in between may change it. Memory is passed by its address (see {@link Functions}), and held until the call
 * is over, since the garbage collector may free it as soon as nobody looks at it.
 *
 * <p>Each method calls its own handle, a constant: in one method for all, the compiler did not always see through the
 * linker's checks, and a call left 40 bytes of garbage.
 *
 * <p>Calls that never sleep are linked as {@code critical}, which saves the thread-state change; calls that may sleep are
 * not, since a sleeping critical call would hold up every garbage collection.
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

    private static final long ERRNO = Struct.offset(Linker.Option.captureStateLayout(), "errno");
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private static final long SETGROUPS = Platform.isAarch64() ? 159 : 116;

    private static final MemorySegment EMPTY_PATH = Arena.global().allocateFrom("");

    static final Linux INSTANCE = new NativeLinux();

    private NativeLinux() {}

    private static long result(long returned, MemorySegment captured) {
        return returned >= 0
                ? returned
                : -Errno.numbered(captured.get(JAVA_INT, ERRNO)).number();
    }

    /** Of an {@code int} only the lower half counts. */
    private static long intResult(long returned, MemorySegment captured) {
        int value = (int) returned;
        return result(value, captured);
    }

    /** {@code invokeExact} throws only where the binding itself is wrong. */
    private static AssertionError defect(Throwable thrown) {
        return new AssertionError("defect in a native binding", thrown);
    }

    @Override
    public long msgget(int key, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Msgget.CALL.invokeExact(captured, (long) key, (long) flags, 0L, 0L, 0L), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long msgsnd(int id, MemorySegment message, long size, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            long returned = (flags & IPC_NOWAIT) != 0
                    ? (long) Functions.MsgsndNowait.CALL.invokeExact(
                            captured, (long) id, message.address(), size, (long) flags, 0L)
                    : (long) Functions.Msgsnd.CALL.invokeExact(
                            captured, (long) id, message.address(), size, (long) flags, 0L);
            return intResult(returned, captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(message);
        }
    }

    @Override
    public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            long returned = (flags & IPC_NOWAIT) != 0
                    ? (long) Functions.MsgrcvNowait.CALL.invokeExact(
                            captured, (long) id, message.address(), size, type, (long) flags)
                    : (long) Functions.Msgrcv.CALL.invokeExact(
                            captured, (long) id, message.address(), size, type, (long) flags);
            return result(returned, captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(message);
        }
    }

    @Override
    public long msgctl(int id, int command, MemorySegment argument) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Msgctl.CALL.invokeExact(
                            captured, (long) id, (long) command, argument.address(), 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    @Override
    public long ftok(MemorySegment path, int project) {
        MemorySegment captured = CAPTURED.get();
        try {
            int key =
                    (int) (long) Functions.Ftok.CALL.invokeExact(captured, path.address(), (long) project, 0L, 0L, 0L);
            // Any other negative number is a key whose project id has its highest bit set.
            return key == -1 ? result(key, captured) : Integer.toUnsignedLong(key);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(path);
        }
    }

    @Override
    public long semget(int key, int count, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Semget.CALL.invokeExact(captured, (long) key, (long) count, (long) flags, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long semop(int id, MemorySegment operations, long count) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Semop.CALL.invokeExact(captured, (long) id, operations.address(), count, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(operations);
        }
    }

    @Override
    public long semctl(int id, int number, int command, MemorySegment argument) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Semctl.CALL.invokeExact(
                            captured, (long) id, (long) number, (long) command, argument.address(), 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    @Override
    public long shmget(int key, long size, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Shmget.CALL.invokeExact(captured, (long) key, size, (long) flags, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmat(int id, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (long) Functions.Shmat.CALL.invokeExact(captured, (long) id, 0L, (long) flags, 0L, 0L), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmdt(long address) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult((long) Functions.Shmdt.CALL.invokeExact(captured, address, 0L, 0L, 0L, 0L), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long shmctl(int id, int command, MemorySegment argument) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Shmctl.CALL.invokeExact(
                            captured, (long) id, (long) command, argument.address(), 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    @Override
    public long openat2(int directory, MemorySegment path, MemorySegment how) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (long) Functions.SyscallOpenat2.CALL.invokeExact(
                            captured, OPENAT2, (long) directory, path.address(), how.address(), how.byteSize()),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(path);
            Reference.reachabilityFence(how);
        }
    }

    @Override
    public long open(MemorySegment path, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Open.CALL.invokeExact(captured, path.address(), (long) flags, 0L, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(path);
        }
    }

    @Override
    public long fstatx(int descriptor, MemorySegment statx) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Statx.CALL.invokeExact(
                            captured,
                            (long) descriptor,
                            EMPTY_PATH.address(),
                            (long) Statx.AT_EMPTY_PATH,
                            (long) Statx.BASIC_STATS,
                            statx.address()),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(statx);
        }
    }

    @Override
    public long pread(int descriptor, MemorySegment target, long count, long offset) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (long) Functions.Pread.CALL.invokeExact(
                            captured, (long) descriptor, target.address(), count, offset, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public long close(int descriptor) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Close.CALL.invokeExact(captured, (long) descriptor, 0L, 0L, 0L, 0L), captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long getdents64(int descriptor, MemorySegment target) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (long) Functions.Getdents64.CALL.invokeExact(
                            captured, (long) descriptor, target.address(), target.byteSize(), 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public long lstatxAt(int directory, MemorySegment name, MemorySegment statx) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Statx.CALL.invokeExact(
                            captured,
                            (long) directory,
                            name.address(),
                            (long) Statx.AT_SYMLINK_NOFOLLOW,
                            (long) Statx.BASIC_STATS,
                            statx.address()),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(name);
            Reference.reachabilityFence(statx);
        }
    }

    @Override
    public long poll(MemorySegment descriptors, long count, int millis) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Poll.CALL.invokeExact(
                            captured, descriptors.address(), count, (long) millis, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(descriptors);
        }
    }

    @Override
    public long setfsuid(int uid) {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong(
                    (int) (long) Functions.Setfsuid.CALL.invokeExact(captured, (long) uid, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long setfsgid(int gid) {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong(
                    (int) (long) Functions.Setfsgid.CALL.invokeExact(captured, (long) gid, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long setgroups(int count, MemorySegment groups) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (long) Functions.SyscallSetgroups.CALL.invokeExact(
                            captured, SETGROUPS, (long) count, groups.address(), 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(groups);
        }
    }

    @Override
    public long getgroups(int count, MemorySegment groups) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Getgroups.CALL.invokeExact(captured, (long) count, groups.address(), 0L, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(groups);
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
            int error = (int) (long) Functions.GetpwuidR.CALL.invokeExact(
                    captured, (long) uid, passwd.address(), strings.address(), strings.byteSize(), found.address());
            if (error != 0) {
                return -error;
            }
            if (found.get(ADDRESS, 0).address() == 0) {
                return Errno.ENOENT.asResult();
            }
            MemorySegment name = passwd.get(ADDRESS, 0);
            MemorySegment count = arena.allocate(JAVA_INT);
            count.set(JAVA_INT, 0, (int) (groups.byteSize() / JAVA_INT.byteSize()));
            int listed = (int) (long) Functions.Getgrouplist.CALL.invokeExact(
                    captured, name.address(), (long) gid, groups.address(), count.address(), 0L);
            return listed < 0 ? Errno.ERANGE.asResult() : listed;
        } catch (Throwable thrown) {
            throw defect(thrown);
        } finally {
            Reference.reachabilityFence(groups);
        }
    }

    @Override
    public long geteuid() {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong(
                    (int) (long) Functions.Geteuid.CALL.invokeExact(captured, 0L, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long getegid() {
        MemorySegment captured = CAPTURED.get();
        try {
            return Integer.toUnsignedLong(
                    (int) (long) Functions.Getegid.CALL.invokeExact(captured, 0L, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long gettid() {
        MemorySegment captured = CAPTURED.get();
        try {
            return (int) (long) Functions.Gettid.CALL.invokeExact(captured, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }

    @Override
    public long tgkill(int process, int thread, int signal) {
        MemorySegment captured = CAPTURED.get();
        try {
            return intResult(
                    (long) Functions.Tgkill.CALL.invokeExact(
                            captured, (long) process, (long) thread, (long) signal, 0L, 0L),
                    captured);
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
                long read = intResult(
                        (long) Functions.Sigaction.CALL.invokeExact(
                                captured, (long) signal, 0L, current.address(), 0L, 0L),
                        captured);
                if (read == 0 && Sigaction.isDefault(current)) {
                    long set = intResult(
                            (long) Functions.Sigaction.CALL.invokeExact(
                                    captured, (long) signal, wanted.address(), 0L, 0L, 0L),
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
            return -(int) (long)
                    Functions.PthreadSigmask.CALL.invokeExact(captured, (long) SIG_UNBLOCK, set.address(), 0L, 0L, 0L);
        } catch (Throwable thrown) {
            throw defect(thrown);
        }
    }
}
