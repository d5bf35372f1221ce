package dev.letterbox.sysv.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.letterbox.sysv.linux.layout.Statx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Makes the calls about files and about a thread's rights with them, by {@code java.lang.foreign}.
 *
 * @see Calls
 */
final class NativeLinuxFiles implements LinuxFiles {
    private static final long OPENAT2 = 437;
    private static final long SETGROUPS = Platform.isAarch64() ? 159 : 116;

    /** {@code struct passwd} begins with the address of the name; the rest of its 48 bytes is not looked at. */
    private static final long PASSWD_BYTES = 64;

    private static final long PASSWD_STRINGS = 64 * 1024;

    private static final MemorySegment EMPTY_PATH = Arena.global().allocateFrom("");

    static final LinuxFiles INSTANCE = new NativeLinuxFiles();

    private NativeLinuxFiles() {}

    @Override
    public long openat2(int directory, MemorySegment path, MemorySegment how) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.result(
                    (long) Functions.SyscallOpenat2.CALL.invokeExact(
                            captured, OPENAT2, (long) directory, path.address(), how.address(), how.byteSize()),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(path);
            Reference.reachabilityFence(how);
        }
    }

    @Override
    public long open(MemorySegment path, int flags) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Open.CALL.invokeExact(captured, path.address(), (long) flags, 0L, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(path);
        }
    }

    @Override
    public long fstatx(int descriptor, MemorySegment statx) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Statx.CALL.invokeExact(
                            captured,
                            (long) descriptor,
                            EMPTY_PATH.address(),
                            (long) Statx.AT_EMPTY_PATH,
                            (long) Statx.BASIC_STATS,
                            statx.address()),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(statx);
        }
    }

    @Override
    public long pread(int descriptor, MemorySegment target, long count, long offset) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.result(
                    (long) Functions.Pread.CALL.invokeExact(
                            captured, (long) descriptor, target.address(), count, offset, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public long close(int descriptor) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Close.CALL.invokeExact(captured, (long) descriptor, 0L, 0L, 0L, 0L), captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long getdents64(int descriptor, MemorySegment target) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.result(
                    (long) Functions.Getdents64.CALL.invokeExact(
                            captured, (long) descriptor, target.address(), target.byteSize(), 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public long lstatxAt(int directory, MemorySegment name, MemorySegment statx) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Statx.CALL.invokeExact(
                            captured,
                            (long) directory,
                            name.address(),
                            (long) Statx.AT_SYMLINK_NOFOLLOW,
                            (long) Statx.BASIC_STATS,
                            statx.address()),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(name);
            Reference.reachabilityFence(statx);
        }
    }

    @Override
    public long poll(MemorySegment descriptors, long count, int millis) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Poll.CALL.invokeExact(
                            captured, descriptors.address(), count, (long) millis, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(descriptors);
        }
    }

    @Override
    public long fcntl(int descriptor, int command, int argument) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Fcntl.CALL.invokeExact(
                            captured, (long) descriptor, (long) command, (long) argument, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long setfsuid(int uid) {
        MemorySegment captured = Calls.errno();
        try {
            return Integer.toUnsignedLong(
                    (int) (long) Functions.Setfsuid.CALL.invokeExact(captured, (long) uid, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long setfsgid(int gid) {
        MemorySegment captured = Calls.errno();
        try {
            return Integer.toUnsignedLong(
                    (int) (long) Functions.Setfsgid.CALL.invokeExact(captured, (long) gid, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        }
    }

    @Override
    public long setgroups(int count, MemorySegment groups) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.result(
                    (long) Functions.SyscallSetgroups.CALL.invokeExact(
                            captured, SETGROUPS, (long) count, groups.address(), 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(groups);
        }
    }

    @Override
    public long getgroups(int count, MemorySegment groups) {
        MemorySegment captured = Calls.errno();
        try {
            return Calls.intResult(
                    (long) Functions.Getgroups.CALL.invokeExact(captured, (long) count, groups.address(), 0L, 0L, 0L),
                    captured);
        } catch (Throwable thrown) {
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(groups);
        }
    }

    @Override
    public long groupsOf(int uid, int gid, MemorySegment groups) {
        MemorySegment captured = Calls.errno();
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
            throw Calls.defect(thrown);
        } finally {
            Reference.reachabilityFence(groups);
        }
    }
}
