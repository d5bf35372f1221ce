/*
 * Prints what this machine's C headers say, one "name value" on a line: where each field of the
 * structs lies ("msqid_ds.msg_perm.key 0"), how large it is ("sizeof(msqid_ds.msg_perm.key) 4"), and
 * the constants ("IPC_CREAT 512"). A program in another language that calls the kernel compares its
 * own numbers with these. All values are decimal. It speaks no wire.
 *
 * Fields that the C library hides behind underscores (__key, __seq, __msg_cbytes) are printed
 * without them.
 */
#define _GNU_SOURCE 1

#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include "errors.h"

#define CONSTANT(name) printf("%s %lld\n", #name, (long long) (name));
#define TYPE(type) printf("sizeof(%s) %zu\n", #type, sizeof(type));
#define FIELD_AS(type, field, name)                                                         \
    printf("%s.%s %zu\n", #type, name, offsetof(struct type, field));                       \
    printf("sizeof(%s.%s) %zu\n", #type, name, sizeof(((struct type *) NULL)->field));
#define FIELD(type, field)                                                                  \
    printf("%s.%s %zu\n", #type, #field, offsetof(struct type, field));                     \
    printf("sizeof(%s.%s) %zu\n", #type, #field, sizeof(((struct type *) NULL)->field));
#define PERMISSIONS(type, perm)                                                             \
    FIELD(type, perm)                                                                       \
    FIELD_AS(type, perm.__key, #perm ".key")                                                \
    FIELD(type, perm.uid) FIELD(type, perm.gid) FIELD(type, perm.cuid)                      \
    FIELD(type, perm.cgid) FIELD(type, perm.mode)                                           \
    FIELD_AS(type, perm.__seq, #perm ".seq")
#define STATX_TIMESTAMP(field)                                                              \
    FIELD(statx, field) FIELD(statx, field.tv_sec) FIELD(statx, field.tv_nsec)

static void print_types(void)
{
    TYPE(int) TYPE(long) TYPE(void *) TYPE(size_t) TYPE(ssize_t)
    TYPE(key_t) TYPE(pid_t) TYPE(uid_t) TYPE(gid_t) TYPE(mode_t) TYPE(time_t) TYPE(off_t)
    TYPE(msgqnum_t) TYPE(msglen_t) TYPE(struct ipc_perm) TYPE(struct timespec)
}

static void print_message_queues(void)
{
    TYPE(struct msqid_ds)
    PERMISSIONS(msqid_ds, msg_perm)
    FIELD(msqid_ds, msg_stime) FIELD(msqid_ds, msg_rtime) FIELD(msqid_ds, msg_ctime)
    FIELD_AS(msqid_ds, __msg_cbytes, "msg_cbytes")
    FIELD(msqid_ds, msg_qnum) FIELD(msqid_ds, msg_qbytes)
    FIELD(msqid_ds, msg_lspid) FIELD(msqid_ds, msg_lrpid)

    TYPE(struct msginfo)
    FIELD(msginfo, msgpool) FIELD(msginfo, msgmap) FIELD(msginfo, msgmax) FIELD(msginfo, msgmnb)
    FIELD(msginfo, msgmni) FIELD(msginfo, msgssz) FIELD(msginfo, msgtql) FIELD(msginfo, msgseg)

    CONSTANT(IPC_PRIVATE) CONSTANT(IPC_CREAT) CONSTANT(IPC_EXCL) CONSTANT(IPC_NOWAIT)
    CONSTANT(IPC_RMID) CONSTANT(IPC_SET) CONSTANT(IPC_STAT) CONSTANT(IPC_INFO)
    CONSTANT(MSG_NOERROR) CONSTANT(MSG_EXCEPT) CONSTANT(MSG_COPY)
    CONSTANT(MSG_STAT) CONSTANT(MSG_INFO) CONSTANT(MSG_STAT_ANY)
}

static void print_shared_memory(void)
{
    TYPE(struct shmid_ds)
    PERMISSIONS(shmid_ds, shm_perm)
    FIELD(shmid_ds, shm_segsz) FIELD(shmid_ds, shm_atime) FIELD(shmid_ds, shm_dtime)
    FIELD(shmid_ds, shm_ctime) FIELD(shmid_ds, shm_cpid) FIELD(shmid_ds, shm_lpid)
    FIELD(shmid_ds, shm_nattch)

    CONSTANT(MADV_DONTNEED) CONSTANT(SHM_R) CONSTANT(SHM_W) CONSTANT(SHM_RDONLY) CONSTANT(SHM_RND) CONSTANT(SHM_REMAP)
    CONSTANT(SHM_EXEC) CONSTANT(SHM_LOCK) CONSTANT(SHM_UNLOCK) CONSTANT(SHM_STAT)
    CONSTANT(SHM_INFO) CONSTANT(SHM_STAT_ANY) CONSTANT(SHM_DEST) CONSTANT(SHM_LOCKED)
    CONSTANT(SHM_HUGETLB) CONSTANT(SHM_NORESERVE)
}

static void print_semaphores(void)
{
    TYPE(struct semid_ds)
    PERMISSIONS(semid_ds, sem_perm)
    FIELD(semid_ds, sem_otime) FIELD(semid_ds, sem_ctime) FIELD(semid_ds, sem_nsems)

    TYPE(struct sembuf)
    FIELD(sembuf, sem_num) FIELD(sembuf, sem_op) FIELD(sembuf, sem_flg)

    CONSTANT(SEM_UNDO) CONSTANT(GETPID) CONSTANT(GETVAL) CONSTANT(GETALL) CONSTANT(GETNCNT)
    CONSTANT(GETZCNT) CONSTANT(SETVAL) CONSTANT(SETALL)
    CONSTANT(SEM_STAT) CONSTANT(SEM_INFO) CONSTANT(SEM_STAT_ANY)
}

static void print_files(void)
{
    TYPE(struct open_how)
    FIELD(open_how, flags) FIELD(open_how, mode) FIELD(open_how, resolve)

    TYPE(struct stat)
    FIELD(stat, st_dev) FIELD(stat, st_ino) FIELD(stat, st_mode) FIELD(stat, st_nlink)
    FIELD(stat, st_uid) FIELD(stat, st_gid) FIELD(stat, st_rdev) FIELD(stat, st_size)
    FIELD(stat, st_blksize) FIELD(stat, st_blocks)
    FIELD(stat, st_atim) FIELD(stat, st_mtim) FIELD(stat, st_ctim)
    FIELD(timespec, tv_sec) FIELD(timespec, tv_nsec)

    TYPE(struct statx)
    FIELD(statx, stx_mask) FIELD(statx, stx_blksize) FIELD(statx, stx_attributes)
    FIELD(statx, stx_nlink) FIELD(statx, stx_uid) FIELD(statx, stx_gid) FIELD(statx, stx_mode)
    FIELD(statx, stx_ino) FIELD(statx, stx_size) FIELD(statx, stx_blocks)
    FIELD(statx, stx_attributes_mask)
    STATX_TIMESTAMP(stx_atime) STATX_TIMESTAMP(stx_btime)
    STATX_TIMESTAMP(stx_ctime) STATX_TIMESTAMP(stx_mtime)

    CONSTANT(F_GETPIPE_SZ) CONSTANT(F_SETPIPE_SZ)
    CONSTANT(O_RDONLY) CONSTANT(O_WRONLY) CONSTANT(O_RDWR) CONSTANT(O_CREAT) CONSTANT(O_EXCL)
    CONSTANT(O_TRUNC) CONSTANT(O_APPEND) CONSTANT(O_CLOEXEC) CONSTANT(O_NONBLOCK)
    CONSTANT(O_NOCTTY) CONSTANT(O_PATH) CONSTANT(O_DIRECTORY) CONSTANT(O_NOFOLLOW)
    CONSTANT(AT_FDCWD) CONSTANT(AT_EMPTY_PATH) CONSTANT(AT_SYMLINK_NOFOLLOW)
    CONSTANT(STATX_BASIC_STATS)
    CONSTANT(S_IFMT) CONSTANT(S_IFREG) CONSTANT(S_IFDIR) CONSTANT(S_IFLNK) CONSTANT(S_IFIFO)
    CONSTANT(S_IFSOCK) CONSTANT(S_IFCHR) CONSTANT(S_IFBLK)
    CONSTANT(RESOLVE_NO_XDEV) CONSTANT(RESOLVE_NO_MAGICLINKS) CONSTANT(RESOLVE_NO_SYMLINKS)
    CONSTANT(RESOLVE_BENEATH) CONSTANT(RESOLVE_IN_ROOT)
#ifdef RESOLVE_CACHED /* Linux 5.12 */
    CONSTANT(RESOLVE_CACHED)
#endif
}

static void print_poll(void)
{
    TYPE(struct pollfd) TYPE(nfds_t)
    FIELD(pollfd, fd) FIELD(pollfd, events) FIELD(pollfd, revents)
}

static void print_signals(void)
{
    TYPE(sigset_t)
    TYPE(struct sigaction)
    FIELD(sigaction, sa_handler) FIELD(sigaction, sa_mask) FIELD(sigaction, sa_flags)

    CONSTANT(SIGHUP) CONSTANT(SIGINT) CONSTANT(SIGKILL) CONSTANT(SIGTERM) CONSTANT(SIGCHLD)
    CONSTANT(SIGSTOP) CONSTANT(SIGCONT) CONSTANT(SIGUSR1) CONSTANT(SIGUSR2) CONSTANT(SIGPIPE)
    CONSTANT(SIGRTMIN) CONSTANT(SIGRTMAX)
    CONSTANT(SA_RESTART) CONSTANT(SA_NOCLDSTOP) CONSTANT(SA_RESETHAND) CONSTANT(SA_SIGINFO)
    CONSTANT(SIG_BLOCK) CONSTANT(SIG_UNBLOCK) CONSTANT(SIG_SETMASK)
}

static void print_system_calls(void)
{
    CONSTANT(SYS_openat2) CONSTANT(SYS_gettid) CONSTANT(SYS_tgkill)
    CONSTANT(SYS_msgget) CONSTANT(SYS_msgsnd) CONSTANT(SYS_msgrcv) CONSTANT(SYS_msgctl)
}

static void print_errors(void)
{
    FOR_EACH_ERROR(CONSTANT)
    CONSTANT(EWOULDBLOCK) CONSTANT(EDEADLOCK) CONSTANT(ENOTSUP)
}

int main(void)
{
    print_types();
    print_message_queues();
    print_shared_memory();
    print_semaphores();
    print_files();
    print_poll();
    print_signals();
    print_system_calls();
    print_errors();
    return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}
