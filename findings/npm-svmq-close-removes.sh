#!/usr/bin/env bash
# close() of the npm package svmq does not close the program's access to a queue: it removes the queue, for all programs, with the
# messages in it. Whoever sleeps in the queue gets EIDRM, and the next one to ask for its key makes a new, empty queue.
. "$(dirname "$0")/lib.sh"

node_packages svmq@1.0.7 nan@2.22.2
id=$(ipcmk -Q | tr -dc 0-9)
key=$(ipcs -q | awk -v id="$id" '$2 == id { print $1 }')
cat >close.js <<'JS'
const queue = require('svmq').open(process.argv[2] | 0);
queue.push(Buffer.from('for somebody else'), (error) => {
  if (error) throw error;
  console.log(`close: ${queue.close()}`);
});
JS
seen "queues before" 1 "$(ipcs -q | grep -c "^$key")"
seen "svmq" "close: true" "$(node --no-deprecation close.js "$key")"
seen "queues after" 0 "$(ipcs -q | grep -c "^$key" || :)"
