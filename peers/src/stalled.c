/*
 * Many stalled clients of a classic file server in one process, in the dialect of wire.h: each has a private
 * queue, sends one request, and never reads. A request for more than a queue holds leaves the server with a
 * response that it cannot finish.
 *
 * Prints "ready" when every request is sent, and waits for TERM, INT or HUP. All its queues are removed
 * however it ends, save by SIGKILL. Exit status: 0 ended by a signal; 2 a system call failed.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <signal.h>
#include <string.h>

#include "peer.h"
#include "wire.h"

static int *queues;
static volatile sig_atomic_t created;

static _Noreturn void usage(void)
{
    fputs("usage: " DIALECT "-stalled [-k KEY] -n COUNT NAME\n", stderr);
    exit(EXIT_ERROR);
}

static void remove_queues(void)
{
    while (created > 0) {
        created--;
        msgctl(queues[created], IPC_RMID, NULL);
    }
}

static void finish(int signal_number)
{
    (void) signal_number;
    remove_queues();
    _exit(EXIT_SUCCESS);
}

int main(int argc, char *argv[])
{
    key_t key = DEFAULT_KEY;
    long long count = 0;
    bool valid = true;
    for (int option; (option = getopt(argc, argv, "k:n:")) != -1; )
        switch (option) {
        case 'k': valid &= parse_key(optarg, &key); break;
        case 'n': valid &= parse_number(optarg, 1, INT_MAX, &count); break;
        default: usage();
        }
    if (!valid || count == 0 || optind + 1 != argc)
        usage();

    static struct request request = { .type = REQUEST_TYPE };
    name_file(&request, argv[optind]);

    int server = msgget(key, 0200);
    if (server == -1)
        fail("msgget", EXIT_ERROR);
    queues = calloc((size_t) count, sizeof *queues);
    if (queues == NULL)
        fail("calloc", EXIT_ERROR);

    atexit(remove_queues);
    struct sigaction action = { .sa_handler = finish };
    sigemptyset(&action.sa_mask);
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
    enum { SIGNALS = sizeof signals / sizeof signals[0] };
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&action.sa_mask, signals[i]);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, NULL);

    for (long long i = 0; i < count; i++) {
        /* No signal between the queue and its place in the list. */
        sigprocmask(SIG_BLOCK, &action.sa_mask, NULL);
        int queue = msgget(IPC_PRIVATE, 0620);
        if (queue == -1)
            fail("msgget", EXIT_ERROR);
        queues[created] = queue;
        created++;
        sigprocmask(SIG_UNBLOCK, &action.sa_mask, NULL);
        request.client_id = queue;
        if (send_message(server, &request, REQUEST_SIZE) == -1)
            fail("msgsnd", EXIT_ERROR);
    }
    puts("ready");
    flush_or_fail(EXIT_ERROR);
    for (;;)
        pause();
}
