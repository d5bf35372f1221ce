/* A client for Letterbox servers: docs/protocol.md says what the bytes mean, letterbox.h how to use it. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64 /* also in programs of 32 bits */
#include "letterbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif
#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif

enum {
    HELLO = 1, FROM_CLIENT = 0x4c42, FROM_SERVER = 0x4c43,              /* message types */
    REQUEST = 1, CANCEL, CREDIT, BYE, TABLE_FULL,                       /* kinds from clients */
    WAKE = 0, FAILURE, DATA, END, WELCOME,                              /* kinds from servers; WAKE is from ourselves */
    GET = 0, LIST, STAT,                                                /* what the file service does */
    HELLO_SIZE = 260, HEAD = 64, ANSWER_HEAD = 32, BIRTH_SIZE = 64, FILE_HEAD = 24, ENTRY_HEAD = 26,
    LONGEST = 8192,                                                     /* bytes after the type */
    INCOMPLETE = 0611, COMPLETE = 0600,                                 /* modes: the first says that we are not done yet */
    QUEUES = 64,                                                        /* that the clean-up at exit knows */
    AWAY_MS = 2000                                                      /* how long a server may be without a queue */
};

struct message {
    long type;
    unsigned char body[LONGEST + 8];
};

struct call {
    struct call *next;
    int64_t id, total, received;
    int64_t deadline, late_since; /* of CLOCK_MONOTONIC in ns; no deadline is INT64_MAX, and 0 says that it has not passed */
    uint32_t crc;
    int *outcome; /* where lbx_wait wants the status */
    int (*content)(void *context, const struct lbx_piece *piece);
    void (*done)(void *context, const struct lbx_result *result);
    void *context;
    bool lost;      /* the request may have been lost with the server's queue */
    size_t size;    /* of the request, without its type */
    long request[]; /* the message */
};

struct owner { uint32_t uid, gid, cuid; int32_t key; };

struct lbx {
    int32_t key;
    atomic_int server, queue; /* the ids of its queue and ours, as all others -1 for none; the watcher reads them */
    int lock, holder, bell;   /* the holder is the process whose lock it is */
    struct owner owner;            /* of the server's queue */
    void *token_address;           /* (void *) -1 for none */
    unsigned long capacity;        /* of the queue, in bytes */
    bool has_certificate, tied;
    int64_t session, last_id;
    unsigned char token[16];
    struct call *calls;
    int failed; /* calls that did not end well, since lbx_wait(client, 0) looked */
    int tries;  /* how often to look before a sleep */
    int over;          /* once it is not LBX_OK, no request can be sent any more */
    int start_failure; /* what the last failure was */
    char *entry_name;
    char text[2200];

    pthread_t watcher, timer;
    bool has_watcher, has_timer;
    atomic_bool server_ended, queue_replaced;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t alarm;
    int64_t wake_at;
    bool closing;
    struct message message; /* the last one received */
};

/* ---- Small things ---- */

__attribute__((format(printf, 3, 4)))
static int fail(lbx *client, int status, const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(client->text, sizeof client->text, format, values);
    va_end(values);
    client->start_failure = status;
    return status;
}

/* How often the server's key is looked up, in seconds: should its queue be another one by then, what was sent may be lost. */
#define LOOK_EVERY 5

/* How long to wait, in ns, for room in the server's queue or for the queue, before what was lost is sent again. */
#define SEND_AGAIN INT64_C(50000000)

/* How long what came before a deadline is looked for after it, in ns, should others' messages keep coming. */
#define LAST_LOOK INT64_C(1000000000)

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t) time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t deadline_in(int64_t milliseconds) {
    if (milliseconds <= 0 || milliseconds > INT64_MAX / 2000000)
        return INT64_MAX;
    return now() + milliseconds * 1000000;
}

static struct timespec to_timespec(int64_t nanos) {
    return (struct timespec) {.tv_sec = nanos / 1000000000, .tv_nsec = nanos % 1000000000};
}

static void put16(unsigned char *to, uint16_t value) { memcpy(to, &value, 2); }
static void put32(unsigned char *to, uint32_t value) { memcpy(to, &value, 4); }
static void put64(unsigned char *to, int64_t value) { memcpy(to, &value, 8); }
static uint16_t get16(const unsigned char *from) { uint16_t value; memcpy(&value, from, 2); return value; }
static uint32_t get32(const unsigned char *from) { uint32_t value; memcpy(&value, from, 4); return value; }
static int64_t get64(const unsigned char *from) { int64_t value; memcpy(&value, from, 8); return value; }

/* CRC-32C, eight bytes at a time: table[n][b] is what byte b does n bytes further on. */
static uint32_t table[8][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
        table[0][i] = crc;
    }
    for (int n = 1; n < 8; n++)
        for (int i = 0; i < 256; i++)
            table[n][i] = table[n - 1][i] >> 8 ^ table[0][table[n - 1][i] & 255];
}

uint32_t lbx_crc32c(uint32_t crc, const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    pthread_once(&table_once, make_table);
    crc = ~crc;
    for (; length >= 8; at += 8, length -= 8) {
        crc ^= at[0] | (uint32_t) at[1] << 8 | (uint32_t) at[2] << 16 | (uint32_t) at[3] << 24;
        crc = table[7][crc & 255] ^ table[6][crc >> 8 & 255] ^ table[5][crc >> 16 & 255] ^ table[4][crc >> 24]
            ^ table[3][at[4]] ^ table[2][at[5]] ^ table[1][at[6]] ^ table[0][at[7]];
    }
    for (; length > 0; at++, length--)
        crc = crc >> 8 ^ table[0][(crc ^ *at) & 255];
    return ~crc;
}

/* ---- Clean-up at exit: what a handler touches are lock-free atomics, and the system call is safe in one ---- */

static atomic_int queues[QUEUES]; /* id + 1; 0 for none */
static atomic_int queues_of;      /* the process that made them: a forked child must not remove them */

static void remember(int queue) {
    atomic_store(&queues_of, (int) getpid());
    for (int i = 0; i < QUEUES; i++) {
        int none = 0;
        if (atomic_compare_exchange_strong(&queues[i], &none, queue + 1))
            return;
    }
}

static void forget(int queue) {
    for (int i = 0; i < QUEUES; i++) {
        int id = queue + 1;
        if (atomic_compare_exchange_strong(&queues[i], &id, 0))
            return;
    }
}

static void remove_queues(void) {
    if (atomic_load(&queues_of) != (int) getpid())
        return;
    for (int i = 0; i < QUEUES; i++) {
        int id = atomic_exchange(&queues[i], 0);
        if (id != 0)
            msgctl(id - 1, IPC_RMID, NULL);
    }
}

static void on_signal(int number) {
    int error = errno;
    remove_queues();
    raise(number); /* the handler is gone (SA_RESETHAND): this is the default action, once the handler returns */
    errno = error;
}

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

void lbx_clean_up_at_exit(void) {
    static atomic_flag done = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&done))
        atexit(remove_queues);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct sigaction current;
        struct sigaction ours = {.sa_handler = on_signal, .sa_flags = (int) SA_RESETHAND};
        sigemptyset(&ours.sa_mask);
        if (sigaction(ends[i], NULL, &current) == 0 && current.sa_handler == SIG_DFL)
            sigaction(ends[i], &ours, NULL);
    }
}

/* ---- Sending ---- */

/*
 * Who owns a queue ("msg") or a set of semaphores ("sem"), also where this user may not read it: by a command that needs no
 * permission, and where the kernel or an emulator lacks it (before Linux 4.17, qemu-user) by the table in /proc.
 */
static bool look(const char *kind, int id, struct owner *owner) {
    bool is_queue = kind[0] == 'm';
    struct msqid_ds queue = {0};
    struct semid_ds set = {0};
    union { int value; struct semid_ds *set; } argument = {.set = &set};
    int found = is_queue ? msgctl(id, MSG_STAT_ANY, &queue) : semctl(id, 0, SEM_STAT_ANY, argument);
    if (found == id) { /* the command looks at the id's place in the table, and tells whose id it found there */
        const struct ipc_perm *perm = is_queue ? &queue.msg_perm : &set.sem_perm;
        *owner = (struct owner) {perm->uid, perm->gid, perm->cuid, (int32_t) perm->__key};
        return true;
    }
    if (found >= 0 || (errno != EINVAL && errno != ENOSYS && errno != EACCES && errno != EPERM))
        return false;
    char path[32], line[256];
    snprintf(path, sizeof path, "/proc/sysvipc/%s", kind);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool seen = false;
    while (!seen && fgets(line, sizeof line, file) != NULL) {
        long key;
        int its_id;
        unsigned uid, gid, cuid;
        const char *format = is_queue ? "%ld %d %*s %*s %*s %*s %*s %u %u %u" : "%ld %d %*s %*s %u %u %u";
        if (sscanf(line, format, &key, &its_id, &uid, &gid, &cuid) == 5 && its_id == id) {
            *owner = (struct owner) {uid, gid, cuid, (int32_t) key};
            seen = true;
        }
    }
    fclose(file);
    return seen;
}

/* Which process took the lock: who takes it between two looks is another server. 0 if nobody can tell. */
static int holder_of(const lbx *client) {
    int process = semctl(client->lock, 0, GETPID);
    return process > 0 ? process : 0;
}

static bool is_held_by_another(const lbx *client) {
    int holder = holder_of(client);
    return holder != 0 && client->holder != 0 && holder != client->holder;
}

/* The first semaphore of the lock is above 0 as long as the server lives. Of a server without a lock nobody knows. */
static bool server_is_there(const lbx *client) {
    return client->lock < 0 || (semctl(client->lock, 0, GETVAL) > 0 && !is_held_by_another(client));
}

/* What was in the server's queue when somebody removed it. Of what is sent twice the server drops the second. */
static void mark_lost(lbx *client) {
    for (struct call *call = client->calls; call != NULL; call = call->next)
        call->lost = call->received == 0;
}

/* The server's queue is gone. A server that lives makes another one: the sessions go on over that. */
static int find_queue_again(lbx *client) {
    struct owner owner;
    if (client->lock < 0 || !server_is_there(client))
        return fail(client, LBX_SERVER_ENDED, "the server's queue %d is gone: the server ended", client->server);
    int queue = msgget(client->key, 0200);
    if (queue == client->server)
        return fail(client, LBX_SYSTEM, "cannot send to the server's queue %d: it takes no message of this length", queue);
    /* Somebody else's would get the token. */
    if (queue >= 0 && look("msg", queue, &owner) && owner.uid == client->owner.uid && owner.cuid == client->owner.cuid) {
        client->server = queue;
        mark_lost(client);
    }
    return LBX_OK;
}

/* Sends to the server's queue. While that is full, looks again after a pause that grows to 5 ms. */
static int send_to_server(lbx *client, const void *message, size_t size, int64_t deadline) {
    int64_t pause = 50000;
    for (;;) {
        if (msgsnd(client->server, message, size, IPC_NOWAIT) == 0)
            return LBX_OK;
        if (errno == EINTR)
            continue;
        if (errno == EIDRM || errno == EINVAL) {
            int status = find_queue_again(client);
            if (status != LBX_OK)
                return status;
        } else if (errno != EAGAIN)
            return fail(client, LBX_SYSTEM, "cannot send to the server's queue %d: %s", client->server, strerror(errno));
        if (!server_is_there(client))
            return fail(client, LBX_SERVER_ENDED, "the server's queue %d is full and its server ended", client->server);
        if (now() >= deadline)
            return fail(client, LBX_TIMED_OUT, "the server's queue %d stayed full, or away, until the deadline", client->server);
        struct timespec time = to_timespec(pause);
        nanosleep(&time, NULL);
        pause = pause * 2 < 5000000 ? pause * 2 : 5000000;
    }
}

/* The head of all that a client sends in a session. */
static void put_head(const lbx *client, struct message *message, int64_t id, int kind) {
    memset(message->body, 0, HEAD);
    message->type = FROM_CLIENT;
    put64(message->body, client->session);
    memcpy(message->body + 8, client->token, 16);
    put64(message->body + 24, id);
    put16(message->body + 32, (uint16_t) kind);
}

/* A short message to ourselves ends our sleep. It may not fit: then the queue is not empty and nobody sleeps. */
static void wake(lbx *client) {
    struct { long type; unsigned char body[ANSWER_HEAD]; } message = {.type = FROM_SERVER};
    while (msgsnd(client->queue, &message, sizeof message.body, IPC_NOWAIT) != 0 && errno == EINTR)
        ;
}

/*
 * ---- Waiting: two threads end a sleep in msgrcv ----
 * One watches the server's lock from before the greeting on, so that a server which is killed and started again at once is
 * not taken for the same. The other keeps time, from the first sleep with a deadline on.
 */

static bool is_queue_replaced(const lbx *client) {
    int queue = msgget(client->key, 0200);
    return queue >= 0 ? queue != client->server : errno == ENOENT;
}

/* Sleeps until the lock is given back, which the kernel does when the server ends, or removed. */
static void *watch(void *of) {
    lbx *client = of;
    static struct sembuf until_zero = {0, 0, 0};
    static const struct timespec often = {LOOK_EVERY, 0};
    for (bool ended = false; !ended;) {
        /* semtimedop is no point where a thread can be cancelled. What is cancelled there has nothing on its stack to give back. */
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
        ended = semtimedop(client->lock, &until_zero, 1, &often) == 0 || (errno != EINTR && errno != EAGAIN);
        pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
        ended = ended || is_held_by_another(client);
        if (!ended && is_queue_replaced(client) && !atomic_exchange(&client->queue_replaced, true))
            wake(client);
    }
    atomic_store(&client->server_ended, true);
    wake(client);
    return NULL;
}

static void *keep_time(void *of) {
    lbx *client = of;
    pthread_mutex_lock(&client->mutex);
    while (!client->closing) {
        if (client->wake_at == INT64_MAX) {
            pthread_cond_wait(&client->alarm, &client->mutex);
        } else if (now() < client->wake_at) {
            struct timespec until = to_timespec(client->wake_at);
            pthread_cond_timedwait(&client->alarm, &client->mutex, &until);
        } else {
            client->wake_at = INT64_MAX;
            wake(client);
        }
    }
    pthread_mutex_unlock(&client->mutex);
    return NULL;
}

/* Starts a thread that takes no signals: those are the program's. */
static bool start_thread(pthread_t *thread, void *(*run)(void *), lbx *client) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(thread, NULL, run, client);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0;
}

static int no_thread(lbx *client) {
    return fail(client, LBX_SYSTEM, "cannot start a thread, and without it a wait might never end");
}

/* Sees to it that a sleep ends at the deadline. */
static int set_alarm(lbx *client, int64_t deadline) {
    if (deadline == INT64_MAX)
        return LBX_OK;
    if (!client->has_timer && !(client->has_timer = start_thread(&client->timer, keep_time, client)))
        return no_thread(client);
    pthread_mutex_lock(&client->mutex);
    if (deadline < client->wake_at) {
        client->wake_at = deadline;
        pthread_cond_signal(&client->alarm);
    }
    pthread_mutex_unlock(&client->mutex);
    return LBX_OK;
}

static ssize_t take(lbx *client, int flags) {
    /* All but the birth certificate. A longer message than there can be is cut, and so goes away. */
    return client->has_certificate
        ? msgrcv(client->queue, &client->message, LONGEST + 1, LONG_MAX, MSG_EXCEPT | MSG_NOERROR | flags)
        : msgrcv(client->queue, &client->message, LONGEST + 1, 0, MSG_NOERROR | flags);
}

/* Receives one message, or says why there is none. A wake-up is a message too. */
static int receive(lbx *client, int64_t deadline, size_t *size) {
    for (bool last = false, late = false;;) {
        ssize_t length = -1;
        /* A sleep costs as much as some dozens of looks. They go on for as long as they pay. */
        int tries = last || late ? 1 : client->tries;
        for (int i = 0; length < 0 && i < tries; i++) {
            length = take(client, IPC_NOWAIT);
            if (length < 0 && errno != ENOMSG && errno != EINTR)
                break;
        }
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && errno == ENOMSG) {
            if (last)
                return fail(client, LBX_SERVER_ENDED, "the server on key 0x%08x ended before it had answered", (unsigned) client->key);
            /* What it had sent before it ended is in the queue. */
            if (atomic_load(&client->server_ended)) {
                last = true;
                continue;
            }
            if (late)
                return LBX_TIMED_OUT;
            /* If this process was stopped (SIGSTOP) after it had looked, the answer may be there: one more look. */
            if ((late = now() >= deadline))
                continue;
            client->tries = client->tries > 8 ? client->tries / 2 : 8;
            int status = set_alarm(client, deadline);
            if (status != LBX_OK)
                return status;
            length = take(client, 0);
            if (length < 0 && errno == EINTR)
                continue;
        } else if (length >= 0 && client->tries < 64) {
            client->tries += 8;
        }
        if (length < 0)
            return fail(client, LBX_SYSTEM, "cannot receive from the private queue %d: %s", client->queue, strerror(errno));
        *size = (size_t) length;
        return LBX_OK;
    }
}

/* ---- Calls in flight ---- */

static struct call *find(const lbx *client, int64_t id) {
    struct call *call = client->calls;
    while (call != NULL && call->id != id)
        call = call->next;
    return call;
}

/* The call is over: it is taken from the list, told, and freed. */
static void finish(lbx *client, struct call *call, int status, const char *text) {
    char kept[sizeof client->text];
    snprintf(kept, sizeof kept, "%s", text);
    struct call **link = &client->calls;
    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    if (status != LBX_OK)
        client->failed = status;
    if (call->outcome != NULL)
        *call->outcome = status;
    struct lbx_result result = {
        .id = call->id, .status = status, .text = kept, .received = call->received, .crc = call->crc};
    if (call->done != NULL)
        call->done(call->context, &result);
    memcpy(client->text, kept, sizeof kept);
    free(call);
}

static void finish_all(lbx *client, int status, const char *text) {
    char kept[sizeof client->text];
    snprintf(kept, sizeof kept, "%s", text);
    while (client->calls != NULL)
        finish(client, client->calls, status, kept);
}

/* Tells the server that nobody waits any more. Where its queue stays full it finds out by itself. */
static void tell_cancelled(lbx *client, int64_t id) {
    struct message message;
    put_head(client, &message, id, CANCEL);
    send_to_server(client, &message, HEAD, deadline_in(1000));
}

static void give_up(lbx *client, struct call *call, int status, const char *text) {
    int64_t id = call->id;
    finish(client, call, status, text);
    char kept[sizeof client->text];
    memcpy(kept, client->text, sizeof kept);
    tell_cancelled(client, id);
    memcpy(client->text, kept, sizeof kept);
}

static void on_content(lbx *client, struct call *call, const unsigned char *body, size_t length, bool last) {
    int64_t position = get64(body + 16);
    int64_t total = get64(body + 24);
    if (position != call->received || total < -1 || (int64_t) length > INT64_MAX - position
        || (total >= 0 && (int64_t) length > total - position)
        || (last && total >= 0 && position + (int64_t) length != total)) {
        fail(client, LBX_BROKEN, "a piece of the answer is missing, after %lld bytes", (long long) call->received);
        give_up(client, call, LBX_BROKEN, client->text);
        return;
    }
    call->crc = lbx_crc32c(call->crc, body + ANSWER_HEAD, length);
    call->received += (int64_t) length;
    if (last && call->crc != get32(body + 12)) {
        fail(client, LBX_BROKEN, "the checksum of the %lld bytes that came is wrong", (long long) call->received);
        finish(client, call, LBX_BROKEN, client->text);
        return;
    }
    int64_t id = call->id;
    struct lbx_piece piece = {.bytes = body + ANSWER_HEAD, .length = length, .position = position, .total = total};
    bool unwanted = length > 0 && call->content != NULL && call->content(call->context, &piece) != 0;
    if (find(client, id) != call)
        return; /* the function cancelled it */
    if (unwanted && last)
        finish(client, call, LBX_CANCELLED, "cancelled");
    else if (unwanted)
        give_up(client, call, LBX_CANCELLED, "cancelled");
    else if (last)
        finish(client, call, LBX_OK, "");
}

static void on_failure(lbx *client, struct call *call, const unsigned char *body, size_t size) {
    unsigned code = get16(body + 10);
    char text[2100];
    size_t length = size - ANSWER_HEAD < sizeof text - 1 ? size - ANSWER_HEAD : sizeof text - 1;
    memcpy(text, body + ANSWER_HEAD, length);
    text[length] = '\0';
    finish(client, call, code <= LBX_LOST - LBX_REFUSED ? LBX_REFUSED + (int) code : LBX_INTERNAL, text);
}

/* Everything that came is somebody else's bytes: what fits nothing is passed over. */
static void dispatch(lbx *client, size_t size) {
    const unsigned char *body = client->message.body;
    if (client->message.type != FROM_SERVER || size < ANSWER_HEAD || size > LONGEST)
        return;
    struct call *call = find(client, get64(body));
    if (call == NULL)
        return;
    switch (get16(body + 8)) {
    case FAILURE: on_failure(client, call, body, size); break;
    case DATA: on_content(client, call, body, size - ANSWER_HEAD, false); break;
    case END: on_content(client, call, body, size - ANSWER_HEAD, true); break;
    default: break;
    }
}

/* Returns whether the last look at what came before a call's deadline has taken too long. */
static bool is_overdue(struct call *call) {
    int64_t time;
    if (call->deadline == INT64_MAX || (time = now()) < call->deadline)
        return false;
    if (call->late_since == 0)
        call->late_since = time;
    return time - call->late_since > LAST_LOOK;
}

/*
 * Sends what was lost with the server's queue, as far as there is room for it: it must not keep what else is in flight from
 * its answers and deadlines. Returns when to try again; INT64_MAX if nothing is left to send.
 */
static int64_t send_again(lbx *client) {
    if (atomic_exchange(&client->queue_replaced, false))
        mark_lost(client);
    for (struct call *call = client->calls; call != NULL; call = call->next) {
        if (call->lost && send_to_server(client, call->request, call->size, 0) != LBX_OK)
            return now() + SEND_AGAIN; /* if the server ended, that shows where it is waited for */
        call->lost = false;
    }
    return INT64_MAX;
}

/* Receives and handles one message, or ends what is due to end. */
static void step(lbx *client) {
    int64_t again = send_again(client);
    struct call *soonest = client->calls;
    for (struct call *call = client->calls; call != NULL; call = call->next)
        if (call->deadline < soonest->deadline)
            soonest = call;
    size_t size;
    bool is_late = is_overdue(soonest), is_due = soonest->deadline <= again;
    int status = is_late ? LBX_TIMED_OUT : receive(client, is_due ? soonest->deadline : again, &size);
    if (status == LBX_OK) {
        dispatch(client, size);
    } else if (status == LBX_TIMED_OUT) {
        if (is_late || is_due)
            give_up(client, soonest, LBX_TIMED_OUT, "the server did not answer before the deadline");
    } else {
        client->over = status;
        finish_all(client, status, client->text);
    }
}

int lbx_wait(lbx *client, int64_t id) {
    if (id == 0) {
        while (client->calls != NULL)
            step(client);
        int failed = client->failed;
        client->failed = LBX_OK;
        return failed;
    }
    int outcome = -1;
    struct call *call = find(client, id);
    if (call == NULL)
        return fail(client, LBX_INVALID, "no request with this id is in flight");
    call->outcome = &outcome;
    while (outcome < 0)
        step(client);
    return outcome;
}

void lbx_cancel(lbx *client, int64_t id) {
    struct call *call = find(client, id);
    if (call != NULL)
        give_up(client, call, LBX_CANCELLED, "cancelled");
}

int64_t lbx_start(lbx *client, const struct lbx_request *request) {
    const char *service = request->service == NULL ? "" : request->service;
    size_t named = strlen(service);
    if (client->over != LBX_OK) {
        fail(client, client->over, "this client is closed, or its server ended: open another one");
        return -1;
    }
    if (named > LONGEST - HEAD || request->payload_length > LONGEST - HEAD - named) {
        fail(client, LBX_INVALID, "a request of %zu bytes is too long: %d fit", request->payload_length, LONGEST - HEAD);
        return -1;
    }
    size_t size = HEAD + named + request->payload_length;
    struct call *call = calloc(1, sizeof *call + sizeof *call->request + size);
    if (call == NULL) {
        fail(client, LBX_SYSTEM, "no memory for a request");
        return -1;
    }
    *call = (struct call) {
        .id = ++client->last_id, .total = -1, .deadline = deadline_in(request->timeout_ms),
        .content = request->content, .done = request->done, .context = request->context, .size = size};
    struct message message;
    put_head(client, &message, call->id, REQUEST);
    put16(message.body + 34, (uint16_t) named);
    put32(message.body + 36, (uint32_t) request->payload_length);
    put64(message.body + 40, request->timeout_ms > 0 ? request->timeout_ms : 0);
    put64(message.body + 48, INT64_MAX); /* the content function takes a piece when it comes: no more has to wait */
    memcpy(message.body + HEAD, service, named);
    if (request->payload_length > 0)
        memcpy(message.body + HEAD + named, request->payload, request->payload_length);
    memcpy(call->request, &message, offsetof(struct message, body) + size);
    send_again(client); /* an id far behind the highest is not accepted any more */
    if (send_to_server(client, call->request, size, call->deadline) != LBX_OK) {
        free(call);
        return -1;
    }
    call->next = client->calls;
    client->calls = call;
    return call->id;
}

/* ---- The file service ---- */

static int64_t start_file(lbx *client, int operation, const char *name, const struct lbx_range *range,
                          const struct lbx_request *how) {
    unsigned char payload[LONGEST];
    size_t length = strlen(name);
    int64_t from = range == NULL ? 0 : range->from;
    int64_t count = range == NULL || range->count == -1 ? INT64_MAX : range->count;
    if (length > sizeof payload - HEAD - FILE_HEAD || from < 0 || count < 0) {
        fail(client, LBX_INVALID, from < 0 || count < 0 ? "a range cannot be negative" : "the name is too long");
        return -1;
    }
    memset(payload, 0, FILE_HEAD);
    payload[0] = (unsigned char) operation;
    if (range != NULL && range->prefix_crc != NULL) {
        payload[1] = 1;
        put32(payload + 4, *range->prefix_crc);
    }
    put64(payload + 8, from);
    put64(payload + 16, count);
    memcpy(payload + FILE_HEAD, name, length);
    struct lbx_request request = *how;
    request.service = "files";
    request.payload = payload;
    request.payload_length = FILE_HEAD + length;
    return lbx_start(client, &request);
}

int64_t lbx_start_get(lbx *client, const char *name, const struct lbx_range *range, const struct lbx_request *how) {
    return start_file(client, GET, name, range, how);
}

/* Sends and waits. Why it could not be sent is in the text, and here once more. */
static int call_file(lbx *client, int operation, const char *name, const struct lbx_range *range,
                     const struct lbx_request *how) {
    client->start_failure = LBX_OK;
    int64_t id = start_file(client, operation, name, range, how);
    return id < 0 ? client->start_failure : lbx_wait(client, id);
}

int lbx_get(lbx *client, const char *name, const struct lbx_range *range, int64_t timeout_ms,
            int (*content)(void *context, const struct lbx_piece *piece), void *context) {
    struct lbx_request how = {.timeout_ms = timeout_ms, .content = content, .context = context};
    return call_file(client, GET, name, range, &how);
}

struct target { int fd, error; int64_t written; };

static int write_piece(void *context, const struct lbx_piece *piece) {
    struct target *target = context;
    const char *from = piece->bytes;
    for (size_t left = piece->length; left > 0;) {
        ssize_t some = write(target->fd, from, left);
        if (some < 0 && errno == EINTR)
            continue;
        if (some < 0) {
            target->error = errno;
            return -1;
        }
        from += some;
        left -= (size_t) some;
        target->written += some;
    }
    return 0;
}

int lbx_get_to(lbx *client, const char *name, const struct lbx_range *range, int64_t timeout_ms, int fd,
               int64_t *written) {
    struct target target = {.fd = fd};
    int status = lbx_get(client, name, range, timeout_ms, write_piece, &target);
    if (written != NULL)
        *written = target.written;
    return target.error == 0 ? status : fail(client, LBX_SYSTEM, "cannot write: %s", strerror(target.error));
}

/* Entries come one after the other, and a message may end anywhere in one: what is not whole yet is kept. */
struct entries {
    int (*each)(void *context, const struct lbx_entry *entry);
    void *context;
    size_t kept;
    bool ended_by_each;
    unsigned char bytes[ENTRY_HEAD + UINT16_MAX + 1];
};

static size_t wanted(const struct entries *entries) {
    return entries->kept < ENTRY_HEAD ? ENTRY_HEAD : (size_t) ENTRY_HEAD + get16(entries->bytes);
}

static int read_entries(void *context, const struct lbx_piece *piece) {
    struct entries *entries = context;
    const unsigned char *from = piece->bytes;
    for (size_t left = piece->length; left > 0;) {
        size_t missing = wanted(entries) - entries->kept;
        size_t some = left < missing ? left : missing;
        memcpy(entries->bytes + entries->kept, from, some);
        entries->kept += some;
        from += some;
        left -= some;
        if (entries->kept < ENTRY_HEAD || entries->kept < wanted(entries))
            continue;
        entries->bytes[entries->kept] = '\0';
        const unsigned char *head = entries->bytes;
        struct lbx_entry entry = {
            .name = (const char *) head + ENTRY_HEAD, .mode = get32(head + 2), .size = get64(head + 6),
            .mtime = get64(head + 14), .mtime_nanos = get32(head + 22)};
        entries->kept = 0;
        if (entries->each(entries->context, &entry) != 0)
            return -1;
    }
    return 0;
}

static int entries_of(lbx *client, int operation, const char *name, int64_t timeout_ms,
                      int (*each)(void *context, const struct lbx_entry *entry), void *context) {
    struct entries *entries = calloc(1, sizeof *entries);
    if (entries == NULL)
        return fail(client, LBX_SYSTEM, "no memory for a list");
    entries->each = each;
    entries->context = context;
    struct lbx_request how = {.timeout_ms = timeout_ms, .content = read_entries, .context = entries};
    int status = call_file(client, operation, name, NULL, &how);
    if (status == LBX_OK && entries->kept > 0)
        status = fail(client, LBX_BROKEN, "the last entry of the list is cut");
    free(entries);
    return status;
}

int lbx_list(lbx *client, const char *name, int64_t timeout_ms,
             int (*each)(void *context, const struct lbx_entry *entry), void *context) {
    return entries_of(client, LIST, name, timeout_ms, each, context);
}

struct one_entry { lbx *client; struct lbx_entry *entry; bool found; };

static int keep_entry(void *context, const struct lbx_entry *entry) {
    struct one_entry *one = context;
    free(one->client->entry_name);
    one->client->entry_name = strdup(entry->name);
    if (one->client->entry_name == NULL)
        return -1;
    *one->entry = *entry;
    one->entry->name = one->client->entry_name;
    one->found = true;
    return 0;
}

int lbx_stat(lbx *client, const char *name, int64_t timeout_ms, struct lbx_entry *entry) {
    struct one_entry one = {client, entry, false};
    int status = entries_of(client, STAT, name, timeout_ms, keep_entry, &one);
    return status == LBX_OK && !one.found ? fail(client, LBX_BROKEN, "the server told nothing of the file") : status;
}

/* ---- Opening ---- */

/* The server's lock: eight semaphores under the queue's key, made by the queue's creator, that tell the queue's id. */
static int find_lock(int32_t key, int queue, uint32_t creator) {
    int set = semget(key, 8, 0);
    struct owner owner;
    if (set < 0 || !look("sem", set, &owner) || owner.cuid != creator || semctl(set, 8, GETVAL) >= 0)
        return -1;
    int state = semctl(set, 1, GETVAL), low = semctl(set, 2, GETVAL), middle = semctl(set, 3, GETVAL),
        high = semctl(set, 4, GETVAL);
    bool ours = state == 1 || (state == 2 && (low | middle << 15 | high << 30) == queue);
    return ours ? set : -1;
}

/* A segment that the kernel destroys when this process ends, however it ends. Returns its id and when it was made. */
static int make_token(lbx *client, uint32_t server_uid, int64_t *made) {
    int id = shmget(IPC_PRIVATE, 1, INCOMPLETE);
    if (id < 0)
        return -1;
    client->token_address = shmat(id, NULL, SHM_RDONLY);
    shmctl(id, IPC_RMID, NULL);
    struct shmid_ds state;
    if (client->token_address == (void *) -1)
        return -1;
    bool good = shmctl(id, IPC_STAT, &state) == 0;
    if (good) {
        state.shm_perm.uid = server_uid;
        state.shm_perm.mode = COMPLETE;
        good = shmctl(id, IPC_SET, &state) == 0 && shmctl(id, IPC_STAT, &state) == 0; /* which changes its time */
    }
    if (good) {
        *made = state.shm_ctime;
        return id;
    }
    shmdt(client->token_address);
    client->token_address = (void *) -1;
    return -1;
}

static uint32_t inode(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 ? (uint32_t) found.st_ino : 0;
}

static bool read_text(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, size - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

struct certificate { long type; unsigned char body[BIRTH_SIZE]; };

/* The birth certificate: whose queue this is, for those who clean up after KILL. It stays in the queue. */
static bool make_certificate(const lbx *client, int token, int64_t token_made, struct certificate *made) {
    char text[1024];
    if (!read_text("/proc/self/stat", text, sizeof text))
        return false;
    const char *field = strrchr(text, ')'); /* the name before it may hold blanks and brackets */
    unsigned long long began;
    if (field == NULL
        || sscanf(field + 1, " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &began) != 1
        || !read_text("/proc/sys/kernel/random/boot_id", text, sizeof text))
        return false;
    uint64_t boot[2] = {0, 0};
    int digits = 0;
    for (const char *at = text; *at != '\0' && digits < 32; at++) {
        int value = *at >= '0' && *at <= '9' ? *at - '0' : *at >= 'a' && *at <= 'f' ? *at - 'a' + 10 : -1;
        if (value >= 0) {
            boot[digits / 16] = boot[digits / 16] << 4 | (uint64_t) value;
            digits++;
        }
    }
    made->type = LONG_MAX; /* the highest there is: 2^63-1, in a program of 32 bits 2^31-1 */
    unsigned char *body = made->body;
    memcpy(body, "LBXBIRTH", 8);
    put32(body + 8, 1);
    put32(body + 12, (uint32_t) getpid());
    put64(body + 16, (int64_t) began);
    put32(body + 24, inode("/proc/self/ns/pid"));
    put32(body + 28, inode("/proc/self/ns/time"));
    put64(body + 32, (int64_t) boot[0]);
    put64(body + 40, (int64_t) boot[1]);
    put32(body + 48, (uint32_t) token);
    put32(body + 52, (uint32_t) client->key);
    put64(body + 56, token_made);
    return true;
}

static void send_certificate(lbx *client, const struct certificate *certificate) {
    if (certificate != NULL && client->capacity >= LONGEST + BIRTH_SIZE)
        client->has_certificate = msgsnd(client->queue, certificate, BIRTH_SIZE, IPC_NOWAIT) == 0;
}

/*
 * Makes the queue, certified, and gives it to the server's user: now it and this user alone reach it. A queue that nobody
 * certified shows by its mode, or by having been given away, that it is a client's that was killed here.
 */
static int make_queue(lbx *client, const struct owner *server, const struct certificate *certificate, int64_t deadline) {
    /* A server looks at most once a second, and removes what it found dead twice, five seconds apart. */
    int64_t until = deadline_in(8000) < deadline ? deadline_in(8000) : deadline;
    bool told = false, late = false;
    while ((client->queue = msgget(IPC_PRIVATE, INCOMPLETE)) < 0) {
        if (errno != ENOSPC || client->lock < 0 || late)
            return fail(client, LBX_SYSTEM, errno == ENOSPC
                ? "cannot make a private queue: the system has as many as it may (kernel.msgmni). See whose they are: ipcs -q"
                : "cannot make a private queue: %s", strerror(errno));
        if (!told) {
            struct message message;
            client->session = -1;
            put_head(client, &message, 0, TABLE_FULL);
            while (msgsnd(client->server, &message, HEAD, IPC_NOWAIT) != 0 && errno == EINTR)
                ;
            told = true;
        }
        if ((late = now() >= until))
            continue;
        struct timespec pause = to_timespec(100000000);
        nanosleep(&pause, NULL);
    }
    remember(client->queue);
    struct msqid_ds state;
    if (msgctl(client->queue, IPC_STAT, &state) != 0)
        return fail(client, LBX_SYSTEM, "cannot look at the private queue %d: %s", client->queue, strerror(errno));
    client->capacity = state.msg_qbytes;
    bool is_given_away = state.msg_perm.uid != server->uid;
    if (!is_given_away)
        send_certificate(client, certificate);
    else
        state.msg_perm.gid = server->gid;
    state.msg_perm.uid = server->uid;
    state.msg_perm.mode = COMPLETE;
    if (msgctl(client->queue, IPC_SET, &state) != 0)
        return fail(client, LBX_SYSTEM, "cannot give the private queue %d to the server's user %u: %s",
                    client->queue, server->uid, strerror(errno));
    if (is_given_away)
        send_certificate(client, certificate);
    return LBX_OK;
}

/* Adds this process to those whose end the server's bell tells. For nobody else's semaphore: the id is what somebody told. */
static void tie(lbx *client, int32_t told, uint32_t server_uid) {
    struct owner owner;
    struct sembuf operations[] = {{0, 1, IPC_NOWAIT}, {0, -1, IPC_NOWAIT | SEM_UNDO}};
    if (told <= 0 || !look("sem", told - 1, &owner) || owner.cuid != server_uid || owner.key != 0)
        return;
    client->bell = told - 1;
    client->tied = semop(client->bell, operations, 2) == 0;
}

/* Introduces this client and waits for the token that proves who it is. */
static int greet(lbx *client, const struct owner *server, int64_t deadline) {
    struct message message = {.type = HELLO};
    unsigned char nonce[16];
    if (getrandom(nonce, sizeof nonce, 0) != (ssize_t) sizeof nonce)
        return fail(client, LBX_SYSTEM, "no random bits: %s", strerror(errno));
    put32(message.body, (uint32_t) client->queue);
    memcpy(message.body + 8, "LETTRBOX", 8);
    put32(message.body + 16, 1);
    memcpy(message.body + 24, nonce, sizeof nonce);
    int status = send_to_server(client, &message, HELLO_SIZE, deadline);
    for (bool lost = false; status == LBX_OK;) {
        size_t size;
        lost = atomic_exchange(&client->queue_replaced, false) || lost;
        if (lost)
            lost = send_to_server(client, &message, HELLO_SIZE, 0) != LBX_OK; /* the same answer comes to both */
        int64_t again = lost ? now() + SEND_AGAIN : INT64_MAX;
        status = receive(client, again < deadline ? again : deadline, &size);
        const unsigned char *body = client->message.body;
        if (status == LBX_TIMED_OUT && again < deadline) {
            status = LBX_OK;
            continue;
        }
        if (status != LBX_OK)
            break;
        if (client->message.type == FROM_SERVER && size == ANSWER_HEAD + 40 && get16(body + 8) == WELCOME
            && memcmp(body + ANSWER_HEAD + 24, nonce, sizeof nonce) == 0) {
            if (get16(body + 10) != 1)
                return fail(client, LBX_BROKEN, "the server speaks version %u, and this client 1", get16(body + 10));
            client->session = get64(body + ANSWER_HEAD);
            memcpy(client->token, body + ANSWER_HEAD + 8, sizeof client->token);
            tie(client, (int32_t) get32(body + 12), server->uid);
            return LBX_OK;
        }
        /* With a lock it is no classic server: this was sent by somebody who had the server send it here. */
        if (client->lock < 0 && client->message.type == 1)
            return fail(client, LBX_CLASSIC, "the server on key 0x%08x speaks the classic dialects only", (unsigned) client->key);
    }
    return status == LBX_TIMED_OUT
        ? fail(client, status, "the server on key 0x%08x did not answer the greeting in time", (unsigned) client->key) : status;
}

/* Whether a server runs on a key, whatever queue it has. */
static bool is_lock_held(int32_t key) {
    int set = semget(key, 8, 0);
    return set >= 0 && semctl(set, 8, GETVAL) < 0 && semctl(set, 0, GETVAL) > 0;
}

/* Finds the server's queue, and its lock if it has one. A server whose queue was removed makes another one in a moment. */
static int find_server(lbx *client, int64_t deadline) {
    int64_t until = deadline_in(AWAY_MS) < deadline ? deadline_in(AWAY_MS) : deadline;
    for (;;) {
        bool late = now() >= until; /* before the look: this process may be stopped until the time is over */
        client->server = msgget(client->key, 0200);
        int error = client->server < 0 ? errno : 0;
        if (error == 0 && look("msg", client->server, &client->owner)) {
            client->lock = find_lock(client->key, client->server, client->owner.cuid);
            if (client->lock >= 0 || late || !is_queue_replaced(client)) /* of another queue the lock says nothing */
                return LBX_OK;
        } else if (late || (error != 0 && (error != ENOENT || !is_lock_held(client->key)))) {
            return fail(client, LBX_NO_SERVER, error == ENOENT ? "no server runs on key 0x%08x in this IPC namespace"
                        : error == EACCES ? "this user may not send to the server on key 0x%08x"
                        : error != 0 ? "cannot open the server's queue, key 0x%08x"
                        : "the server's queue, key 0x%08x, has just gone", (unsigned) client->key);
        }
        struct timespec pause = to_timespec(SEND_AGAIN);
        nanosleep(&pause, NULL);
    }
}

static int set_up(lbx *client, int64_t deadline) {
    int status = find_server(client, deadline);
    if (status != LBX_OK)
        return status;
    struct owner server = client->owner;
    client->holder = client->lock < 0 ? 0 : holder_of(client);
    if (!server_is_there(client))
        return fail(client, LBX_SERVER_ENDED, "the server on key 0x%08x was killed, and none has taken its place", (unsigned) client->key);
    if (client->lock >= 0 && !(client->has_watcher = start_thread(&client->watcher, watch, client)))
        return no_thread(client);

    /* A signal between a queue's making and its being remembered would leave it behind. */
    sigset_t blocked, before;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sigaddset(&blocked, ends[i]);
    int64_t token_made = 0;
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    int token = make_token(client, server.uid, &token_made); /* first: from its making on, the queue's owner lives */
    struct certificate certificate; /* made before, too: until it is in the queue, nobody can say whose that is */
    bool certified = make_certificate(client, token, token_made, &certificate);
    status = make_queue(client, &server, certified ? &certificate : NULL, deadline);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status == LBX_OK ? greet(client, &server, deadline) : status;
}

int lbx_open(lbx **opened, int32_t key, int64_t timeout_ms, char *why, size_t why_size) {
    *opened = NULL;
    lbx *client = calloc(1, sizeof *client);
    if (client == NULL) {
        snprintf(why, why_size, "no memory for a client");
        return LBX_SYSTEM;
    }
    client->key = key;
    client->server = client->queue = -1;
    client->lock = client->bell = -1;
    client->token_address = (void *) -1;
    client->tries = 64;
    client->wake_at = INT64_MAX;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&client->mutex, NULL);
    pthread_cond_init(&client->alarm, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int status = key == IPC_PRIVATE ? fail(client, LBX_INVALID, "0 is not the key of a server")
                                    : set_up(client, deadline_in(timeout_ms));
    if (status == LBX_OK) {
        *opened = client;
    } else {
        snprintf(why, why_size, "%s", client->text);
        lbx_close(client);
    }
    return status;
}

void lbx_close(lbx *client) {
    if (client == NULL)
        return;
    client->over = LBX_INVALID;
    finish_all(client, LBX_CANCELLED, "the client was closed");
    if (client->session > 0) {
        struct message message;
        put_head(client, &message, 0, BYE);
        msgsnd(client->server, &message, HEAD, IPC_NOWAIT); /* where it does not fit, the server sees that the queue is gone */
    }
    if (client->tied) {
        struct sembuf operations[] = {{0, 1, IPC_NOWAIT | SEM_UNDO}, {0, -1, IPC_NOWAIT}};
        semop(client->bell, operations, 2);
    }
    if (client->has_watcher) {
        pthread_cancel(client->watcher);
        pthread_join(client->watcher, NULL);
    }
    if (client->has_timer) {
        pthread_mutex_lock(&client->mutex);
        client->closing = true;
        pthread_cond_signal(&client->alarm);
        pthread_mutex_unlock(&client->mutex);
        pthread_join(client->timer, NULL);
    }
    if (client->queue >= 0) {
        msgctl(client->queue, IPC_RMID, NULL);
        forget(client->queue);
    }
    if (client->token_address != (void *) -1) /* last: as long as the queue is there, its owner must be seen to live */
        shmdt(client->token_address);
    pthread_cond_destroy(&client->alarm);
    pthread_mutex_destroy(&client->mutex);
    free(client->entry_name);
    free(client);
}

const char *lbx_text(const lbx *client) { return client->text; }
