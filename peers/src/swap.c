/*
 * Exchanges two paths, and the next two, again and again, as fast as it can, until a signal ends it.
 * Whoever walks along them meanwhile meets directories that move away under its feet. Prints "ready"
 * after the first exchanges.
 *
 * Exit status: 1 an exchange failed; 2 wrong command line.
 */
#define _GNU_SOURCE 1

#include <fcntl.h>
#include <stdio.h>

#include "peer.h"

int main(int argc, char *argv[])
{
    if (argc < 3 || argc % 2 == 0) {
        fputs("usage: swap PATH PATH [PATH PATH]...\n", stderr);
        return EXIT_ERROR;
    }
    for (bool ready = false;; ready = true) {
        for (int i = 1; i < argc; i += 2)
            if (renameat2(AT_FDCWD, argv[i], AT_FDCWD, argv[i + 1], RENAME_EXCHANGE) == -1)
                fail("renameat2", EXIT_REFUSED);
        if (!ready) {
            puts("ready");
            flush_or_fail(EXIT_ERROR);
        }
    }
}
