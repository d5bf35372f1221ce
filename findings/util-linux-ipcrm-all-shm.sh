#!/usr/bin/env bash
# "ipcrm --all" (-a), which for decades removed System V queues, segments and semaphores, since util-linux 2.41 also deletes what is in
# /dev/shm: the shared memory and semaphores of POSIX, and any other file that somebody put there, as many programs do. If there is a
# folder in /dev/shm, it stops at it, with status 1 and before it has removed a single queue. "ipcrm --all=msg" removes queues alone.
own_mounts=yes # for lib.sh
. "$(dirname "$0")/lib.sh"
debian13 util-linux=2.41.5-0+deb13u1 libc6=2.41-12+deb13u5

# A /dev/shm of our own. This machine's is not seen here.
mount -t tmpfs none /dev/shm

state() {
  echo "$(ls -A /dev/shm | tr '\n' ' ')and $(($(wc -l </proc/sysvipc/msg) - 1)) queues"
}

remove() {
  local status=0
  in13 ipcrm "$1" 2>"$work/error" || status=$?
  echo "status $status, $(state)"
}

ipcmk -Q >/dev/null
touch /dev/shm/notes.txt /dev/shm/PostgreSQL.1234
seen "before" "PostgreSQL.1234 notes.txt and 1 queues" "$(state)"
seen "ipcrm --all=msg" "status 0, PostgreSQL.1234 notes.txt and 0 queues" "$(remove --all=msg)"
ipcmk -Q >/dev/null
seen "ipcrm --all" "status 0, and 0 queues" "$(remove --all)"
ipcmk -Q >/dev/null
mkdir /dev/shm/folder
seen "ipcrm --all, with a folder in /dev/shm" "status 1, folder and 1 queues" "$(remove --all)"
seen "its message" "ipcrm: name failed: Is a directory" "$(cat "$work/error")"
