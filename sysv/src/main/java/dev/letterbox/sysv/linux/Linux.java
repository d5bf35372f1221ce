package dev.letterbox.sysv.linux;

import java.lang.foreign.MemorySegment;

/**
 * Calls the kernel, under the C names.
 *
 * <p>Every call returns what the C function returns, or a negative value where it failed, which {@link Errno#of}
 * reads. Nothing is thrown and nothing is allocated: an empty queue is no more than a number. Implementations are safe
 * for use by any number of threads.
 */
public interface Linux {
    /** Make the queue where there is none: {@code IPC_CREAT}. */
    int IPC_CREAT = 0_1000;
    /** Fail where there is one already: {@code IPC_EXCL}. */
    int IPC_EXCL = 0_2000;
    /** Fail rather than sleep: {@code IPC_NOWAIT}. */
    int IPC_NOWAIT = 0_4000;
    /** The key that stands for a new object without a key: {@code IPC_PRIVATE}. */
    int IPC_PRIVATE = 0;
    /** Remove the object: {@code IPC_RMID}. */
    int IPC_RMID = 0;
    /** Change owner, mode and capacity: {@code IPC_SET}. */
    int IPC_SET = 1;
    /** Read the object's state: {@code IPC_STAT}. */
    int IPC_STAT = 2;
    /** Read the limits: {@code IPC_INFO}. */
    int IPC_INFO = 3;

    /** Cut a message that is longer than the buffer: {@code MSG_NOERROR}. */
    int MSG_NOERROR = 0_10000;
    /** Take the first message whose type is another: {@code MSG_EXCEPT}. */
    int MSG_EXCEPT = 0_20000;
    /** Copy a message by its place and leave it there: {@code MSG_COPY}. */
    int MSG_COPY = 0_40000;
    /** Read what is in use: {@code MSG_INFO}. */
    int MSG_INFO = 12;
    /** Read any queue's state by its place or id, without permission: {@code MSG_STAT_ANY}. */
    int MSG_STAT_ANY = 13;

    /** Give the change back when the process ends: {@code SEM_UNDO}. */
    int SEM_UNDO = 0x1000;
    /** Read a semaphore's value: {@code GETVAL}. */
    int GETVAL = 12;
    /** Set a semaphore's value: {@code SETVAL}. */
    int SETVAL = 16;
    /** Read which process changed the semaphore last: {@code GETPID}. */
    int GETPID = 11;

    /** Read any set's state by its place or id, without permission: {@code SEM_STAT_ANY}. */
    int SEM_STAT_ANY = 20;
    /** Read any segment's state by its place or id, without permission: {@code SHM_STAT_ANY}. */
    int SHM_STAT_ANY = 15;
    /** Attach for reading: {@code SHM_RDONLY}. */
    int SHM_RDONLY = 0_10000;

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
    /** No step may use a magic link of /proc: {@code RESOLVE_NO_MAGICLINKS}. */
    int RESOLVE_NO_MAGICLINKS = 0x02;
    /** Treat the directory as the root of the tree: {@code RESOLVE_IN_ROOT}. */
    int RESOLVE_IN_ROOT = 0x10;

    /** Go on with calls that a signal broke off: {@code SA_RESTART}. */
    int SA_RESTART = 0x10000000;

    /**
     * Returns the kernel this process runs on.
     *
     * @return the one implementation by {@code java.lang.foreign}
     * @throws UnsupportedOperationException where this is not 64-bit Linux on x86-64 or aarch64, or native access is
     *     denied; the message says which and what to do
     */
    static Linux host() {
        Platform.check();
        return NativeLinux.INSTANCE;
    }

    /**
     * {@code int msgget(key_t key, int msgflg)}.
     *
     * @param key the key
     * @param flags {@code IPC_CREAT}, {@code IPC_EXCL} and the permission bits
     * @return the queue's id, 0 or more
     */
    long msgget(int key, int flags);

    /**
     * {@code int msgsnd(int msqid, const void *msgp, size_t msgsz, int msgflg)}.
     *
     * @param id the queue
     * @param message a {@code long} type and the bytes after it
     * @param size how many bytes come after the type
     * @param flags {@code IPC_NOWAIT} or 0
     * @return 0
     */
    long msgsnd(int id, MemorySegment message, long size, int flags);

    /**
     * {@code ssize_t msgrcv(int msqid, void *msgp, size_t msgsz, long msgtyp, int msgflg)}.
     *
     * @param id the queue
     * @param message takes a {@code long} type and the bytes after it
     * @param size how many bytes fit after the type
     * @param type which message: see msgrcv(2)
     * @param flags {@code IPC_NOWAIT}, {@code MSG_NOERROR}, {@code MSG_EXCEPT}, {@code MSG_COPY}
     * @return how many bytes came after the type
     */
    long msgrcv(int id, MemorySegment message, long size, long type, int flags);

    /**
     * {@code int msgctl(int msqid, int cmd, struct msqid_ds *buf)}.
     *
     * @param id the queue, or its place in the table for {@code MSG_STAT_ANY}
     * @param command {@code IPC_STAT} and so on
     * @param argument the structure that the command wants, or {@link MemorySegment#NULL}
     * @return what the command returns
     */
    long msgctl(int id, int command, MemorySegment argument);

    /**
     * {@code key_t ftok(const char *pathname, int proj_id)}.
     *
     * @param path a NUL-terminated path
     * @param project its low 8 bits count
     * @return the key, as an unsigned 32-bit number
     */
    long ftok(MemorySegment path, int project);

    /**
     * {@code int semget(key_t key, int nsems, int semflg)}.
     *
     * @param key the key
     * @param count how many semaphores
     * @param flags as for {@link #msgget}
     * @return the set's id
     */
    long semget(int key, int count, int flags);

    /**
     * {@code int semop(int semid, struct sembuf *sops, size_t nsops)}.
     *
     * @param id the set
     * @param operations an array of {@link Sembuf}
     * @param count how many
     * @return 0
     */
    long semop(int id, MemorySegment operations, long count);

    /**
     * {@code int semctl(int semid, int semnum, int cmd, union semun arg)}.
     *
     * @param id the set
     * @param number which semaphore of it
     * @param command {@code IPC_RMID}, {@code IPC_STAT}, {@code SEM_STAT_ANY}, {@code GETPID}, {@code GETVAL},
     *     {@code SETVAL}
     * @param argument a {@code struct semid_ds}, a value as an address, or {@link MemorySegment#NULL}
     * @return what the command returns
     */
    long semctl(int id, int number, int command, MemorySegment argument);

    /**
     * {@code int shmget(key_t key, size_t size, int shmflg)}.
     *
     * @param key the key
     * @param size how many bytes
     * @param flags as for {@link #msgget}
     * @return the segment's id
     */
    long shmget(int key, long size, int flags);

    /**
     * {@code void *shmat(int shmid, const void *shmaddr, int shmflg)}, at an address that the kernel chooses.
     *
     * @param id the segment
     * @param flags {@code SHM_RDONLY} or 0
     * @return the address
     */
    long shmat(int id, int flags);

    /**
     * {@code int shmdt(const void *shmaddr)}.
     *
     * @param address what {@link #shmat} returned
     * @return 0
     */
    long shmdt(long address);

    /**
     * {@code int shmctl(int shmid, int cmd, struct shmid_ds *buf)}.
     *
     * @param id the segment, or its place in the table for {@code SHM_STAT_ANY}
     * @param command {@code IPC_RMID}, {@code IPC_SET}, {@code IPC_STAT}, {@code SHM_STAT_ANY}
     * @param argument a {@link ShmidDs}, or {@link MemorySegment#NULL}
     * @return what the command returns
     */
    long shmctl(int id, int command, MemorySegment argument);

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
     * @param millis how long to wait at most; less than 0 for ever
     * @return of how many there is something to tell; 0 where the time is over
     */
    long poll(MemorySegment descriptors, long count, int millis);

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

    /**
     * {@code uid_t geteuid(void)}.
     *
     * @return the effective user id, as an unsigned 32-bit number
     */
    long geteuid();

    /**
     * {@code gid_t getegid(void)}.
     *
     * @return the effective group id, as an unsigned 32-bit number
     */
    long getegid();

    /**
     * {@code pid_t gettid(void)}.
     *
     * @return the kernel's id of the calling thread
     */
    long gettid();

    /**
     * {@code int tgkill(pid_t tgid, pid_t tid, int sig)}.
     *
     * @param process the process
     * @param thread the thread in it
     * @param signal the signal
     * @return 0
     */
    long tgkill(int process, int thread, int signal);

    /**
     * Claims a real-time signal that nobody in this process uses, and gives it a handler that does nothing, so that it
     * ends a sleep and has no other effect. See sigaction(2), signal(7).
     *
     * @return the signal, or {@link Errno#EBUSY} where each is in use
     */
    long claimWakeSignal();

    /**
     * Lets a signal reach the calling thread, whatever mask it inherited: {@code pthread_sigmask(SIG_UNBLOCK, …)}.
     *
     * @param signal the signal
     * @return 0
     */
    long unblockSignal(int signal);
}
