/*
 * Runs a command in a kernel that refuses some calls, as a security module or a container's filter does:
 * deny ERRNO CALL[=COMMAND]... -- PROGRAM ARGUMENT...
 *
 * ERRNO is EPERM, EACCES or ENOSYS. CALL is msgctl, msgsnd, msgrcv or msgget. COMMAND is the number of a msgctl
 * command, such as 3 for IPC_INFO; without it all are refused. The filter (seccomp(2)) is inherited by
 * all that the command starts.
 */
#define _GNU_SOURCE 1

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "peer.h"

enum { MOST = 64, WRONG_USAGE = 2 };

static struct sock_filter program[MOST];
static unsigned short length;

static void add(unsigned short code, unsigned char yes, unsigned char no, unsigned value)
{
    if (length == MOST) {
        fputs("deny: too many calls\n", stderr);
        exit(WRONG_USAGE);
    }
    program[length++] = (struct sock_filter) {code, yes, no, value};
}

static void load(size_t offset)
{
    add(BPF_LD | BPF_W | BPF_ABS, 0, 0, (unsigned)offset);
}

static unsigned number(const char *call)
{
    static const struct { const char *name; unsigned number; } calls[] = {
        {"msgctl", SYS_msgctl}, {"msgsnd", SYS_msgsnd}, {"msgrcv", SYS_msgrcv}, {"msgget", SYS_msgget}};
    for (size_t each = 0; each < sizeof(calls) / sizeof(calls[0]); each++)
        if (strcmp(call, calls[each].name) == 0)
            return calls[each].number;
    fprintf(stderr, "deny: no such call: %s\n", call);
    exit(WRONG_USAGE);
}

static unsigned error(const char *name)
{
    return strcmp(name, "EACCES") == 0 ? EACCES : strcmp(name, "ENOSYS") == 0 ? ENOSYS : EPERM;
}

static void refuse(char *rule, unsigned answer)
{
    char *command = strchr(rule, '=');
    if (command)
        *command++ = '\0';
    load(offsetof(struct seccomp_data, nr));
    if (command) {
        add(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, number(rule));
        /* The lower half of the second argument, on machines with the lower half first. */
        load(offsetof(struct seccomp_data, args[1]));
        add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (unsigned)atoi(command));
    } else {
        add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, number(rule));
    }
    add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | answer);
}

int main(int argc, char **argv)
{
    int at = 2;
    unsigned answer = argc > 1 ? error(argv[1]) : 0;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        refuse(argv[at], answer);
    if (at + 1 >= argc) {
        fputs("usage: deny EPERM|EACCES|ENOSYS CALL[=COMMAND]... -- PROGRAM ARGUMENT...\n", stderr);
        return WRONG_USAGE;
    }
    add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
    struct sock_fprog filter = {length, program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) {
        perror("deny: prctl");
        return 1;
    }
    execvp(argv[at + 1], argv + at + 1);
    perror(argv[at + 1]);
    return 1;
}
