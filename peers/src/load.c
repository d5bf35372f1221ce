/*
 * A load client for benchmarks of a classic file server, in the dialect of wire.h. With one private
 * queue it requests the same file again and again, each request after the response before it, and
 * sleeps in msgrcv while it waits. Every response must be complete and as long as the first; with -c
 * it must also have the first one's CRC-32C.
 *
 * Prints "COUNT requests, BYTES bytes, SECONDS s, R requests/s" and, with -c, a second line
 * "crc32c HEX". Exit status: 0 fine; 1 a FAILURE or a response that differs; 2 a system call failed.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <string.h>
#include <time.h>

#include "guard.h"
#include "wire.h"

struct result {
    long long size;
    uint32_t crc;
};

static uint32_t crc_table[256];

static _Noreturn void usage(void)
{
    fputs("usage: " DIALECT "-load [-k KEY] -n COUNT [-c] NAME\n", stderr);
    exit(EXIT_ERROR);
}

/* The table of the CRC with Castagnoli's polynomial, bits in reversed order. */
static void fill_crc_table(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
        crc_table[byte] = crc;
    }
}

static uint32_t update_crc(uint32_t crc, const char *data, size_t size)
{
    crc = ~crc;
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ crc_table[(crc ^ (unsigned char) data[i]) & 0xff];
    return ~crc;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

/* Sends the request and receives its whole response. */
static struct result fetch(int server, int client, const struct request *request, bool with_crc)
{
    static struct response response;
    struct result result = { 0 };
    if (send_message(server, request, REQUEST_SIZE) == -1)
        fail("msgsnd", EXIT_ERROR);
    for (;;) {
        ssize_t length = receive_message(client, &response, sizeof response.data, 0);
        if (length == -1)
            fail("msgrcv", EXIT_ERROR);
        switch (response.type) {
        case DATA_TYPE:
            result.size += length;
            if (with_crc)
                result.crc = update_crc(result.crc, response.data, (size_t) length);
            break;
        case END_TYPE:
            return result;
        case FAILURE_TYPE:
            fprintf(stderr, "%.*s\n", (int) length, response.data);
            exit(EXIT_REFUSED);
        default:
            fprintf(stderr, "a message of the unknown type %ld\n", response.type);
            exit(EXIT_REFUSED);
        }
    }
}

int main(int argc, char *argv[])
{
    key_t key = DEFAULT_KEY;
    long long count = 0;
    bool with_crc = false;
    bool valid = true;
    for (int option; (option = getopt(argc, argv, "k:n:c")) != -1; )
        switch (option) {
        case 'k': valid &= parse_key(optarg, &key); break;
        case 'n': valid &= parse_number(optarg, 1, LLONG_MAX, &count); break;
        case 'c': with_crc = true; break;
        default: usage();
        }
    if (!valid || count == 0 || optind + 1 != argc)
        usage();
    const char *name = argv[optind];

    static struct request request = { .type = REQUEST_TYPE };
    name_file(&request, name);
    fill_crc_table();

    int server = msgget(key, 0200);
    if (server == -1)
        fail("msgget", EXIT_ERROR);
    int client = create_guarded_queue(IPC_PRIVATE, 0620, remove_queue_and_die);
    if (client == -1)
        fail("msgget", EXIT_ERROR);
    request.client_id = client;

    double start = now();
    struct result first = fetch(server, client, &request, with_crc);
    for (long long i = 1; i < count; i++) {
        struct result next = fetch(server, client, &request, with_crc);
        if (next.size != first.size || next.crc != first.crc) {
            fprintf(stderr, "response %lld differs: %lld bytes, crc32c %08x; "
                            "the first: %lld bytes, crc32c %08x\n", i + 1,
                    next.size, next.crc, first.size, first.crc);
            return EXIT_REFUSED;
        }
    }
    double seconds = now() - start;

    printf("%lld requests, %lld bytes, %.6f s, %.0f requests/s\n",
           count, count * first.size, seconds, (double) count / seconds);
    if (with_crc)
        printf("crc32c %08x\n", first.crc);
    flush_or_fail(EXIT_ERROR);
    return EXIT_SUCCESS;
}
