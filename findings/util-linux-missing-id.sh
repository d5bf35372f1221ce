#!/usr/bin/env bash
# ipcs and lsipc of util-linux exit 0 when the queue that was asked for does not exist, and lsipc's JSON gives every number as a
# string, so that "5" > "16384" for a program that compares without converting.
. "$(dirname "$0")/lib.sh"
debian util-linux=2.38.1-5+deb12u3

status=0
text=$(ipcs -q -i 4711 2>&1) || status=$?
seen "ipcs -q -i 4711" "ipcs: id 4711 not found (exit status 0)" "$text (exit status $status)"
ipcmk -Q >/dev/null
seen "lsipc --json" '"msgs":"0"' "$(lsipc -q --json -o MSGS | tr -d ' \n' | grep -o '"msgs"[^}]*')"
