/*
 * A queue outlives the process that made it, unless that process removes it. This header makes
 * a queue that is removed when its process ends: by return from main, by exit, and by the signals
 * TERM, INT, HUP and PIPE. Only SIGKILL and a crash leave it behind.
 *
 * The handler makes the one system call msgctl itself. A flag for the main program to look at would
 * come too late when the signal arrives just before msgrcv falls asleep.
 */
#ifndef PEERS_GUARD_H
#define PEERS_GUARD_H

#include <signal.h>
#include <stdlib.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "peer.h"

static volatile sig_atomic_t guarded_queue = -1;
static volatile sig_atomic_t guarding_process = -1;

/* Removes the queue, but never from a forked child, whose parent goes on using it. */
static void remove_guarded_queue(void)
{
    if (guarded_queue != -1 && getpid() == guarding_process)
        msgctl(guarded_queue, IPC_RMID, NULL);
}

/* For clients: the process ends by that same signal, so that its parent sees which one it was. */
static inline void remove_queue_and_die(int signal_number)
{
    remove_guarded_queue();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* For servers, whose normal end is a signal: the process ends with status 0. */
static inline void remove_queue_and_finish(int signal_number)
{
    if (getpid() != guarding_process)
        remove_queue_and_die(signal_number);
    else {
        remove_guarded_queue();
        _exit(EXIT_SUCCESS);
    }
}

/*
 * Creates the queue and guards it. Returns its id, or -1 with errno set. The signals are blocked
 * in between: one that comes after the queue and before its handler would leave the queue behind.
 * They are handled even when the process was started with them ignored, as nohup does: a peer
 * in a test must end when it is told to.
 */
static inline int create_guarded_queue(key_t key, int flags, void (*handler)(int))
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP }; /* by which a server ends */
    enum { SIGNALS = sizeof signals / sizeof signals[0] };

    struct sigaction action = { .sa_handler = handler };
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&action.sa_mask, signals[i]);

    sigprocmask(SIG_BLOCK, &action.sa_mask, NULL);
    int queue = msgget(key, flags);
    int error = errno;
    if (queue != -1) {
        guarding_process = getpid();
        guarded_queue = queue;
        atexit(remove_guarded_queue);
        for (int i = 0; i < SIGNALS; i++)
            sigaction(signals[i], &action, NULL);
        action.sa_handler = remove_queue_and_die; /* nobody reads the output: no server's normal end */
        sigaction(SIGPIPE, &action, NULL);
    }
    sigprocmask(SIG_UNBLOCK, &action.sa_mask, NULL);
    errno = error;
    return queue;
}

#endif
