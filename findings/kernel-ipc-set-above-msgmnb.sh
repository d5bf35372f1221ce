#!/usr/bin/env bash
# The owner of a queue whose capacity is above kernel.msgmnb cannot change its mode or give it away: every IPC_SET fails with EPERM, also
# one that leaves the capacity as it is, since the kernel compares it with the limit and not with the queue's present capacity. It is
# enough that the limit was lowered after the queue was created. Setting a capacity up to the limit in the same call succeeds.
. "$(dirname "$0")/lib.sh"

cat >"$work/change.c" <<'C'
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/msg.h>

/* change ID MODE [CAPACITY] */
int main(int count, char **arguments) {
    struct msqid_ds queue;
    int id = atoi(arguments[1]);
    msgctl(id, IPC_STAT, &queue);
    queue.msg_perm.mode = strtol(arguments[2], 0, 8);
    if (count > 3) queue.msg_qbytes = atol(arguments[3]);
    if (msgctl(id, IPC_SET, &queue)) puts(errno == EPERM ? "EPERM" : "?");
    else puts("done");
}
C
compile "$work/change.c" "$work/change"
chmod 755 "$work"
# The owner, without CAP_SYS_RESOURCE: as any user but root, and as root in most containers.
owner() {
  setpriv --inh-caps=-all --bounding-set=-sys_resource "$@"
}
sysctl -q -w kernel.msgmnb=65536
id=$(owner ipcmk -Q | tr -dc 0-9)
seen "the owner sets mode 0620" "done" "$(owner "$work/change" "$id" 620)"
sysctl -q -w kernel.msgmnb=16384
seen "the same after kernel.msgmnb was lowered from 65536 to 16384" EPERM "$(owner "$work/change" "$id" 622)"
seen "with the capacity set to 16384 too" "done" "$(owner "$work/change" "$id" 622 16384)"
echo "Linux $(uname -r | grep -o '^[0-9]*\.[0-9]*')"
