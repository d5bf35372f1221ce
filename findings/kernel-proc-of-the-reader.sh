#!/usr/bin/env bash
# /proc/sysvipc and /proc/sys/kernel/msg* show the IPC namespace of the process that opens them, wherever that /proc was mounted. So a
# monitoring agent in a container, which gets the machine's /proc as /host/proc, counts its own container's queues (usually none)
# against its own limits, and never the machine's; /proc/PID/root/proc/sysvipc is no way into another container either. For
# comparison: a /proc keeps its own PID namespace, and /proc/PID/net shows the network of that process.
own_mounts=yes # for lib.sh
. "$(dirname "$0")/lib.sh"

mkdir "$work/host"
mount --rbind /proc "$work/host"
trap 'umount --recursive --lazy "$work/host"; rm -rf "$work"' EXIT

# look PROC: the queues and the limit that a process sees there.
look() {
  echo "$(($(wc -l <"$1/sysvipc/msg") - 1)) queues of $(cat "$1/sys/kernel/msgmni")"
}
export -f look
export work

for _ in 1 2 3; do
  ipcmk -Q >/dev/null
done
sysctl -q -w kernel.msgmni=500
seen "the machine's /proc, read on the machine" "3 queues of 500" "$(look /proc)"
seen "the same /proc, read in a container, as /host/proc" "0 queues of 32000" "$(unshare --ipc bash -c 'look "$work/host"')"

# A "container" with a /proc of its own and one queue.
unshare --ipc --mount --pid --fork --kill-child --mount-proc bash -c 'ipcmk -Q >"$work/up"; exec sleep 1000' &
container=$!
disown
trap 'kill -KILL "$container"; umount --recursive --lazy "$work/host"; rm -rf "$work"' EXIT
timeout 20 bash -c 'until [ -s "$work/up" ]; do sleep 0.1; done'
seen "the container's own /proc, read on the machine through /proc/PID/root" "3 queues of 500" "$(look "/proc/$container/root/proc")"
seen "the machine's /proc, read in the container's IPC namespace" "1 queues of 32000" \
  "$(nsenter --target "$container" --ipc bash -c 'look /proc')"
echo "Linux $(uname -r | grep -o '^[0-9]*\.[0-9]*')"
