#!/usr/bin/env bash
# fakeroot's daemon runs in a session of its own. Killing the process group of a build that runs under fakeroot, as a CI runner does on
# a timeout, leaves the daemon, two message queues and a semaphore set. Each killed build adds three.
. "$(dirname "$0")/lib.sh"
debian fakeroot=1.31-1.2 libfakeroot=1.31-1.2

faked=$root/usr/bin/faked-sysv
library=$(find "$root" -name libfakeroot-sysv.so)
trap 'pkill -KILL -f "^$faked" || :; rm -rf "$work"' EXIT
setsid "$(command -v fakeroot-sysv)" --faked "$faked" --lib "$library" sh -c "touch '$work/up'; exec sleep 60" &
timeout 10 sh -c "until [ -e '$work/up' ]; do sleep 0.05; done"
kill -KILL -- "-$!"
wait "$!" 2>/dev/null || :
seen "after the group is killed: daemons, queues, semaphore sets" "1 2 1" \
  "$(pgrep -c -f "^$faked") $(ipcs -q | grep -c ^0x) $(ipcs -s | grep -c ^0x)"
