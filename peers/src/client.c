/*
 * A client of the classic file server, in the dialect of wire.h. It sends one request with the id
 * of its private queue and writes the file to its standard output as the DATA messages arrive.
 *
 * It waits without limit, as the classic clients do: when nobody answers, it never ends by itself.
 * Its receive buffer holds one DATA message of its dialect; a longer one is an error (E2BIG).
 *
 * Exit status: 0 the whole file was written; 1 the server answered FAILURE (its text is on standard
 * error); 2 a system call failed or the command line is wrong; 3 it stopped because of -x. Its queue
 * is removed in each of these cases and on TERM, INT, HUP and PIPE.
 *
 * Options that make it misbehave, for tests of a server:
 *   -s MS  sleep so many milliseconds before each receive
 *   -n     send the request and then never read
 *   -x N   after N DATA messages, remove the queue and exit
 *   -K N   after N DATA messages, kill itself with SIGKILL, which leaves its queue behind
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "guard.h"
#include "wire.h"

enum { EXIT_ABANDONED = 3 };
enum { NEVER = -1 };

struct options {
    key_t key;
    int mode; /* of the private queue; the classic 0620 lets a server of the same group answer */
    bool totals;
    bool print_queue;
    bool never_read;
    long long pause_milliseconds;
    long long exit_after;
    long long kill_after;
    const char *name;
};

static _Noreturn void usage(void)
{
    fputs("usage: " DIALECT "-client [-k KEY] [-m MODE] [-t] [-q] [-s MS] [-n] [-x N] [-K N] NAME\n"
          "  -k KEY   the server's key (0x1aaaaaa1)\n"
          "  -m MODE  permissions of the private queue, octal (0620)\n"
          "  -t       print the totals on standard error\n"
          "  -q       print the private queue's id on standard error\n"
          "  -s MS    sleep before each receive\n"
          "  -n       send the request and never read\n"
          "  -x N     exit after N DATA messages\n"
          "  -K N     kill itself after N DATA messages\n", stderr);
    exit(EXIT_ERROR);
}

static struct options parse_options(int argc, char *argv[])
{
    struct options options = {
        .key = DEFAULT_KEY, .mode = 0620, .exit_after = NEVER, .kill_after = NEVER
    };
    bool valid = true;
    for (int option; (option = getopt(argc, argv, "k:m:tqs:nx:K:")) != -1; )
        switch (option) {
        case 'k': valid &= parse_key(optarg, &options.key); break;
        case 'm': valid &= parse_mode(optarg, &options.mode); break;
        case 't': options.totals = true; break;
        case 'q': options.print_queue = true; break;
        case 's': valid &= parse_number(optarg, 0, INT_MAX, &options.pause_milliseconds); break;
        case 'n': options.never_read = true; break;
        case 'x': valid &= parse_number(optarg, 0, LLONG_MAX, &options.exit_after); break;
        case 'K': valid &= parse_number(optarg, 0, LLONG_MAX, &options.kill_after); break;
        default: usage();
        }
    if (!valid || optind + 1 != argc)
        usage();
    options.name = argv[optind];
    return options;
}

static void send_request(int server, int client, const char *name)
{
    static struct request request = { .type = REQUEST_TYPE };
    request.client_id = client;
    name_file(&request, name);
    if (send_message(server, &request, REQUEST_SIZE) == -1)
        fail("msgsnd", EXIT_ERROR);
}

static void write_fully(const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(STDOUT_FILENO, data, size);
        if (written == -1 && errno != EINTR)
            fail("write", EXIT_ERROR);
        if (written > 0) {
            data += written;
            size -= (size_t) written;
        }
    }
}

static void pause_for(long long milliseconds)
{
    struct timespec rest = {
        .tv_sec = (time_t) (milliseconds / 1000), .tv_nsec = (long) (milliseconds % 1000) * 1000000
    };
    while (nanosleep(&rest, &rest) == -1 && errno == EINTR)
        continue;
}

int main(int argc, char *argv[])
{
    struct options options = parse_options(argc, argv);
    signal(SIGPIPE, SIG_IGN); /* a reader that has gone is then EPIPE, and the queue is removed */

    int server = msgget(options.key, 0200);
    if (server == -1)
        fail("msgget", EXIT_ERROR);
    int client = create_guarded_queue(IPC_PRIVATE, options.mode, remove_queue_and_die);
    if (client == -1)
        fail("msgget", EXIT_ERROR);
    if (options.print_queue)
        fprintf(stderr, "queue %d\n", client);

    send_request(server, client, options.name);
    while (options.never_read)
        pause();

    long long bytes = 0;
    for (long long messages = 0; ; ) {
        if (messages == options.kill_after)
            raise(SIGKILL);
        if (messages == options.exit_after)
            exit(EXIT_ABANDONED);
        pause_for(options.pause_milliseconds);

        struct response response;
        ssize_t length = receive_message(client, &response, sizeof response.data, 0);
        if (length == -1)
            fail("msgrcv", EXIT_ERROR);
        switch (response.type) {
        case DATA_TYPE:
            write_fully(response.data, (size_t) length);
            bytes += length;
            messages++;
            break;
        case END_TYPE:
            if (options.totals)
                fprintf(stderr, "%lld bytes in %lld messages\n", bytes, messages);
            return EXIT_SUCCESS;
        case FAILURE_TYPE:
            fprintf(stderr, "%.*s\n", (int) length, response.data);
            return EXIT_REFUSED;
        default:
            fprintf(stderr, "a message of the unknown type %ld\n", response.type);
            return EXIT_ERROR;
        }
    }
}
