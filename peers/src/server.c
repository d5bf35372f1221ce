/*
 * A file server of the classic design, one forked child for each request, in the dialect of wire.h.
 * It serves any file that it can open, by names relative to its working directory. With -l each child
 * writes a line to standard error about what it served.
 *
 * It models what such servers are, and so keeps their faults on purpose:
 *   - It receives into a buffer of one request and without MSG_NOERROR: a longer message (E2BIG)
 *     ends the server.
 *   - It never looks at the length: a shorter message leaves the rest of the previous request
 *     in the buffer, and the previous client or file is served again.
 *   - It believes the return address, whoever owns that queue.
 *   - Every name is allowed; ".." and absolute names leave the directory.
 *   - A failure has no reason, and an error while reading looks like the end of the file, so that
 *     a directory looks like an empty file.
 *   - A child waits without limit for a client that does not read, also after the server has ended.
 *   - tlpi takes a message of any type for a request; compact takes type 1 only, and any other
 *     message stays in its queue for ever.
 */
#define _GNU_SOURCE 1

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "guard.h"
#include "wire.h"

#ifdef DIALECT_TLPI
enum { ACCEPTED_TYPE = 0 }; /* msgrcv: any type */
#else
enum { ACCEPTED_TYPE = REQUEST_TYPE };
#endif

static _Noreturn void usage(void)
{
    fputs("usage: " DIALECT "-server [-k KEY] [-l]\n", stderr);
    exit(EXIT_ERROR);
}

/* Signals of the same number merge, so one SIGCHLD may stand for many children. */
static void reap_children(int signal_number)
{
    (void) signal_number;
    int error = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    errno = error;
}

static void send_failure(int client, const char *text)
{
    struct response response = { .type = FAILURE_TYPE };
    size_t length = strlen(text) + 1;
    memcpy(response.data, text, length);
#ifdef DIALECT_COMPACT
    length = sizeof response.data;
#endif
    send_message(client, &response, length);
}

/* The life of a child. It ends early when the client's queue is gone. Returns what to log. */
static const char *serve(const struct request *request, long long *bytes)
{
    int file = open(request->pathname, O_RDONLY);
    if (file == -1) {
        send_failure(request->client_id, "Couldn't open");
        return "not opened";
    }

    struct response response = { .type = DATA_TYPE };
    ssize_t length;
    while ((length = read(file, response.data, sizeof response.data)) > 0) {
        if (send_message(request->client_id, &response, (size_t) length) == -1)
            return "client gone";
        *bytes += length;
    }

    response.type = END_TYPE;
    response.data[0] = '\0';
    return send_message(request->client_id, &response, END_SIZE) == -1 ? "client gone" : "sent";
}

static void write_log(const struct request *request, const char *end, long long bytes)
{
    time_t now = time(NULL);
    struct tm local;
    char when[32];
    strftime(when, sizeof when, "%F %T", localtime_r(&now, &local));
    fprintf(stderr, "%s [%ld] queue %d: '%s': %s, %lld bytes\n", when, (long) getpid(), request->client_id,
            request->pathname, end, bytes);
}

int main(int argc, char *argv[])
{
    key_t key = DEFAULT_KEY;
    bool logs = false;
    for (int option; (option = getopt(argc, argv, "k:l")) != -1; )
        if (option == 'l')
            logs = true;
        else if (option != 'k' || !parse_key(optarg, &key))
            usage();
    if (optind != argc)
        usage();

    struct sigaction reap = { .sa_handler = reap_children };
    sigemptyset(&reap.sa_mask);
    sigaction(SIGCHLD, &reap, NULL);

    /* Everybody may send; only the server's user may receive. */
    int queue = create_guarded_queue(key, IPC_CREAT | IPC_EXCL | 0622, remove_queue_and_finish);
    if (queue == -1)
        fail("msgget", EXIT_FAILURE);
    printf("ready %d\n", queue);
    flush_or_fail(EXIT_FAILURE);

    static struct request request;
    for (;;) {
        if (receive_message(queue, &request, REQUEST_SIZE, ACCEPTED_TYPE) == -1)
            fail("msgrcv", EXIT_FAILURE);
        switch (fork()) {
        case -1:
            fail("fork", EXIT_FAILURE);
        case 0: {
            request.pathname[PATHNAME_SIZE - 1] = '\0';
            long long bytes = 0;
            const char *end = serve(&request, &bytes);
            if (logs)
                write_log(&request, end, bytes);
            _exit(EXIT_SUCCESS);
        }
        default:
            break;
        }
    }
}
