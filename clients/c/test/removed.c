/*
 * A client whose server's queue is removed with the client's messages in it: removed KEY NAME BYTES. All that has to arrive
 * arrives, once, and nothing is waited for beyond its deadline.
 *
 * The queue is removed in the moment in which the client sends: so it is known what was lost. The server must be one of this
 * user. The client looks for another queue often.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 120 };

static int to_lose;          /* how many greetings and requests are still to be lost with their queue */
static atomic_int away;      /* how often to find no queue: the server has not made another one yet */
static atomic_bool is_taken; /* another process holds the lock */

/* Whether a message is a greeting or a request. */
static bool is_to_be_answered(const void *message, size_t size) {
    long type;
    uint16_t kind = 0;
    memcpy(&type, message, sizeof type);
    if (type == 0x4c42 && size >= 64)
        memcpy(&kind, (const char *) message + sizeof type + 32, sizeof kind);
    return type == 1 || kind == 1;
}

static int losing_msgsnd(int queue, const void *message, size_t size, int flags) {
    if (!is_to_be_answered(message, size) || to_lose == 0)
        return msgsnd(queue, message, size, flags);
    if (msgctl(queue, IPC_RMID, NULL) != 0)
        return -1; /* it is gone already, which whoever sends there is told */
    to_lose--;
    return 0;
}

static int missing_msgget(key_t key, int flags) {
    if (key == IPC_PRIVATE || atomic_load(&away) <= 0)
        return msgget(key, flags);
    atomic_fetch_sub(&away, 1);
    errno = ENOENT;
    return -1;
}

static int short_semtimedop(int set, struct sembuf *operations, size_t count, const struct timespec *time) {
    (void) time;
    struct timespec often = {0, 20000000};
    return semtimedop(set, operations, count, &often);
}

/* The lock's value stays: the next server has taken it before anybody looked. */
static int other_semctl(int set, int number, int command, ...) {
    union { int value; void *state; } argument = {0};
    va_list arguments;
    va_start(arguments, command);
    if (command != GETPID && command != GETVAL)
        argument.state = va_arg(arguments, void *);
    va_end(arguments);
    return command == GETPID && atomic_load(&is_taken) ? 1 : semctl(set, number, command, argument);
}

#define msgsnd losing_msgsnd
#define msgget missing_msgget
#define semtimedop short_semtimedop
#define semctl other_semctl
#include "../letterbox.c"

static int64_t bytes_wanted;
static const char *name;

static int count(void *context, const struct lbx_piece *piece) {
    *(int64_t *) context += (int64_t) piece->length;
    return 0;
}

static int failed(const char *what, const char *why) {
    fprintf(stderr, "removed: %s: %s\n", what, why);
    return 1;
}

static int is_whole(const char *what, lbx *client, int status, int64_t bytes) {
    if (status != LBX_OK)
        return failed(what, lbx_text(client));
    return bytes == bytes_wanted ? 0 : failed(what, "the answer is not whole, or came twice");
}

static int what_is_lost_twice_is_sent_again(lbx *client) {
    int64_t bytes = 0;
    to_lose = 2;
    int status = lbx_get(client, name, NULL, 0, count, &bytes);
    return is_whole("a request that is lost twice", client, status, bytes);
}

static int far, near;

static void end_far(void *context, const struct lbx_result *result) {
    (void) context;
    far = result->status;
}

/* Now the server has another queue. */
static void end_near(void *context, const struct lbx_result *result) {
    (void) context;
    near = result->status;
    atomic_store(&away, 0);
}

static int a_deadline_is_kept_while_the_server_has_no_queue(lbx *client) {
    int64_t bytes = 0;
    far = near = -1;
    struct lbx_request late = {.content = count, .done = end_far, .context = &bytes};
    struct lbx_request soon = {.timeout_ms = 1000, .done = end_near};
    to_lose = 2;
    if (lbx_start_get(client, name, NULL, &late) < 0 || lbx_start_get(client, name, NULL, &soon) < 0)
        return failed("a deadline", lbx_text(client));
    atomic_store(&away, INT_MAX);
    lbx_wait(client, 0);
    if (near != LBX_TIMED_OUT)
        return failed("a deadline", "it was not kept");
    return is_whole("what was in flight beside a deadline", client, far, bytes);
}

static int another_holder_of_the_lock_is_another_server(lbx *client) {
    int64_t bytes = 0;
    to_lose = 1;
    atomic_store(&away, INT_MAX);
    atomic_store(&is_taken, true);
    return lbx_get(client, name, NULL, 0, count, &bytes) == LBX_SERVER_ENDED
        ? 0 : failed("another holder of the lock", "it was taken for the same server");
}

int main(int words, char **word) {
    char why[256];
    lbx *client;
    if (words != 4)
        return 2;
    name = word[2];
    bytes_wanted = strtoll(word[3], NULL, 10);
    lbx_clean_up_at_exit();
    alarm(PATIENCE_SECONDS);
    atomic_store(&away, 3); /* it comes while there is none, too */
    to_lose = 2;
    if (lbx_open(&client, (int32_t) strtoll(word[1], NULL, 0), 60000, why, sizeof why) != LBX_OK)
        return failed("a greeting that is lost twice", why);
    int status = what_is_lost_twice_is_sent_again(client) || a_deadline_is_kept_while_the_server_has_no_queue(client)
        || another_holder_of_the_lock_is_another_server(client);
    lbx_close(client);
    if (status == 0)
        puts("nothing was lost");
    return status;
}
