/*
 * A round trip of 64 bytes between two processes over two private queues, again and again: what the two
 * queues cost in C. Whoever waits tries without waiting first, up to TRIES times, and then sleeps in the
 * kernel; with -t 0 it sleeps at once. With -a each process keeps to a core of its own, the first two that it may use.
 *
 * Every answer must be what was sent. Prints "cpu NANOSECONDS", the processor time of both processes, and
 * then the duration of each round trip in nanoseconds, one a line. Exit status: 0 fine; 1 an answer differs;
 * 2 a system call failed.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "peer.h"

enum { BODY_SIZE = 64, ANY_TYPE = 0, TRIP_TYPE = 1, LAST_TYPE = 2, DEFAULT_TRIES = 50 };

struct message {
    long type;
    long long number;
    char rest[BODY_SIZE - sizeof(long long)];
};

_Static_assert(sizeof(struct message) - sizeof(long) == BODY_SIZE, "a message has 64 bytes");

static long long tries = DEFAULT_TRIES;

static _Noreturn void usage(void)
{
    fputs("usage: echo [-t TRIES] [-a] -n COUNT\n", stderr);
    exit(EXIT_ERROR);
}

/* Keeps this process to one core: the first, or the second, that it may use. */
static void keep_to_core(int place)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == -1)
        fail("sched_getaffinity", EXIT_ERROR);
    CPU_ZERO(&one);
    for (size_t core = 0; core < CPU_SETSIZE && CPU_COUNT(&one) == 0; core++)
        if (CPU_ISSET(core, &allowed) && place-- == 0)
            CPU_SET(core, &one);
    if (sched_setaffinity(0, sizeof one, &one) == -1)
        fail("sched_setaffinity", EXIT_ERROR);
}

static void receive(int queue, struct message *message)
{
    for (long long i = 0; i < tries; i++) {
        if (msgrcv(queue, message, BODY_SIZE, ANY_TYPE, IPC_NOWAIT) != -1)
            return;
        if (errno != ENOMSG && errno != EINTR)
            fail("msgrcv", EXIT_ERROR);
    }
    if (receive_message(queue, message, BODY_SIZE, ANY_TYPE) == -1)
        fail("msgrcv", EXIT_ERROR);
}

static void send(int queue, const struct message *message)
{
    if (send_message(queue, message, BODY_SIZE) == -1)
        fail("msgsnd", EXIT_ERROR);
}

static void answer(int requests, int responses)
{
    struct message message;
    do {
        receive(requests, &message);
        send(responses, &message);
    } while (message.type != LAST_TYPE);
}

static long long nanoseconds(struct timespec time)
{
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return nanoseconds(time);
}

/* The processor time of this process, and of its child since the child has ended. */
static long long processor_time(void)
{
    struct rusage child;
    struct timespec own;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    getrusage(RUSAGE_CHILDREN, &child);
    return nanoseconds(own) + (child.ru_utime.tv_sec + child.ru_stime.tv_sec) * 1000000000LL
           + (child.ru_utime.tv_usec + child.ru_stime.tv_usec) * 1000LL;
}

static void ask(int requests, int responses, long long count, unsigned *durations)
{
    struct message message = { .type = TRIP_TYPE };
    memset(message.rest, 'x', sizeof message.rest);
    for (long long i = 0; i < count; i++) {
        message.type = i == count - 1 ? LAST_TYPE : TRIP_TYPE;
        message.number = i;
        struct message echo;
        long long start = now();
        send(requests, &message);
        receive(responses, &echo);
        long long duration = now() - start;
        durations[i] = duration > UINT_MAX ? UINT_MAX : (unsigned) duration;
        if (memcmp(&echo, &message, sizeof echo) != 0) {
            fprintf(stderr, "answer %lld differs\n", i + 1);
            exit(EXIT_REFUSED);
        }
    }
}

static int queues[2] = { -1, -1 };
static pid_t owner;

/* Runs at every exit, also of the child, whose queues they are not. */
static void remove_queues(void)
{
    for (int i = 0; i < 2 && getpid() == owner; i++)
        if (queues[i] != -1)
            msgctl(queues[i], IPC_RMID, NULL);
}

static void remove_queues_and_die(int signal_number)
{
    remove_queues();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

int main(int argc, char *argv[])
{
    long long count = 0;
    bool apart = false;
    bool valid = true;
    for (int option; (option = getopt(argc, argv, "t:an:")) != -1; )
        switch (option) {
        case 'a': apart = true; break;
        case 't': valid &= parse_number(optarg, 0, INT_MAX, &tries); break;
        case 'n': valid &= parse_number(optarg, 1, INT_MAX, &count); break;
        default: usage();
        }
    if (!valid || count == 0 || optind != argc)
        usage();

    unsigned *durations = calloc((size_t) count, sizeof *durations);
    if (durations == NULL)
        fail("calloc", EXIT_ERROR);
    owner = getpid();
    atexit(remove_queues);
    signal(SIGTERM, remove_queues_and_die);
    signal(SIGINT, remove_queues_and_die);
    signal(SIGHUP, remove_queues_and_die);
    for (int i = 0; i < 2; i++)
        if ((queues[i] = msgget(IPC_PRIVATE, 0600)) == -1)
            fail("msgget", EXIT_ERROR);

    switch (fork()) {
    case -1:
        fail("fork", EXIT_ERROR);
    case 0:
        if (apart)
            keep_to_core(1);
        answer(queues[0], queues[1]);
        return EXIT_SUCCESS;
    default:
        break;
    }
    if (apart)
        keep_to_core(0);
    long long before = processor_time();
    ask(queues[0], queues[1], count, durations);
    wait(NULL);

    printf("cpu %lld\n", processor_time() - before);
    for (long long i = 0; i < count; i++)
        printf("%u\n", durations[i]);
    flush_or_fail(EXIT_ERROR);
    return EXIT_SUCCESS;
}
