/*
 * New clients of a classic file server, one after the other, in the dialect of wire.h. Each makes a private
 * queue, sends one request, receives the whole response asleep in msgrcv, and removes its queue.
 *
 * Every response must be complete and as long as the first. Prints for each client, one a line, the
 * nanoseconds from before its queue was made to the END. Exit status: 0 fine; 1 a FAILURE or a response
 * that differs; 2 a system call failed.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <string.h>
#include <time.h>

#include "guard.h"
#include "wire.h"

static _Noreturn void usage(void)
{
    fputs("usage: " DIALECT "-newcomer [-k KEY] -n COUNT NAME\n", stderr);
    exit(EXIT_ERROR);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Receives a whole response and returns its size. */
static long long receive_response(int client)
{
    static struct response response;
    for (long long size = 0; ; ) {
        ssize_t length = receive_message(client, &response, sizeof response.data, 0);
        if (length == -1)
            fail("msgrcv", EXIT_ERROR);
        switch (response.type) {
        case DATA_TYPE:
            size += length;
            break;
        case END_TYPE:
            return size;
        default:
            fprintf(stderr, "type %ld: %.*s\n", response.type, (int) length, response.data);
            exit(EXIT_REFUSED);
        }
    }
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
    long long *durations = calloc((size_t) count, sizeof *durations);
    if (durations == NULL)
        fail("calloc", EXIT_ERROR);

    long long first = -1;
    for (long long i = 0; i < count; i++) {
        long long start = now();
        int client = create_guarded_queue(IPC_PRIVATE, 0620, remove_queue_and_die);
        if (client == -1)
            fail("msgget", EXIT_ERROR);
        request.client_id = client;
        if (send_message(server, &request, REQUEST_SIZE) == -1)
            fail("msgsnd", EXIT_ERROR);
        long long size = receive_response(client);
        durations[i] = now() - start;
        if (msgctl(client, IPC_RMID, NULL) == -1)
            fail("msgctl", EXIT_ERROR);
        if (first == -1)
            first = size;
        if (size != first) {
            fprintf(stderr, "response %lld has %lld bytes, the first had %lld\n", i + 1, size, first);
            return EXIT_REFUSED;
        }
    }
    for (long long i = 0; i < count; i++)
        printf("%lld\n", durations[i]);
    flush_or_fail(EXIT_ERROR);
    return EXIT_SUCCESS;
}
