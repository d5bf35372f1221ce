/*
 * A raw tool for message queues: each command is one system call, or the same one repeated, with
 * exactly the flags that were asked for and no help. It speaks no dialect; a test uses it to put any
 * message anywhere and to see what came.
 *
 * A failed call prints "call: ERRORNAME" on standard error, and the exit status is 1. A wrong command
 * line has status 2. Numbers may be decimal, hexadecimal (0x) or octal (0); a mode is always octal.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <string.h>

#include "peer.h"

enum { DEFAULT_RECEIVE_SIZE = 65536 };

struct message {
    long type;
    unsigned char body[];
};

static _Noreturn void usage(void)
{
    fputs("usage: queue create [-k KEY] [-m MODE]        new queue (IPC_EXCL); prints its id\n"
          "       queue open -k KEY                      prints the id of an existing queue\n"
          "       queue send ID TYPE [-n] [-x HEX | -z COUNT | -s TEXT]\n"
          "                                              one message: bytes, zero bytes or text\n"
          "       queue receive ID TYPE [-n] [-e] [-t] [-c] [-b SIZE]\n"
          "                                              prints TYPE SIZE HEX\n"
          "       queue flood ID TYPE SIZE COUNT [-n]    sends COUNT messages; prints how many went;\n"
          "                                              with -n it ends well when the queue is full\n"
          "       queue drain ID                         receives until empty; prints how many came\n"
          "       queue stat ID                          prints the fields as name value\n"
          "       queue set ID UID GID MODE [-b QBYTES]\n"
          "       queue rm ID\n"
          "flags: -n IPC_NOWAIT, -e MSG_EXCEPT, -t MSG_NOERROR, -c MSG_COPY\n", stderr);
    exit(EXIT_ERROR);
}

static long long number(const char *text, long long low, long long high)
{
    long long value;
    if (text == NULL || !parse_number(text, low, high, &value))
        usage();
    return value;
}

/* An id may be negative here: a test may want to see what the kernel says to it. */
static int queue_id(const char *text)
{
    return (int) number(text, INT_MIN, INT_MAX);
}

static long message_type(const char *text)
{
    return (long) number(text, LONG_MIN, LONG_MAX);
}

static size_t message_size(const char *text)
{
    return (size_t) number(text, 0, INT_MAX);
}

static struct message *new_message(long type, size_t size)
{
    struct message *message = calloc(1, sizeof *message + size);
    if (message == NULL)
        fail("calloc", EXIT_FAILURE);
    message->type = type;
    return message;
}

static unsigned char hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *place = digit == '\0' ? NULL : strchr(digits, digit);
    if (place == NULL)
        usage();
    return (unsigned char) ((place - digits) % 16);
}

/* Refuses a command line with anything left after the options. */
static void expect_no_more(int argc)
{
    if (optind != argc)
        usage();
}

static void create(int argc, char *argv[])
{
    key_t key = IPC_PRIVATE;
    int mode = 0600;
    bool valid = true;
    for (int option; (option = getopt(argc, argv, "k:m:")) != -1; )
        switch (option) {
        case 'k': valid &= parse_key(optarg, &key); break;
        case 'm': valid &= parse_mode(optarg, &mode); break;
        default: usage();
        }
    if (!valid)
        usage();
    expect_no_more(argc);

    int queue = msgget(key, IPC_CREAT | IPC_EXCL | mode);
    if (queue == -1)
        fail("msgget", EXIT_FAILURE);
    printf("%d\n", queue);
}

static void open_existing(int argc, char *argv[])
{
    key_t key = IPC_PRIVATE;
    for (int option; (option = getopt(argc, argv, "k:")) != -1; )
        if (option != 'k' || !parse_key(optarg, &key))
            usage();
    if (key == IPC_PRIVATE)
        usage();
    expect_no_more(argc);

    int queue = msgget(key, 0);
    if (queue == -1)
        fail("msgget", EXIT_FAILURE);
    printf("%d\n", queue);
}

static void send_one(int argc, char *argv[], int queue, long type)
{
    int flags = 0;
    size_t size = 0;
    struct message *message = NULL;
    for (int option; (option = getopt(argc, argv, "nx:z:s:")) != -1; ) {
        if (option == 'n') {
            flags |= IPC_NOWAIT;
            continue;
        }
        if (message != NULL)
            usage();
        switch (option) {
        case 'x':
            size = strlen(optarg) / 2;
            if (strlen(optarg) % 2 != 0)
                usage();
            message = new_message(type, size);
            for (size_t i = 0; i < size; i++)
                message->body[i] = (unsigned char)
                        (hex_digit(optarg[2 * i]) << 4 | hex_digit(optarg[2 * i + 1]));
            break;
        case 'z':
            size = message_size(optarg);
            message = new_message(type, size);
            break;
        case 's':
            size = strlen(optarg);
            message = new_message(type, size);
            memcpy(message->body, optarg, size);
            break;
        default:
            usage();
        }
    }
    expect_no_more(argc);
    if (message == NULL)
        message = new_message(type, 0);

    if (msgsnd(queue, message, size, flags) == -1)
        fail("msgsnd", EXIT_FAILURE);
    free(message);
}

static void receive_one(int argc, char *argv[], int queue, long type)
{
    int flags = 0;
    size_t size = DEFAULT_RECEIVE_SIZE;
    for (int option; (option = getopt(argc, argv, "netcb:")) != -1; )
        switch (option) {
        case 'n': flags |= IPC_NOWAIT; break;
        case 'e': flags |= MSG_EXCEPT; break;
        case 't': flags |= MSG_NOERROR; break;
        case 'c': flags |= MSG_COPY; break;
        case 'b': size = message_size(optarg); break;
        default: usage();
        }
    expect_no_more(argc);

    struct message *message = new_message(0, size);
    ssize_t length = msgrcv(queue, message, size, type, flags);
    if (length == -1)
        fail("msgrcv", EXIT_FAILURE);
    printf("%ld %zd%s", message->type, length, length > 0 ? " " : "");
    for (ssize_t i = 0; i < length; i++)
        printf("%02x", message->body[i]);
    putchar('\n');
    free(message);
}

static void flood(int argc, char *argv[], int queue, long type, size_t size, long long count)
{
    int flags = 0;
    for (int option; (option = getopt(argc, argv, "n")) != -1; )
        if (option == 'n')
            flags = IPC_NOWAIT;
        else
            usage();
    expect_no_more(argc);

    struct message *message = new_message(type, size);
    long long sent = 0;
    while (sent < count && msgsnd(queue, message, size, flags) == 0)
        sent++;
    int error = errno;
    printf("%lld\n", sent);
    flush_or_fail(EXIT_FAILURE);
    errno = error;
    if (sent < count && errno != EAGAIN)
        fail("msgsnd", EXIT_FAILURE);
    free(message);
}

static void drain(int queue)
{
    struct message *message = new_message(0, 0);
    long long received = 0;
    while (msgrcv(queue, message, 0, 0, IPC_NOWAIT | MSG_NOERROR) != -1)
        received++;
    int error = errno;
    printf("%lld\n", received);
    flush_or_fail(EXIT_FAILURE);
    errno = error;
    if (errno != ENOMSG)
        fail("msgrcv", EXIT_FAILURE);
    free(message);
}

static void stat_queue(int queue)
{
    struct msqid_ds status;
    if (msgctl(queue, IPC_STAT, &status) == -1)
        fail("msgctl", EXIT_FAILURE);
    printf("key 0x%08x\n", (unsigned) status.msg_perm.__key);
    printf("uid %u\n", status.msg_perm.uid);
    printf("gid %u\n", status.msg_perm.gid);
    printf("cuid %u\n", status.msg_perm.cuid);
    printf("cgid %u\n", status.msg_perm.cgid);
    printf("mode 0%03o\n", (unsigned) status.msg_perm.mode);
    printf("stime %lld\n", (long long) status.msg_stime);
    printf("rtime %lld\n", (long long) status.msg_rtime);
    printf("ctime %lld\n", (long long) status.msg_ctime);
    printf("cbytes %llu\n", (unsigned long long) status.__msg_cbytes);
    printf("qnum %llu\n", (unsigned long long) status.msg_qnum);
    printf("qbytes %llu\n", (unsigned long long) status.msg_qbytes);
    printf("lspid %d\n", status.msg_lspid);
    printf("lrpid %d\n", status.msg_lrpid);
}

static void set_queue(int argc, char *argv[], int queue, uid_t uid, gid_t gid, const char *mode_text)
{
    int mode;
    long long qbytes = -1;
    if (mode_text == NULL || !parse_mode(mode_text, &mode))
        usage();
    for (int option; (option = getopt(argc, argv, "b:")) != -1; )
        if (option == 'b')
            qbytes = number(optarg, 0, LLONG_MAX);
        else
            usage();
    expect_no_more(argc);

    struct msqid_ds status;
    if (msgctl(queue, IPC_STAT, &status) == -1)
        fail("msgctl", EXIT_FAILURE);
    status.msg_perm.uid = uid;
    status.msg_perm.gid = gid;
    status.msg_perm.mode = (unsigned short) mode;
    if (qbytes != -1)
        status.msg_qbytes = (msglen_t) qbytes;
    if (msgctl(queue, IPC_SET, &status) == -1)
        fail("msgctl", EXIT_FAILURE);
}

static void remove_queue(int queue)
{
    if (msgctl(queue, IPC_RMID, NULL) == -1)
        fail("msgctl", EXIT_FAILURE);
}

/*
 * The arguments before the options are taken first and by place, since the type of a receive may be
 * negative and would look like an option. getopt sees only what comes after them; as it skips its
 * first argument, it is given the last one taken.
 */
int main(int argc, char *argv[])
{
    if (argc < 2)
        usage();
    const char *command = argv[1];
    if (strcmp(command, "create") == 0)
        create(argc - 1, argv + 1);
    else if (strcmp(command, "open") == 0)
        open_existing(argc - 1, argv + 1);
    else if (strcmp(command, "send") == 0 && argc >= 4)
        send_one(argc - 3, argv + 3, queue_id(argv[2]), message_type(argv[3]));
    else if (strcmp(command, "receive") == 0 && argc >= 4)
        receive_one(argc - 3, argv + 3, queue_id(argv[2]), message_type(argv[3]));
    else if (strcmp(command, "flood") == 0 && argc >= 6)
        flood(argc - 5, argv + 5, queue_id(argv[2]), message_type(argv[3]), message_size(argv[4]),
              number(argv[5], 0, LLONG_MAX));
    else if (strcmp(command, "set") == 0 && argc >= 6)
        set_queue(argc - 5, argv + 5, queue_id(argv[2]), (uid_t) number(argv[3], 0, UINT32_MAX),
                  (gid_t) number(argv[4], 0, UINT32_MAX), argv[5]);
    else if (strcmp(command, "drain") == 0 && argc == 3)
        drain(queue_id(argv[2]));
    else if (strcmp(command, "stat") == 0 && argc == 3)
        stat_queue(queue_id(argv[2]));
    else if (strcmp(command, "rm") == 0 && argc == 3)
        remove_queue(queue_id(argv[2]));
    else
        usage();
    flush_or_fail(EXIT_FAILURE);
    return EXIT_SUCCESS;
}
