package dev.letterbox.sysv.linux;

import dev.letterbox.sysv.error.NativeAccessDeniedException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.layout.Sembuf;
import dev.letterbox.sysv.linux.layout.ShmidDs;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The kernel's calls about System V IPC, the calling process and its signals, under their C names.
 *
 * <p>Every call returns what the C function returns, or a negative value if it failed, which {@link KernelError#of} reads.
 * Nothing is thrown and nothing is allocated: an empty queue is just a number. Implementations are safe for use by
 * multiple threads.
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
    /** Read how many threads wait for a semaphore to grow: {@code GETNCNT}. */
    int GETNCNT = 14;
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
    /** A flag in a segment's mode: it goes with its last attachment, {@code SHM_DEST}. */
    int SHM_DEST = 0_1000;
    /** Forget which pages are mapped, not what is in them: {@code MADV_DONTNEED}. */
    int MADV_DONTNEED = 4;

    /** Go on with calls that a signal broke off: {@code SA_RESTART}. */
    int SA_RESTART = 0x10000000;

    /**
     * Returns the kernel this process runs on.
     *
     * @return the one implementation by {@code java.lang.foreign}
     * @throws UnsupportedKernelException if this is not 64-bit Linux on x86-64 or aarch64
     * @throws NativeAccessDeniedException if Java was started without native access for this library
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
     * Returns whether this kernel was built with System V message queues: only then there is {@code /proc/sysvipc/msg}, and
     * {@code ENOSYS} from {@link #msgget} and the like comes from a system call filter. See proc_sysvipc(5).
     *
     * @return whether the file is there
     */
    default boolean hasMessageQueues() {
        return Files.exists(Path.of("/proc/sysvipc/msg"));
    }

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
     * {@code int madvise(void *addr, size_t length, int advice)}.
     *
     * @param address where the memory begins, at a page's beginning
     * @param length how many bytes
     * @param advice {@code MADV_DONTNEED}
     * @return 0
     */
    long madvise(long address, long length, int advice);

    /**
     * {@code int getpagesize(void)}.
     *
     * @return bytes
     */
    long getpagesize();

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
