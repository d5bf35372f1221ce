#!/usr/bin/env bash
# Containers of a pod that share the IPC namespace, but not the PID namespace, see msg_lspid 0 for each other's messages: as if nobody
# had ever sent. ipcs -p says so too, and a clean-up that takes "no sender, no receiver" for "unused" removes queues that are in use.
# msg_stime is right.
. "$(dirname "$0")/lib.sh"

cat >"$work/queue.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

int main(int argc, char *argv[])
{
    struct { long type; char text[1]; } message = { 1, { 'x' } };
    struct msqid_ds status;
    int queue = argc > 2 ? atoi(argv[2]) : msgget(IPC_PRIVATE, 0600);
    if (strcmp(argv[1], "create") == 0)
        return printf("%d\n", queue) < 0;
    if (strcmp(argv[1], "send") == 0)
        return msgsnd(queue, &message, 1, 0) != 0;
    msgctl(queue, IPC_STAT, &status);
    printf("sender %s, time %s\n", status.msg_lspid == 0 ? "0" : "known", status.msg_stime == 0 ? "0" : "known");
}
END
compile "$work/queue.c" "$work/queue"
queue=$("$work/queue" create)
unshare --pid --fork "$work/queue" send "$queue"
seen "sent in an inner PID namespace, seen from the outer one" "sender known, time known" "$("$work/queue" status "$queue")"
"$work/queue" send "$queue"
seen "sent in the outer PID namespace, seen from an inner one" "sender 0, time known" \
  "$(unshare --pid --fork "$work/queue" status "$queue")"
unshare --pid --fork "$work/queue" send "$queue"
seen "sent in one inner PID namespace, seen from another" "sender 0, time known" \
  "$(unshare --pid --fork "$work/queue" status "$queue")"
echo "Linux $(uname -r | grep -o '^[0-9]*\.[0-9]*')"
