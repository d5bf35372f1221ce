/*
 * The wire between a classic file server and its clients, in two dialects. Choose one at compile
 * time: -DDIALECT_TLPI or -DDIALECT_COMPACT.
 *
 * A client sends a request to the server's well-known queue: the id of its own private queue and
 * the name of a file. The server answers on that private queue: the file as DATA messages and then
 * one END, or one FAILURE with a reason and nothing else. Numbers are in the machine's own byte
 * order. Each message begins with its type, a long, which no size below counts.
 *
 *                          tlpi                          compact
 *   request, type 1        4100 bytes                    264 bytes, the last 4 of them padding;
 *                                                        260, without it, where a long has 32 bits
 *   FAILURE, type 1        text and NUL, as long as      text and NUL at the start of 4096 bytes
 *                          they are
 *   DATA,    type 2        1 to 8192 bytes               1 to 4096 bytes
 *   END,     type 3        0 bytes                       1 byte
 */
#ifndef PEERS_WIRE_H
#define PEERS_WIRE_H

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "peer.h"

enum { DEFAULT_KEY = 0x1aaaaaa1 };

enum { REQUEST_TYPE = 1 };
enum { FAILURE_TYPE = 1, DATA_TYPE = 2, END_TYPE = 3 };

#if defined DIALECT_TLPI && !defined DIALECT_COMPACT

#define DIALECT "tlpi"
enum { PATHNAME_SIZE = 4096, DATA_SIZE = 8192, END_SIZE = 0 };

#elif defined DIALECT_COMPACT && !defined DIALECT_TLPI

#define DIALECT "compact"
enum { PATHNAME_SIZE = 256, DATA_SIZE = 4096, END_SIZE = 1 };

#else
#error "choose one dialect: -DDIALECT_TLPI or -DDIALECT_COMPACT"
#endif

struct request {
    long type;
    int client_id;                /* the return address: the client's private queue */
    char pathname[PATHNAME_SIZE]; /* ends with a NUL */
};

struct response {
    long type;
    char data[DATA_SIZE];
};

/*
 * The size of a request: tlpi counts to the end of the name, compact to the end of the struct,
 * which the compiler fills up to a multiple of a long's size.
 */
#ifdef DIALECT_TLPI
enum { REQUEST_SIZE = offsetof(struct request, pathname) + PATHNAME_SIZE - sizeof(long) };
_Static_assert(REQUEST_SIZE == 4100, "a request of tlpi has 4100 bytes");
#else
enum { REQUEST_SIZE = sizeof(struct request) - sizeof(long) };
_Static_assert(REQUEST_SIZE == (sizeof(long) == 8 ? 264 : 260), "a request of compact has 264 or 260 bytes");
#endif

/* Writes the name of the file that is requested; one that is too long ends the program. */
static inline void name_file(struct request *request, const char *name)
{
    if (strlen(name) >= sizeof request->pathname) {
        errno = ENAMETOOLONG;
        fail(name, EXIT_ERROR);
    }
    strcpy(request->pathname, name);
}

_Static_assert(offsetof(struct request, client_id) == sizeof(long), "the return address follows the type");
_Static_assert(offsetof(struct request, pathname) == sizeof(long) + 4, "the name follows the return address");
_Static_assert(offsetof(struct response, data) == sizeof(long), "the data follows the type");

#endif
