package dev.letterbox.sysv.file;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.LinuxFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Gives the calling thread, for one call, exactly the rights with files that another user has: the kernel judges, not
 * this program. Needs CAP_SETUID and CAP_SETGID. See setfsuid(2), which also takes away the right of root to pass over
 * permissions.
 */
public final class CallerRights {
    private static final int MOST_GROUPS = 65_536;

    /** No valid id: the calls change nothing and return the id that is set. */
    private static final int NOBODY = -1;

    private CallerRights() {}

    /**
     * Makes a call with the rights of a user. Only for platform threads: a virtual one may change the kernel's thread
     * under the call.
     *
     * @param <T> what the call returns
     * @param linux the kernel
     * @param uid the user
     * @param gid the user's group
     * @param groups the user's other groups
     * @param call what to do
     * @return what the call returns
     * @throws ErrnoException what the call throws; or with EPERM if this process may not take another's rights
     */
    public static <T> T with(LinuxFiles linux, int uid, int gid, int[] groups, FileCall<T> call) throws ErrnoException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("A virtual thread has no rights of its own.");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ours = arena.allocate(ValueLayout.JAVA_INT, MOST_GROUPS);
            int ourCount = (int) ErrnoException.check(linux.getgroups(MOST_GROUPS, ours), "getgroups");
            MemorySegment theirs = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, groups.length));
            MemorySegment.copy(groups, 0, theirs, ValueLayout.JAVA_INT, 0, groups.length);
            int ourUid = (int) linux.setfsuid(NOBODY);
            int ourGid = (int) linux.setfsgid(NOBODY);
            ErrnoException.check(linux.setgroups(groups.length, theirs), "setgroups");
            try {
                linux.setfsgid(gid);
                linux.setfsuid(uid);
                // These calls never report a failure. They return the id before the call, so a second call tells what
                // is set.
                if (linux.setfsuid(uid) != Integer.toUnsignedLong(uid)
                        || linux.setfsgid(gid) != Integer.toUnsignedLong(gid)) {
                    throw new ErrnoException("setfsuid", Errno.EPERM);
                }
                return call.run();
            } finally {
                linux.setfsuid(ourUid);
                linux.setfsgid(ourGid);
                if (KernelError.of(linux.setgroups(ourCount, ours)) != null
                        || linux.setfsuid(ourUid) != Integer.toUnsignedLong(ourUid)
                        || linux.setfsgid(ourGid) != Integer.toUnsignedLong(ourGid)) {
                    // A thread with a stranger's rights must not go on.
                    Runtime.getRuntime().halt(70);
                }
            }
        }
    }

    /**
     * A call about files.
     *
     * @param <T> what it returns
     */
    @FunctionalInterface
    public interface FileCall<T> {
        /**
         * Makes the call.
         *
         * @return its result
         * @throws ErrnoException if it fails
         */
        T run() throws ErrnoException;
    }

    /**
     * Asks the user database which groups a user is in.
     *
     * @param linux the kernel
     * @param uid the user
     * @param gid a group that is in the list in any case
     * @return the groups; that one alone for a user that the database does not know
     * @throws ErrnoException if the database cannot be asked
     */
    public static int[] groupsOf(LinuxFiles linux, int uid, int gid) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment groups = arena.allocate(ValueLayout.JAVA_INT, MOST_GROUPS);
            long count = linux.groupsOf(uid, gid, groups);
            if (Errno.ENOENT.in(count)) {
                return new int[] {gid};
            }
            ErrnoException.check(count, "getgrouplist");
            return groups.asSlice(0, count * Integer.BYTES).toArray(ValueLayout.JAVA_INT);
        }
    }
}
