/*
 * How soon the kernel reuses the id of a queue: makes OTHERS queues, makes one more and remembers its id, and then makes
 * and removes queues until one has that id. Prints how many that took, and how much processor time. Run it in an IPC
 * namespace of its own: unshare --ipc ./reuse OTHERS
 *
 * Exit status: 0 done; 2 a system call failed, wrong command line.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <time.h>

#include "peer.h"

static int make(void)
{
    int id = msgget(IPC_PRIVATE, 0600);
    if (id == -1)
        fail("msgget", EXIT_ERROR);
    return id;
}

static void drop(int id)
{
    if (msgctl(id, IPC_RMID, NULL) == -1)
        fail("msgctl", EXIT_ERROR);
}

int main(int argc, char *argv[])
{
    long long others;
    if (argc != 2 || !parse_number(argv[1], 0, INT_MAX, &others)) {
        fputs("usage: reuse OTHERS\n", stderr);
        return EXIT_ERROR;
    }
    int *ids = calloc((size_t) others + 1, sizeof *ids);
    if (ids == NULL)
        fail("calloc", EXIT_ERROR);
    for (long long i = 0; i < others; i++)
        ids[i] = make();

    int first = make();
    drop(first);
    clock_t start = clock();
    long made = 0;
    for (int id = -1; id != first; made++) {
        id = make();
        drop(id);
    }
    printf("id %d came again after %ld queues, %.2f s of processor time\n", first, made,
           (double) (clock() - start) / CLOCKS_PER_SEC);
    for (long long i = 0; i < others; i++)
        drop(ids[i]);
    free(ids);
    return EXIT_SUCCESS;
}
