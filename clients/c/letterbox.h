/*
 * A client for Letterbox servers, from docs/protocol.md. C11 and the C library, nothing else.
 *
 *     cc -std=c11 -pthread -c letterbox.c
 *
 * A client (struct lbx) has one private queue. Any number of requests can be in flight over it. It is for one thread at
 * a time, and not for use after fork. All text that it returns is its own and valid until the next call on it.
 *
 * When the process exits or is killed with INT, TERM or HUP, the queue must be removed: call lbx_clean_up_at_exit once.
 * After KILL it stays, and the server finds it by the marks that the client made.
 */
#ifndef LETTERBOX_H
#define LETTERBOX_H

#include <stddef.h>
#include <stdint.h>

#define LBX_KEY 0x1aaaaaa1 /* the well-known key of a server that was given none */

typedef struct lbx lbx;

/* How a call ended. */
enum lbx_status {
    LBX_OK = 0,
    LBX_SYSTEM,       /* a system call failed */
    LBX_NO_SERVER,    /* there is no queue with this key, or no server answered */
    LBX_CLASSIC,      /* the server speaks the classic dialects only */
    LBX_TIMED_OUT,    /* the deadline has passed */
    LBX_SERVER_ENDED, /* the server ended before it had answered: open a new client */
    LBX_BROKEN,       /* the answer breaks the protocol, or its checksum is wrong: do not use it */
    LBX_CANCELLED,    /* lbx_cancel was called, or the content function returned other than 0 */
    LBX_INVALID,      /* an argument that cannot be sent: a name too long, a negative offset */
    /* What the server answered instead: */
    LBX_REFUSED = 100, /* no such file, no such service, no permission: the text says which */
    LBX_BUSY,          /* this user has its share of the server in use already */
    LBX_STOPPING,      /* the server is stopping */
    LBX_EXPIRED,       /* the request's time was over */
    LBX_STALLED,       /* the client did not read for too long */
    LBX_INTERNAL,      /* the service failed */
    LBX_LOST           /* the process that was answering ended */
};

/* A piece of an answer. */
struct lbx_piece {
    const void *bytes;
    size_t length;
    int64_t position; /* bytes of the answer before this piece; with a range, the first is 0 as well */
    int64_t total;    /* bytes of the whole answer, or -1 where nobody knows yet */
};

/* How a request ended. */
struct lbx_result {
    int64_t id;
    int status;       /* enum lbx_status */
    const char *text; /* what went wrong, for people; "" if nothing. May hold any bytes: escape it for a terminal */
    int64_t received; /* bytes of content */
    uint32_t crc;     /* their CRC-32C */
};

/* A request for any service. Fields that are 0 mean: the file service, no payload, no deadline, no function to call. */
struct lbx_request {
    const char *service;
    const void *payload;
    size_t payload_length;
    int64_t timeout_ms;
    int (*content)(void *context, const struct lbx_piece *piece); /* other than 0 cancels the request */
    void (*done)(void *context, const struct lbx_result *result); /* called once */
    void *context;
};

/* Which part of a file. {0, -1} is all of it. */
struct lbx_range {
    int64_t from;
    int64_t count;             /* how many bytes at most; -1 for all that follow */
    const uint32_t *prefix_crc; /* CRC-32C of the bytes before `from`, to resume; NULL to skip that check */
};

/* What the server tells of a file. */
struct lbx_entry {
    const char *name; /* ends with a NUL; any bytes but NUL */
    uint32_t mode;    /* as st_mode */
    int64_t size;
    int64_t mtime; /* seconds since 1970 */
    uint32_t mtime_nanos;
};

/*
 * Opens a client of the server with this key, and waits up to timeout_ms for its welcome (0: as long as it takes).
 * On failure *client is NULL, and `why` has the text, cut at `why_size` with a NUL.
 */
int lbx_open(lbx **client, int32_t key, int64_t timeout_ms, char *why, size_t why_size);

/* Says farewell, removes the private queue and frees the client. Requests in flight end as LBX_CANCELLED. */
void lbx_close(lbx *client);

/* The text of the last call that did not return LBX_OK. */
const char *lbx_text(const lbx *client);

/*
 * From now on, exit() and the signals INT, TERM, HUP and PIPE remove the private queues of this process; after that the
 * signal has its usual effect. A signal that is ignored, or that the program handles itself, is left alone.
 */
void lbx_clean_up_at_exit(void);

/* Fetches a file, or a part of it (range may be NULL), and returns when it is whole and its checksum is right. */
int lbx_get(lbx *client, const char *name, const struct lbx_range *range, int64_t timeout_ms,
            int (*content)(void *context, const struct lbx_piece *piece), void *context);

/* As lbx_get, into a file descriptor, with write(). How many bytes that were, also on failure, goes to *written, if not NULL. */
int lbx_get_to(lbx *client, const char *name, const struct lbx_range *range, int64_t timeout_ms, int fd,
               int64_t *written);

/* Lists a directory; "." is the served one. A function that returns other than 0 cancels the request. */
int lbx_list(lbx *client, const char *name, int64_t timeout_ms,
             int (*each)(void *context, const struct lbx_entry *entry), void *context);

/* Tells what a file is. The entry's name is the client's, as lbx_text is. */
int lbx_stat(lbx *client, const char *name, int64_t timeout_ms, struct lbx_entry *entry);

/*
 * Many in flight. lbx_start sends a request and returns its id, 1 or more, or -1 (see lbx_text): then nothing was sent and
 * `done` is not called. lbx_start_get does the same for a file and takes all but service and payload from `how`.
 * Content and ends arrive within lbx_wait, which calls the functions of all requests. Those may call lbx_start,
 * lbx_start_get and lbx_cancel, and nothing else.
 */
int64_t lbx_start(lbx *client, const struct lbx_request *request);
int64_t lbx_start_get(lbx *client, const char *name, const struct lbx_range *range, const struct lbx_request *how);

/* Waits until this request is over and returns how it ended; with 0, until all are, and returns LBX_OK if all ended so. */
int lbx_wait(lbx *client, int64_t id);

/* Ends a request as LBX_CANCELLED, here and on the server. Does nothing if it is over. */
void lbx_cancel(lbx *client, int64_t id);

/* CRC-32C of bytes that follow others whose CRC-32C is `crc` (0 for none). */
uint32_t lbx_crc32c(uint32_t crc, const void *bytes, size_t length);

#endif
