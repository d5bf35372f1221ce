/*
 * Harms a shared memory segment while others use it: it takes all pages out of it, or with -w writes into them,
 * again and again until it is killed. Prints "ready" once it has attached the segment.
 *
 * Exit status: 2 if a system call failed, as shmat does with EACCES for another user's segment.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "peer.h"

enum { PAUSE_MICROSECONDS = 50 };

static _Noreturn void usage(void)
{
    fputs("usage: punch [-w] ID\n", stderr);
    exit(EXIT_ERROR);
}

int main(int argc, char *argv[])
{
    bool writes = false;
    for (int option; (option = getopt(argc, argv, "w")) != -1; )
        if (option == 'w')
            writes = true;
        else
            usage();
    long long id;
    if (optind + 1 != argc || !parse_number(argv[optind], 0, INT_MAX, &id))
        usage();

    char *memory = shmat((int) id, NULL, 0);
    if (memory == (void *) -1)
        fail("shmat", EXIT_ERROR);
    struct shmid_ds state;
    if (shmctl((int) id, IPC_STAT, &state) == -1)
        fail("shmctl", EXIT_ERROR);
    puts("ready");
    flush_or_fail(EXIT_ERROR);
    for (int value = 0;; value++) {
        if (writes)
            memset(memory, value, state.shm_segsz);
        else if (madvise(memory, state.shm_segsz, MADV_REMOVE) == -1)
            fail("madvise", EXIT_ERROR);
        usleep(PAUSE_MICROSECONDS);
    }
}
