#!/usr/bin/env bash
# Java's ProcessHandle.of finds a "process" for the id of a thread of any process: present and alive, though no such process exists and
# ProcessHandle.allProcesses does not list it. destroy() on it ends the whole process. The kernel's kill and /proc take both kinds of id, and
# msg_lrpid may be a thread's (kernel-lrpid-thread.sh). /proc/ID/status tells by its Tgid which process it is.
. "$(dirname "$0")/lib.sh"

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" -version 2>&1 | head -1
cat >"$work/two.c" <<'C'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *wait_here(void *unused) {
    printf("%d %d\n", getpid(), gettid());
    fflush(stdout);
    pause();
    return unused;
}

int main(void) {
    pthread_t thread;
    pthread_create(&thread, 0, wait_here, 0);
    pthread_join(thread, 0);
}
C
cat >"$work/Find.java" <<'JAVA'
import java.util.concurrent.TimeUnit;

class Find {
    public static void main(String[] arguments) throws Exception {
        long process = Long.parseLong(arguments[0]);
        long thread = Long.parseLong(arguments[1]);
        ProcessHandle found = ProcessHandle.of(thread).orElseThrow();
        boolean listed = ProcessHandle.allProcesses().anyMatch(found::equals);
        System.out.println("found, alive " + found.isAlive() + ", listed " + listed);
        ProcessHandle whole = ProcessHandle.of(process).orElseThrow();
        found.destroy();
        whole.onExit().get(30, TimeUnit.SECONDS);
        System.out.println("destroyed: the process has exited");
    }
}
JAVA
compile "$work/two.c" "$work/two" -pthread
"$work/two" >"$work/ids" &
timeout 20 bash -c "until [ -s '$work/ids' ]; do sleep 0.05; done"
read -r process thread <"$work/ids"
seen "ProcessHandle.of the id of a thread" "found, alive true, listed false
destroyed: the process has exited" "$("$java" "$work/Find.java" "$process" "$thread")"
