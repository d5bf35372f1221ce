#!/usr/bin/env bash
# msg_lrpid, which ipcs -p shows as the process that received last, is the id of a thread if the receiver slept. ps and a listing of
# /proc do not show such an id. kill accepts it until the thread exits, which may be long before its process does. A clean-up that takes
# the owner for dead then removes a queue that is in use.
. "$(dirname "$0")/lib.sh"

cat >"$work/lrpid.c" <<'C'
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <unistd.h>

struct message { long type; char text[1]; };
static int id;
static pid_t thread;

static void *receive(void *unused) {
    struct message message;
    thread = gettid();
    msgrcv(id, &message, 1, 0, 0);
    return unused;
}

/* Whether a thread of this process sleeps in a system call: /proc shows its number then. */
static int sleeps(void) {
    char path[64];
    long number = -1;
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", thread);
    FILE *file = fopen(path, "r");
    int found = file && fscanf(file, "%ld", &number) == 1 && number == SYS_msgrcv;
    if (file) fclose(file);
    return found;
}

int main(void) {
    pthread_t receiver;
    struct message message = {1, {0}};
    struct msqid_ds queue;
    id = msgget(IPC_PRIVATE, 0600);
    pthread_create(&receiver, 0, receive, 0);
    while (!thread || !sleeps()) usleep(1000);
    printf("kill accepts the thread's id: %s\n", kill(thread, 0) == 0 ? "yes" : "no");
    msgsnd(id, &message, 1, 0);
    pthread_join(receiver, 0);
    while (kill(thread, 0) == 0) usleep(1000);
    msgctl(id, IPC_STAT, &queue);
    printf("the receiver slept: %s\n", queue.msg_lrpid == thread ? "the thread" : queue.msg_lrpid == getpid() ? "the process" : "?");
    msgsnd(id, &message, 1, 0);
    msgrcv(id, &message, 1, 0, 0);
    msgctl(id, IPC_STAT, &queue);
    printf("it did not sleep: %s\n", queue.msg_lrpid == getpid() ? "the process" : "?");
    msgctl(id, IPC_RMID, 0);
}
C
compile "$work/lrpid.c" "$work/lrpid" -pthread
echo "Linux $(uname -r)"
seen "msg_lrpid names" "$(printf 'kill accepts the thread\047s id: yes\nthe receiver slept: the thread\nit did not sleep: the process')" "$("$work/lrpid")"
