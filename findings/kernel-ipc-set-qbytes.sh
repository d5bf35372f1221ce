#!/usr/bin/env bash
# Linux takes msg_qbytes as a 32-bit number, although the C type has 64: msgctl(IPC_SET) with 2^32 succeeds and sets the capacity
# to 0. No privilege is needed, and such a queue takes no message, not even an empty one.
. "$(dirname "$0")/lib.sh"

cat >"$work/set.c" <<'C'
#include <errno.h>
#include <stdio.h>
#include <sys/msg.h>

int main(void) {
    struct msqid_ds queue;
    struct { long type; char text[1]; } empty = {1, {0}};
    int id = msgget(IPC_PRIVATE, 0600);
    msgctl(id, IPC_STAT, &queue);
    queue.msg_qbytes = 1UL << 32;
    int set = msgctl(id, IPC_SET, &queue);
    msgctl(id, IPC_STAT, &queue);
    int sent = msgsnd(id, &empty, 0, IPC_NOWAIT);
    printf("IPC_SET %d, msg_qbytes %lu, msgsnd of 0 bytes %d %s\n", set, queue.msg_qbytes, sent, errno == EAGAIN ? "EAGAIN" : "");
    msgctl(id, IPC_RMID, 0);
}
C
compile "$work/set.c" "$work/set"
echo "Linux $(uname -r)"
seen "msg_qbytes set to 2^32" "IPC_SET 0, msg_qbytes 0, msgsnd of 0 bytes -1 EAGAIN" "$("$work/set")"
