package dev.letterbox.sysv.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Links the C library's functions, each in a class of its own, and so when it is called for the first time: to link one
 * takes some milliseconds, and no program calls all of them.
 */
final class Functions {
    private static final Linker LINKER = Linker.nativeLinker();
    static final SymbolLookup LIBC = LINKER.defaultLookup();
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

    private Functions() {}

    static final class Msgget {
        // int msgget(key_t key, int msgflg);
        static final MethodHandle CALL = quick("msgget", JAVA_INT, JAVA_INT, JAVA_INT);
    }

    static final class Msgsnd {
        // int msgsnd(int msqid, const void *msgp, size_t msgsz, int msgflg);
        static final MethodHandle CALL = sleeping("msgsnd", JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    }

    static final class MsgsndNowait {
        static final MethodHandle CALL = quick("msgsnd", JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    }

    static final class Msgrcv {
        // ssize_t msgrcv(int msqid, void *msgp, size_t msgsz, long msgtyp, int msgflg);
        static final MethodHandle CALL =
                sleeping("msgrcv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT);
    }

    static final class MsgrcvNowait {
        static final MethodHandle CALL = quick("msgrcv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT);
    }

    static final class Msgctl {
        // int msgctl(int msqid, int cmd, struct msqid_ds *buf);
        static final MethodHandle CALL = quick("msgctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    }

    static final class Ftok {
        // key_t ftok(const char *pathname, int proj_id);
        static final MethodHandle CALL = sleeping("ftok", JAVA_INT, ADDRESS, JAVA_INT);
    }

    static final class Semget {
        // int semget(key_t key, int nsems, int semflg);
        static final MethodHandle CALL = quick("semget", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    }

    static final class Semop {
        // int semop(int semid, struct sembuf *sops, size_t nsops);
        static final MethodHandle CALL = sleeping("semop", JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG);
    }

    static final class Semctl {
        // int semctl(int semid, int semnum, int cmd, ...);
        static final MethodHandle CALL = link(
                "semctl",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS),
                Linker.Option.firstVariadicArg(3));
    }

    static final class Shmget {
        // int shmget(key_t key, size_t size, int shmflg);
        static final MethodHandle CALL = quick("shmget", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    }

    static final class Shmat {
        // void *shmat(int shmid, const void *shmaddr, int shmflg);
        static final MethodHandle CALL = sleeping("shmat", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    }

    static final class Shmdt {
        // int shmdt(const void *shmaddr);
        static final MethodHandle CALL = sleeping("shmdt", JAVA_INT, ADDRESS);
    }

    static final class Shmctl {
        // int shmctl(int shmid, int cmd, struct shmid_ds *buf);
        static final MethodHandle CALL = quick("shmctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    }

    static final class SyscallOpenat2 {
        // long syscall(long number, ...);
        static final MethodHandle CALL = link(
                "syscall",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }

    static final class Open {
        // int open(const char *pathname, int flags, ...);
        static final MethodHandle CALL =
                link("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));
    }

    static final class Statx {
        // int statx(int dirfd, const char *pathname, int flags, unsigned int mask, struct statx *statxbuf);
        static final MethodHandle CALL = sleeping("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    }

    static final class Pread {
        // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
        static final MethodHandle CALL = sleeping("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    }

    static final class Close {
        // int close(int fd);
        static final MethodHandle CALL = sleeping("close", JAVA_INT, JAVA_INT);
    }

    static final class Getdents64 {
        // ssize_t getdents64(int fd, void *dirp, size_t length);
        static final MethodHandle CALL = sleeping("getdents64", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    }

    static final class Setfsuid {
        // int setfsuid(uid_t fsuid);
        static final MethodHandle CALL = quick("setfsuid", JAVA_INT, JAVA_INT);
    }

    static final class Setfsgid {
        // int setfsgid(gid_t fsgid);
        static final MethodHandle CALL = quick("setfsgid", JAVA_INT, JAVA_INT);
    }

    static final class Getgroups {
        // int getgroups(int size, gid_t list[]);
        static final MethodHandle CALL = quick("getgroups", JAVA_INT, JAVA_INT, ADDRESS);
    }

    static final class SyscallSetgroups {
        // long syscall(SYS_setgroups, size_t size, const gid_t *list);
        static final MethodHandle CALL = link(
                "syscall",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
                Linker.Option.firstVariadicArg(1));
    }

    static final class GetpwuidR {
        // int getpwuid_r(uid_t uid, struct passwd *pwd, char *buf, size_t buflen, struct passwd **result);
        static final MethodHandle CALL =
                sleeping("getpwuid_r", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    }

    static final class Getgrouplist {
        // int getgrouplist(const char *user, gid_t group, gid_t *groups, int *ngroups);
        static final MethodHandle CALL = sleeping("getgrouplist", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    }

    static final class Geteuid {
        // uid_t geteuid(void);
        static final MethodHandle CALL = quick("geteuid", JAVA_INT);
    }

    static final class Getegid {
        // gid_t getegid(void);
        static final MethodHandle CALL = quick("getegid", JAVA_INT);
    }

    static final class Gettid {
        // pid_t gettid(void);
        static final MethodHandle CALL = quick("gettid", JAVA_INT);
    }

    static final class Tgkill {
        // int tgkill(pid_t tgid, pid_t tid, int sig);
        static final MethodHandle CALL = quick("tgkill", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    }

    static final class Sigaction {
        // int sigaction(int signum, const struct sigaction *act, struct sigaction *oldact);
        static final MethodHandle CALL = quick("sigaction", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    }

    static final class PthreadSigmask {
        // int pthread_sigmask(int how, const sigset_t *set, sigset_t *oldset);
        static final MethodHandle CALL = quick("pthread_sigmask", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    }

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
}
