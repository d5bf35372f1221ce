/*
 * The session dialect of docs/protocol.md, as far as the programs here need it: a greeting, its answer, and a
 * request for a file. Packed: where a long has 32 bits, what follows the type would otherwise be moved.
 */
#ifndef PEERS_SESSION_H
#define PEERS_SESSION_H

#include <stdint.h>
#include <string.h>
#include <sys/ipc.h>

#include "peer.h"

enum { DEFAULT_KEY = 0x1aaaaaa1 };

enum { HELLO_TYPE = 1, FROM_CLIENT = 0x4c42, FROM_SERVER = 0x4c43 };
enum { KIND_REQUEST = 1, KIND_CREDIT = 3 };
enum { ANSWER_FAILURE = 1, ANSWER_DATA = 2, ANSWER_END = 3, ANSWER_WELCOME = 4 };
enum { REFUSED_BUSY = 1 };

struct __attribute__((packed)) hello {
    long type;
    int32_t return_address;
    char name[4];
    char magic[8];
    int32_t version, unused;
    char nonce[16];
    char rest[264 - 40];
};
_Static_assert(sizeof(struct hello) - sizeof(long) == 264, "a greeting has 264 bytes");

/* Whatever a server sends; of a WELCOME, the credentials begin its content. */
struct __attribute__((packed)) answer {
    long type;
    int64_t request;
    int16_t kind, why;
    int32_t number; /* the checksum, or the bell */
    int64_t position, total;
    char content[8192 - 32];
};
enum { ANSWER_SIZE = 8192, ANSWER_HEADER = 32, CREDENTIALS = 24, WELCOME_SIZE = 72 };

/* A request for a file, or a CREDIT for one, which has nothing after its header. */
struct __attribute__((packed)) session_request {
    long type;
    char credentials[CREDENTIALS];
    int64_t request;
    int16_t kind, service_length;
    int32_t payload_length;
    int64_t deadline, credit;
    int32_t lane_length, lane;
    /* the payload of the file service */
    int8_t operation, checked;
    int16_t unused;
    uint32_t checksum;
    int64_t offset, length;
    char name[256];
};
enum { REQUEST_HEADER = 64, FILE_PAYLOAD = 24 };
_Static_assert(offsetof(struct session_request, operation) == sizeof(long) + REQUEST_HEADER, "a header has 64 bytes");
_Static_assert(offsetof(struct session_request, name) == sizeof(long) + REQUEST_HEADER + FILE_PAYLOAD, "then the name");

/* The user of the server whose queue this is. It need not be readable. */
static inline uid_t user_of(int server)
{
    struct msqid_ds state;
    if (msgctl(server, MSG_STAT_ANY, &state) != server)
        fail("msgctl", EXIT_ERROR);
    return state.msg_perm.uid;
}

/* Gives the queue to that user: its creator and that user can use it then, and nobody else. */
static inline void give_queue(int queue, uid_t user)
{
    struct msqid_ds state;
    if (msgctl(queue, IPC_STAT, &state) == -1)
        fail("msgctl", EXIT_ERROR);
    state.msg_perm.uid = user;
    if (msgctl(queue, IPC_SET, &state) == -1)
        fail("msgctl", EXIT_ERROR);
}

static inline struct hello greeting(int queue)
{
    struct hello hello = { .type = HELLO_TYPE, .return_address = queue, .magic = "LETTRBOX", .version = 1 };
    return hello;
}

static inline void send_greeting(int server, int queue)
{
    struct hello hello = greeting(queue);
    if (send_message(server, &hello, sizeof hello - sizeof(long)) == -1)
        fail("msgsnd", EXIT_ERROR);
}

/* Receives the WELCOME, and exits with 1 where something else came. */
static inline void receive_welcome(int queue, struct answer *welcome)
{
    ssize_t length = receive_message(queue, welcome, ANSWER_SIZE, FROM_SERVER);
    if (length == -1)
        fail("msgrcv", EXIT_ERROR);
    if (length != WELCOME_SIZE || welcome->kind != ANSWER_WELCOME)
        exit(EXIT_REFUSED);
}

#endif
