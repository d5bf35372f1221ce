package dev.letterbox.sysv.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.letterbox.sysv.linux.layout.Sigaction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Makes the calls about System V IPC, the caller and its signals, by {@code java.lang.foreign}.
 *
 * @see Calls
 */
final class NativeLinux implements Linux {
    /** The real-time signals that this class tries, from one that few programs use. signal(7): 34 to 64 with glibc. */
    private static final int FIRST_WAKE_SIGNAL = 47;

    private static final int LAST_WAKE_SIGNAL = 58;
    private static final int SIG_UNBLOCK = 1;

    static final Linux INSTANCE = new NativeLinux();

    private NativeLinux() {}

    @Override
    public long msgget(int key, int flags) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Msgget.CALL.invokeExact(captured, (long) key, (long) flags, 0L, 0L, 0L), captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long msgsnd(int id, MemorySegment message, long size, int flags) {
        MemorySegment captured = Calls.errno();
        try {
            long returned = (flags & IPC_NOWAIT) != 0
                    ? (long) Functions.MsgsndNowait.CALL.invokeExact(
                            captured, (long) id, message.address(), size, (long) flags, 0L)
                    : (long) Functions.Msgsnd.CALL.invokeExact(
                            captured, (long) id, message.address(), size, (long) flags, 0L);
            return Calls.intResult(returned, captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(message);
        }
    }

    @Override
    public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
        MemorySegment captured = Calls.errno();
        try {
            long returned = (flags & IPC_NOWAIT) != 0
                    ? (long) Functions.MsgrcvNowait.CALL.invokeExact(
                            captured, (long) id, message.address(), size, type, (long) flags)
                    : (long) Functions.Msgrcv.CALL.invokeExact(
                            captured, (long) id, message.address(), size, type, (long) flags);
            return Calls.result(returned, captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(message);
        }
    }

    @Override
    public long msgctl(int id, int command, MemorySegment argument) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Msgctl.CALL.invokeExact(
                            captured, (long) id, (long) command, argument.address(), 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    @Override
    public long ftok(MemorySegment path, int project) {
        MemorySegment captured = Calls.errno();
        try {
            int key =
                    (int) (long) Functions.Ftok.CALL.invokeExact(captured, path.address(), (long) project, 0L, 0L, 0L);
            // Any other negative number is a key whose project id has its highest bit set.
            return key == -1 ? Calls.result(key, captured) : Integer.toUnsignedLong(key);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(path);
        }
    }

    @Override
    public long semget(int key, int count, int flags) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Semget.CALL.invokeExact(captured, (long) key, (long) count, (long) flags, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long semop(int id, MemorySegment operations, long count) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Semop.CALL.invokeExact(captured, (long) id, operations.address(), count, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(operations);
        }
    }

    @Override
    public long semctl(int id, int number, int command, MemorySegment argument) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Semctl.CALL.invokeExact(
                            captured, (long) id, (long) number, (long) command, argument.address(), 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    @Override
    public long shmget(int key, long size, int flags) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Shmget.CALL.invokeExact(captured, (long) key, size, (long) flags, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long shmat(int id, int flags) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.result(
                    (long) Functions.Shmat.CALL.invokeExact(captured, (long) id, 0L, (long) flags, 0L, 0L), captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long shmdt(long address) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Shmdt.CALL.invokeExact(captured, address, 0L, 0L, 0L, 0L), captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long shmctl(int id, int command, MemorySegment argument) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Shmctl.CALL.invokeExact(
                            captured, (long) id, (long) command, argument.address(), 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    @Override
    public long madvise(long address, long length, int advice) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Madvise.CALL.invokeExact(captured, address, length, (long) advice, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long getpagesize() {
        MemorySegment captured = Calls.errno();
        try {
            return (int) (long) Functions.Getpagesize.CALL.invokeExact(captured, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long geteuid() {
        MemorySegment captured = Calls.errno();
        try {
            return Integer.toUnsignedLong(
                    (int) (long) Functions.Geteuid.CALL.invokeExact(captured, 0L, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long getegid() {
        MemorySegment captured = Calls.errno();
        try {
            return Integer.toUnsignedLong(
                    (int) (long) Functions.Getegid.CALL.invokeExact(captured, 0L, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long gettid() {
        MemorySegment captured = Calls.errno();
        try {
            return (int) (long) Functions.Gettid.CALL.invokeExact(captured, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long tgkill(int process, int thread, int signal) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Tgkill.CALL.invokeExact(
                            captured, (long) process, (long) thread, (long) signal, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    /**
     * The handler is getppid(2): async-signal-safe, without effect, and deaf to the argument that a handler gets. A Java
     * method could not be one, since the JVM may not be entered from a signal.
     */
    @Override
    public long claimWakeSignal() {
        MemorySegment captured = Calls.errno();
        MemorySegment handler = Functions.LIBC.find("getppid").orElseThrow();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment current = arena.allocate(Sigaction.LAYOUT);
            MemorySegment wanted = arena.allocate(Sigaction.LAYOUT);
            Sigaction.set(wanted, handler, SA_RESTART);
            for (int signal = FIRST_WAKE_SIGNAL; signal <= LAST_WAKE_SIGNAL; signal++) {
                long read = Calls.intResult(
                        (long) Functions.Sigaction.CALL.invokeExact(
                                captured, (long) signal, 0L, current.address(), 0L, 0L),
                        captured);
                if (read == 0 && Sigaction.isDefault(current)) {
                    long set = Calls.intResult(
                            (long) Functions.Sigaction.CALL.invokeExact(
                                    captured, (long) signal, wanted.address(), 0L, 0L, 0L),
                            captured);
                    return set < 0 ? set : signal;
                }
            }
            return Errno.EBUSY.asResult();
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long unblockSignal(int signal) {
        MemorySegment captured = Calls.errno();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(Sigaction.SIGSET);
            set.set(JAVA_LONG, 0, 1L << (signal - 1));
            // pthread functions return the error itself.
            return -(int) (long)
                    Functions.PthreadSigmask.CALL.invokeExact(captured, (long) SIG_UNBLOCK, set.address(), 0L, 0L, 0L);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }
}
