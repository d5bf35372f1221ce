/*
 * What every peer needs: failing with the name of the call and of the error, reading numbers from
 * the command line, and sending and receiving in spite of signals.
 */
#ifndef PEERS_PEER_H
#define PEERS_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/msg.h>
#include <unistd.h>

#include "errors.h"

enum {
    EXIT_REFUSED = 1, /* the other side said no, or answered wrongly */
    EXIT_ERROR = 2    /* a system call failed, or the command line is wrong */
};

/* Reports errno as "call: ERRORNAME" and ends the program. */
static inline _Noreturn void fail(const char *call, int status)
{
    const char *name = error_name(errno);
    if (name != NULL)
        fprintf(stderr, "%s: %s\n", call, name);
    else
        fprintf(stderr, "%s: error %d\n", call, errno);
    exit(status);
}

/* Ends a program whose output never arrived, as on a full disk, with an error. */
static inline void flush_or_fail(int status)
{
    if (fflush(stdout) == EOF)
        fail("write", status);
}

/* Reads a whole number within [low, high]: decimal, or hexadecimal after 0x, or octal after 0. */
static inline bool parse_number(const char *text, long long low, long long high, long long *number)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || value < low || value > high)
        return false;
    *number = value;
    return true;
}

/*
 * Reads the key of a queue. A key has 32 bits and 0 would be IPC_PRIVATE, a new queue that nobody
 * could find; so anything longer, and 0, is refused and never cut.
 */
static inline bool parse_key(const char *text, key_t *key)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || value == 0 || value > UINT32_MAX)
        return false;
    *key = (key_t) value;
    return true;
}

/* Reads permission bits, always octal: 0622 and 622 are the same. */
static inline bool parse_mode(const char *text, int *mode)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 8);
    if (errno != 0 || end == text || *end != '\0' || value > 0777)
        return false;
    *mode = (int) value;
    return true;
}

/* msgsnd, started again after a signal: the kernel never does that itself, SA_RESTART or not. */
static inline int send_message(int queue, const void *message, size_t size)
{
    int result;
    do
        result = msgsnd(queue, message, size, 0);
    while (result == -1 && errno == EINTR);
    return result;
}

/* msgrcv, started again after a signal. */
static inline ssize_t receive_message(int queue, void *message, size_t size, long type)
{
    ssize_t length;
    do
        length = msgrcv(queue, message, size, type, 0);
    while (length == -1 && errno == EINTR);
    return length;
}

#endif
