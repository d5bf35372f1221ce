/*
 * A client whose process is stopped again and again until its time is over: paused KEY NAME. It takes what came meanwhile.
 * The process does not really stop: when the client has looked in vain and looks at the clock, the clock waits until
 * something has come, and is an hour further on.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/msg.h>
#include <time.h>

enum { PATIENCE_SECONDS = 60 };

static bool is_to_stop;    /* the next looks come before the message */
static int looked_at = -1; /* the queue in which there was nothing; -1 if nobody has looked */
static time_t ahead;       /* how far the clock is, in seconds */
static int pauses;

static ssize_t paused_msgrcv(int queue, void *message, size_t size, long type, int flags) {
    if (!is_to_stop)
        return msgrcv(queue, message, size, type, flags);
    looked_at = queue;
    errno = ENOMSG;
    return -1;
}

/* Beside the birth certificate. */
static bool has_come(int queue) {
    struct msqid_ds state;
    return msgctl(queue, IPC_STAT, &state) == 0 && state.msg_qnum > 1;
}

static int paused_clock(clockid_t clock, struct timespec *time) {
    if (looked_at >= 0) {
        struct timespec pause = {0, 1000000};
        for (int tries = 0; !has_come(looked_at) && tries < PATIENCE_SECONDS * 1000; tries++)
            nanosleep(&pause, NULL);
        looked_at = -1;
        is_to_stop = false;
        ahead += 3600;
        pauses++;
    }
    int failed = clock_gettime(clock, time);
    time->tv_sec += ahead;
    return failed;
}

#define msgrcv paused_msgrcv
#define clock_gettime paused_clock
#include "../letterbox.c"

static int count(void *context, const struct lbx_piece *piece) {
    *(size_t *) context += piece->length;
    return 0;
}

int main(int words, char **word) {
    char why[256];
    lbx *client;
    size_t bytes = 0;
    if (words != 3)
        return 2;
    lbx_clean_up_at_exit();
    is_to_stop = true;
    if (lbx_open(&client, (int32_t) strtoll(word[1], NULL, 0), 600000, why, sizeof why) != LBX_OK) {
        fprintf(stderr, "paused: %s\n", why);
        return 1;
    }
    is_to_stop = true;
    int status = lbx_get(client, word[2], NULL, 600000, count, &bytes);
    if (status != LBX_OK)
        fprintf(stderr, "paused: %s\n", lbx_text(client));
    lbx_close(client);
    printf("%zu bytes, %s\n", bytes, pauses == 2 ? "paused" : "never paused");
    return status != LBX_OK;
}
