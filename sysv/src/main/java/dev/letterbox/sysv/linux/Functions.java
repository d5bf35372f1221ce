package dev.letterbox.sysv.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.letterbox.sysv.error.UnsupportedKernelException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Links the C library's functions, each in a class of its own, and so when it is called for the first time. The JVM spins
 * code for each form of a call, which takes some milliseconds of every run; so all functions are called in one form.
 *
 * <p>It is {@code long f(long, long, long, long, long)}. On x86-64 and aarch64 the first six integers and addresses come
 * in registers, each in one, whatever their width, and a function looks at those alone that it has: of an {@code int} at
 * the lower half. Where a function returns an {@code int}, the upper half of what comes back means nothing. Those with
 * {@code ...} look in the same places; on x86-64 some of them save the vector registers too, as they were not told that
 * no argument is there.
 */
final class Functions {
    private static final Linker LINKER = Linker.nativeLinker();
    static final SymbolLookup LIBC = LINKER.defaultLookup();
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

    private static final FunctionDescriptor FORM =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private Functions() {}

    static final class Msgget {
        // int msgget(key_t key, int msgflg);
        static final MethodHandle CALL = quick("msgget");
    }

    static final class Msgsnd {
        // int msgsnd(int msqid, const void *msgp, size_t msgsz, int msgflg);
        static final MethodHandle CALL = sleeping("msgsnd");
    }

    static final class MsgsndNowait {
        static final MethodHandle CALL = quick("msgsnd");
    }

    static final class Msgrcv {
        // ssize_t msgrcv(int msqid, void *msgp, size_t msgsz, long msgtyp, int msgflg);
        static final MethodHandle CALL = sleeping("msgrcv");
    }

    static final class MsgrcvNowait {
        static final MethodHandle CALL = quick("msgrcv");
    }

    static final class Msgctl {
        // int msgctl(int msqid, int cmd, struct msqid_ds *buf);
        static final MethodHandle CALL = quick("msgctl");
    }

    static final class Ftok {
        // key_t ftok(const char *pathname, int proj_id);
        static final MethodHandle CALL = sleeping("ftok");
    }

    static final class Semget {
        // int semget(key_t key, int nsems, int semflg);
        static final MethodHandle CALL = quick("semget");
    }

    static final class Semop {
        // int semop(int semid, struct sembuf *sops, size_t nsops);
        static final MethodHandle CALL = sleeping("semop");
    }

    static final class Semctl {
        // int semctl(int semid, int semnum, int cmd, ...);
        static final MethodHandle CALL = sleeping("semctl");
    }

    static final class Shmget {
        // int shmget(key_t key, size_t size, int shmflg);
        static final MethodHandle CALL = quick("shmget");
    }

    static final class Shmat {
        // void *shmat(int shmid, const void *shmaddr, int shmflg);
        static final MethodHandle CALL = sleeping("shmat");
    }

    static final class Shmdt {
        // int shmdt(const void *shmaddr);
        static final MethodHandle CALL = sleeping("shmdt");
    }

    static final class Shmctl {
        // int shmctl(int shmid, int cmd, struct shmid_ds *buf);
        static final MethodHandle CALL = quick("shmctl");
    }

    static final class Madvise {
        // int madvise(void *addr, size_t length, int advice);
        static final MethodHandle CALL = sleeping("madvise");
    }

    static final class Getpagesize {
        // int getpagesize(void);
        static final MethodHandle CALL = quick("getpagesize");
    }

    static final class SyscallOpenat2 {
        // long syscall(long number, ...);
        static final MethodHandle CALL = sleeping("syscall");
    }

    static final class Open {
        // int open(const char *pathname, int flags, ...);
        static final MethodHandle CALL = sleeping("open");
    }

    static final class Statx {
        // int statx(int dirfd, const char *pathname, int flags, unsigned int mask, struct statx *statxbuf);
        static final MethodHandle CALL = sleeping("statx");
    }

    static final class Pread {
        // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
        static final MethodHandle CALL = sleeping("pread");
    }

    static final class Close {
        // int close(int fd);
        static final MethodHandle CALL = sleeping("close");
    }

    static final class Getdents64 {
        // ssize_t getdents64(int fd, void *dirp, size_t length);
        static final MethodHandle CALL = sleeping("getdents64");
    }

    static final class Poll {
        // int poll(struct pollfd *fds, nfds_t nfds, int timeout);
        static final MethodHandle CALL = sleeping("poll");
    }

    static final class Fcntl {
        // int fcntl(int fd, int cmd, ...);
        static final MethodHandle CALL = sleeping("fcntl");
    }

    static final class Setfsuid {
        // int setfsuid(uid_t fsuid);
        static final MethodHandle CALL = quick("setfsuid");
    }

    static final class Setfsgid {
        // int setfsgid(gid_t fsgid);
        static final MethodHandle CALL = quick("setfsgid");
    }

    static final class Getgroups {
        // int getgroups(int size, gid_t list[]);
        static final MethodHandle CALL = quick("getgroups");
    }

    static final class SyscallSetgroups {
        // long syscall(SYS_setgroups, size_t size, const gid_t *list);
        static final MethodHandle CALL = sleeping("syscall");
    }

    static final class GetpwuidR {
        // int getpwuid_r(uid_t uid, struct passwd *pwd, char *buf, size_t buflen, struct passwd **result);
        static final MethodHandle CALL = sleeping("getpwuid_r");
    }

    static final class Getgrouplist {
        // int getgrouplist(const char *user, gid_t group, gid_t *groups, int *ngroups);
        static final MethodHandle CALL = sleeping("getgrouplist");
    }

    static final class Geteuid {
        // uid_t geteuid(void);
        static final MethodHandle CALL = quick("geteuid");
    }

    static final class Getegid {
        // gid_t getegid(void);
        static final MethodHandle CALL = quick("getegid");
    }

    static final class Gettid {
        // pid_t gettid(void);
        static final MethodHandle CALL = quick("gettid");
    }

    static final class Tgkill {
        // int tgkill(pid_t tgid, pid_t tid, int sig);
        static final MethodHandle CALL = quick("tgkill");
    }

    static final class Sigaction {
        // int sigaction(int signum, const struct sigaction *act, struct sigaction *oldact);
        static final MethodHandle CALL = quick("sigaction");
    }

    static final class PthreadSigmask {
        // int pthread_sigmask(int how, const sigset_t *set, sigset_t *oldset);
        static final MethodHandle CALL = quick("pthread_sigmask");
    }

    /** What never sleeps is called without the change of the thread's state. */
    private static MethodHandle quick(String name) {
        return link(name, Linker.Option.critical(false), CAPTURE_ERRNO);
    }

    private static MethodHandle sleeping(String name) {
        return link(name, CAPTURE_ERRNO);
    }

    private static MethodHandle link(String name, Linker.Option... options) {
        MemorySegment function = LIBC.find(name).orElseThrow(() -> notFound(name));
        return LINKER.downcallHandle(function, FORM, options);
    }

    /** The JDK opens a library to look in, and finds nothing ever after where it cannot. */
    private static UnsupportedKernelException notFound(String name) {
        try (InputStream _ = new FileInputStream("/dev/null")) {
            return new UnsupportedKernelException("The C library has no function " + name + ".");
        } catch (IOException noFile) {
            return new UnsupportedKernelException(
                    "Cannot use the C library: no file can be opened (%s). Allow more open files (ulimit -n) and start again."
                            .formatted(noFile.getMessage()),
                    noFile);
        }
    }
}
