#!/usr/bin/env bash
# A message type has 64 bits in the kernel, and a 32-bit program gets its low half, with no error: 2^32+5 arrives as 5, 2^32 as 0,
# which no sender can send. It cannot select such a message by the type that it sees.
. "$(dirname "$0")/lib.sh"

cat >"$work/queue.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <sys/msg.h>

struct message { long type; char text[1]; };

/* send ID TYPE | receive ID TYPE */
int main(int count, char **arguments) {
    int id = atoi(arguments[2]);
    struct message message = {atoll(arguments[3]), {0}};
    if (count > 3 && arguments[1][0] == 's') return msgsnd(id, &message, 1, 0) ? 1 : 0;
    int got = msgrcv(id, &message, 1, message.type, IPC_NOWAIT);
    if (got < 0) puts("no such message");
    else printf("type %ld\n", message.type);
}
C
compile "$work/queue.c" "$work/q64"
compile "$work/queue.c" "$work/q32" -m32
echo "Linux $(uname -r)"
id=$(ipcmk -Q | tr -dc 0-9)
"$work/q64" send "$id" 4294967301
seen "sent as 2^32+5, asked for as 5 by 32 bits" "no such message" "$("$work/q32" receive "$id" 5)"
seen "received with any type by 32 bits" "type 5" "$("$work/q32" receive "$id" 0)"
"$work/q64" send "$id" 4294967296
seen "sent as 2^32, received with any type by 32 bits" "type 0" "$("$work/q32" receive "$id" 0)"
