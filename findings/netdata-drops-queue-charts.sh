#!/usr/bin/env bash
# netdata draws a line for each message queue, and drops its two charts for good once it has seen more than 50 queues: at once, or one
# after the other, as the lines of removed queues count too. So the graph vanishes just when queues leak. It also vanishes, as here,
# where short programs create a private queue each, and there are never more than ten. The log mentions it at the level INFO; only a
# restart brings the charts back. The limit is "max dimensions in memory allowed" in [plugin:proc:ipc].
. "$(dirname "$0")/lib.sh"
debian netdata-core=1.37.1-2 libuv1=1.44.2-1+deb12u1 libjson-c5=0.16-2

port=$((20000 + RANDOM % 12000))
mkdir "$work/netdata"
cat >"$work/netdata.conf" <<END
[global]
  run as user = $(id -un)
[directories]
  config = $work/netdata
  stock config = $work/netdata
  log = $work/netdata
  web = $work/netdata
  cache = $work/netdata
  lib = $work/netdata
  plugins = $work/netdata
[db]
  mode = ram
[ml]
  enabled = no
[health]
  enabled = no
[web]
  bind to = 127.0.0.1:$port
[plugins]
  enable running new plugins = no
  timex = no
  checks = no
  idlejitter = no
  tc = no
  diskspace = no
  cgroups = no
  statsd = no
  netdata monitoring = no
END
"$root/usr/sbin/netdata" -D -c "$work/netdata.conf" -P "$work/pid" >"$work/out" 2>&1 &
netdata=$!
trap 'kill "$netdata" 2>/dev/null || :; wait "$netdata" 2>/dev/null || :; rm -rf "$work"' EXIT

# lines: the queues that the chart shows, by id, or nothing.
lines() {
  curl -sf "http://127.0.0.1:$port/api/v1/data?chart=system.message_queue_messages&after=-2&format=csv" | sed -n '1s/^time,//p'
}
# given_up: whether netdata has said so.
given_up() {
  grep -q 'Message queue statistics has been disabled' "$work/netdata/error.log"
}
export -f lines given_up
export work port

most=0
for _ in 1 2 3 4 5 6; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    id=$(ipcmk -Q | tr -dc 0-9)
  done
  now=$(($(wc -l </proc/sysvipc/msg) - 1))
  most=$((now > most ? now : most))
  id=$id timeout 60 bash -c 'until lines | tr , "\n" | grep -qx "$id" || given_up; do sleep 0.2; done'
  if given_up; then
    break
  fi
  last=$(lines | tr ',' '\n' | wc -l)
  ipcrm --all=msg
done
seen "queues at once, lines in the chart" "10 50" "$most $last"
seen "netdata's log, once there are new ones" "dimensions in memory but limit was set to 50" \
  "$(grep -o 'dimensions in memory but .*' "$work/netdata/error.log")"
ipcrm --all=msg
ipcmk -Q >/dev/null
timeout 60 bash -c 'while [ -n "$(lines)" ]; do sleep 0.2; done'
seen "lines in the chart, with one queue" "" "$(lines)"
