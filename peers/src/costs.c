/*
 * What the kernel's calls cost on this machine that a request is made of: each is made COUNT times in a row,
 * by one process that nobody disturbs, with the least of five averages printed in nanoseconds.
 * The last line is a message to a process asleep in msgrcv and its answer back: two wake-ups.
 *
 * Exit status: 0 fine; 2 a system call failed.
 */
#define _GNU_SOURCE 1

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "guard.h"

enum { LARGEST = 8192, RUNS = 5, LAST_TYPE = 2 };

struct message {
    long type;
    char body[LARGEST];
};

/* As in linux/openat2.h, which older headers lack. */
struct how {
    uint64_t flags, mode, resolve;
};

enum { RESOLVE_NO_MAGIC_LINKS = 0x02, RESOLVE_BENEATH_ROOT = 0x08, OPENAT2 = 437 };

static long long count = 100000;
static int queue, file, folder;
static struct message message = { .type = 1 };

static void check(long result, const char *call)
{
    if (result == -1)
        fail(call, EXIT_ERROR);
}

static void send_and_receive(size_t size)
{
    check(msgsnd(queue, &message, size, IPC_NOWAIT), "msgsnd");
    check(msgrcv(queue, &message, LARGEST, 0, IPC_NOWAIT), "msgrcv");
}

static void send_and_receive_64(void)
{
    send_and_receive(64);
}

static void send_and_receive_1024(void)
{
    send_and_receive(1024);
}

static void send_and_receive_8192(void)
{
    send_and_receive(8192);
}

static void receive_nothing(void)
{
    if (msgrcv(queue, &message, LARGEST, 0, IPC_NOWAIT) != -1 || errno != ENOMSG)
        fail("msgrcv", EXIT_ERROR);
}

static void find_no_room(void)
{
    if (msgsnd(queue, &message, LARGEST, IPC_NOWAIT) != -1 || errno != EAGAIN)
        fail("msgsnd", EXIT_ERROR);
}

/* Two of the longest messages fill a queue. */
static void fill_the_queue(void)
{
    for (int i = 0; i < 2; i++)
        check(msgsnd(queue, &message, LARGEST, IPC_NOWAIT), "msgsnd");
}

static void empty_the_queue(void)
{
    for (int i = 0; i < 2; i++)
        check(msgrcv(queue, &message, LARGEST, 0, IPC_NOWAIT), "msgrcv");
}

static void look_at_the_queue(void)
{
    struct msqid_ds status;
    check(msgctl(queue, IPC_STAT, &status), "msgctl");
}

static void open_and_close(void)
{
    struct how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                       .resolve = RESOLVE_NO_MAGIC_LINKS | RESOLVE_BENEATH_ROOT };
    long opened = syscall(OPENAT2, folder, "probe", &how, sizeof how);
    check(opened, "openat2");
    close((int) opened);
}

static void look_at_the_file(void)
{
    struct stat status;
    check(fstat(file, &status), "fstat");
}

static void read_1024(void)
{
    check(pread(file, message.body, 1024, 0), "pread");
}

static void read_8192(void)
{
    check(pread(file, message.body, 8192, 0), "pread");
}

static void fork_and_wait(void)
{
    pid_t child = fork();
    check(child, "fork");
    if (child == 0)
        _exit(0);
    check(waitpid(child, NULL, 0), "waitpid");
}

static void create_and_remove(void)
{
    int other = msgget(IPC_PRIVATE, 0600);
    check(other, "msgget");
    check(msgctl(other, IPC_RMID, NULL), "msgctl");
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

static void measure(const char *name, void (*call)(void), long long times)
{
    double least = 0;
    for (int run = 0; run < RUNS; run++) {
        double start = now();
        for (long long i = 0; i < times; i++)
            call();
        double each = (now() - start) / (double) times;
        if (run == 0 || each < least)
            least = each;
    }
    printf("%-48s %8.0f ns\n", name, least);
    fflush(stdout);
}

static int answers;

static void wake_and_be_woken(void)
{
    check(send_message(queue, &message, 64), "msgsnd");
    check(receive_message(answers, &message, LARGEST, 0), "msgrcv");
}

/* Answers every message, asleep in between, until one has the last type. */
static void answer(void)
{
    struct message question;
    do {
        check(receive_message(queue, &question, LARGEST, 0), "msgrcv");
        check(send_message(answers, &question, 64), "msgsnd");
    } while (question.type != LAST_TYPE);
}

static void measure_wake_ups(void)
{
    answers = msgget(IPC_PRIVATE, 0600);
    check(answers, "msgget");
    pid_t child = fork();
    check(child, "fork");
    if (child == 0) {
        answer();
        _exit(0);
    }
    measure("round trip, both asleep (2 wake-ups)", wake_and_be_woken, count / 10);
    message.type = LAST_TYPE;
    wake_and_be_woken();
    check(waitpid(child, NULL, 0), "waitpid");
    check(msgctl(answers, IPC_RMID, NULL), "msgctl");
}

int main(int argc, char *argv[])
{
    bool valid = true;
    for (int option; (option = getopt(argc, argv, "n:")) != -1; )
        valid &= option == 'n' && parse_number(optarg, 100, INT_MAX, &count);
    if (!valid || optind != argc) {
        fputs("usage: costs [-n COUNT]\n", stderr);
        return EXIT_ERROR;
    }

    char name[] = "/tmp/letterbox-costs-XXXXXX";
    if (mkdtemp(name) == NULL)
        fail("mkdtemp", EXIT_ERROR);
    folder = open(name, O_RDONLY | O_DIRECTORY);
    check(folder, "open");
    file = openat(folder, "probe", O_RDWR | O_CREAT, 0600);
    check(file, "openat");
    check(write(file, message.body, LARGEST), "write");
    queue = create_guarded_queue(IPC_PRIVATE, 0600, remove_queue_and_die);
    check(queue, "msgget");

    measure("msgsnd + msgrcv, 64 bytes", send_and_receive_64, count);
    measure("msgsnd + msgrcv, 1024 bytes", send_and_receive_1024, count);
    measure("msgsnd + msgrcv, 8192 bytes", send_and_receive_8192, count);
    measure("msgrcv of an empty queue, IPC_NOWAIT", receive_nothing, count);
    fill_the_queue();
    measure("msgsnd, 8192 bytes, to a full queue, IPC_NOWAIT", find_no_room, count);
    empty_the_queue();
    measure("msgctl IPC_STAT", look_at_the_queue, count);
    measure("openat2 beneath a folder + close", open_and_close, count);
    measure("fstat", look_at_the_file, count);
    measure("pread, 1024 bytes", read_1024, count);
    measure("pread, 8192 bytes", read_8192, count);
    measure("msgget IPC_PRIVATE + msgctl IPC_RMID", create_and_remove, count);
    measure("fork + _exit + waitpid", fork_and_wait, count / 100);
    measure_wake_ups();

    unlinkat(folder, "probe", 0);
    rmdir(name);
    return EXIT_SUCCESS;
}
