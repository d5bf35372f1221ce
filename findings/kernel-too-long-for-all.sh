#!/usr/bin/env bash
# One message that is too long fails every receiver that sleeps in the queue with a smaller buffer: each of their msgrcv calls returns
# E2BIG, not only that of the first in line. So one long request ends a whole pool of workers at once. The message stays in the queue,
# so workers that are started again fail too.
. "$(dirname "$0")/lib.sh"

cat >"$work/pool.c" <<'C'
#include <errno.h>
#include <stdio.h>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct message { long type; char text[264]; };

/* Whether a child sleeps in msgrcv: /proc shows the number of its system call then. */
static int sleeps(pid_t child) {
    char path[64];
    long number = -1;
    snprintf(path, sizeof path, "/proc/%d/syscall", child);
    FILE *file = fopen(path, "r");
    int found = file && fscanf(file, "%ld", &number) == 1 && number == SYS_msgrcv;
    if (file) fclose(file);
    return found;
}

int main(void) {
    struct message message = {1, {0}};
    struct msqid_ds queue;
    pid_t workers[3];
    int status, id = msgget(IPC_PRIVATE, 0600);
    for (int i = 0; i < 3; i++) {
        workers[i] = fork();
        if (workers[i] == 0) _exit(msgrcv(id, &message, 260, 0, 0) < 0 ? errno : 0);
        while (!sleeps(workers[i])) usleep(1000);
    }
    msgsnd(id, &message, 264, 0);
    for (int i = 0; i < 3; i++) {
        waitpid(workers[i], &status, 0);
        printf("%s, ", WEXITSTATUS(status) == E2BIG ? "E2BIG" : "?");
    }
    msgctl(id, IPC_STAT, &queue);
    printf("%lu message left\n", queue.msg_qnum);
    msgctl(id, IPC_RMID, 0);
}
C
compile "$work/pool.c" "$work/pool"
echo "Linux $(uname -r | grep -o '^[0-9]*\.[0-9]*')"
seen "three sleeping workers with buffers of 260 bytes, one message of 264" "E2BIG, E2BIG, E2BIG, 1 message left" "$("$work/pool")"
