#!/usr/bin/env bash
# A Node program that waits in pop() of the npm package svmq cannot exit: pop() sleeps in a thread of Node's pool, and process.exit()
# waits for that thread, as does an uncaught exception. The program stays until the next message arrives, takes it, and exits: the
# message is lost. A signal without a handler ends the program at once.
. "$(dirname "$0")/lib.sh"

node_packages svmq@1.0.7 nan@2.22.2
id=$(ipcmk -Q | tr -dc 0-9)
key=$(ipcs -q | awk -v id="$id" '$2 == id { print $1 }')
cat >exit.js <<'JS'
const {writeFileSync} = require('fs');
require('svmq').open(process.argv[2] | 0).pop(() => console.log('received a message'));
process.on('exit', () => writeFileSync('exiting', ''));
process.exit();
JS
node --no-deprecation exit.js "$key" >out &
program=$!
trap 'kill -KILL "$program" 2>/dev/null || :; rm -rf "$work"' EXIT
timeout 20 sh -c 'until [ -e exiting ]; do sleep 0.05; done'
sleep 2
seen "2 seconds after process.exit(), the program" "runs" "$(kill -0 "$program" 2>/dev/null && echo runs || echo "has ended")"
perl -e 'msgsnd($ARGV[0], pack("l! a*", 1, "for the next program"), 0) or die "msgsnd: $!\n"' "$id"
wait "$program" && status=0 || status=$?
seen "after a message was sent: status, messages left in the queue, what the program received" "0, 0, nothing" \
  "$status, $(awk -v id="$id" '$2 == id { print $5 }' /proc/sysvipc/msg), $(grep . out || echo nothing)"
