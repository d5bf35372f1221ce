/*
 * A client of the session dialect that does nothing but live: it shows that the marks by which a server
 * sees that its client lives, and that it has ended, need no Java. docs/protocol.md has them
 * field by field.
 *
 * It makes a life token, a private queue that it gives to the server's user, puts its birth certificate
 * there, greets the server, ties itself to the bell that WELCOME names, and prints
 *
 *     queue ID token ID bell ID
 *
 * Then it sleeps until it is killed, which leaves its queue behind: that is what it is for. With -f a
 * forked child lives beside it and ends when its standard input does; with -x it becomes another program.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>

#include "session.h"

struct __attribute__((packed)) certificate {
    long type;
    char magic[8];
    int32_t version, pid;
    int64_t began;
    uint32_t pid_namespace, time_namespace;
    uint64_t boot_high, boot_low;
    int32_t token, server_key;
    int64_t token_created;
};
enum { CERTIFICATE_SIZE = sizeof(struct certificate) - sizeof(long) };
_Static_assert(CERTIFICATE_SIZE == 64, "a birth certificate has 64 bytes");

static FILE *open_or_fail(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail(path, EXIT_ERROR);
    return file;
}

static int64_t began(void)
{
    char line[4096];
    FILE *file = open_or_fail("/proc/self/stat");
    size_t length = fread(line, 1, sizeof(line) - 1, file);
    fclose(file);
    line[length] = '\0';
    char *field = strrchr(line, ')');
    for (int number = 2; field != NULL && number < 22; number++)
        field = strchr(field + 1, ' ');
    if (field == NULL) {
        errno = EINVAL;
        fail("/proc/self/stat", EXIT_ERROR);
    }
    return strtoll(field, NULL, 10);
}

static uint32_t inode(const char *path)
{
    struct stat state;
    return stat(path, &state) == 0 ? (uint32_t) state.st_ino : 0;
}

static void read_boot(struct certificate *certificate)
{
    unsigned a, b, c, d;
    unsigned long long e;
    FILE *file = open_or_fail("/proc/sys/kernel/random/boot_id");
    if (fscanf(file, "%8x-%4x-%4x-%4x-%12llx", &a, &b, &c, &d, &e) != 5)
        fail("boot_id", EXIT_ERROR);
    fclose(file);
    certificate->boot_high = (uint64_t) a << 32 | b << 16 | c;
    certificate->boot_low = (uint64_t) d << 48 | e;
}

/* A segment that the kernel destroys when the last process that has it attached ends. */
static int make_token(uid_t server, int64_t *created)
{
    struct shmid_ds state;
    int token = shmget(IPC_PRIVATE, 1, 0600);
    if (token == -1 || shmat(token, NULL, SHM_RDONLY) == (void *) -1)
        fail("shmget", EXIT_ERROR);
    if (shmctl(token, IPC_RMID, NULL) == -1 || shmctl(token, IPC_STAT, &state) == -1)
        fail("shmctl", EXIT_ERROR);
    state.shm_perm.uid = server;
    if (shmctl(token, IPC_SET, &state) == -1 || shmctl(token, IPC_STAT, &state) == -1)
        fail("shmctl", EXIT_ERROR);
    *created = state.shm_ctime;
    return token;
}

static int make_queue(uid_t server)
{
    int queue = msgget(IPC_PRIVATE, 0600);
    if (queue == -1)
        fail("msgget", EXIT_ERROR);
    give_queue(queue, server);
    return queue;
}

/* Up and down again at once: nothing changes, but the kernel adds one when this process ends. */
static void tie(int bell)
{
    struct sembuf operations[] = { { 0, 1, IPC_NOWAIT }, { 0, -1, IPC_NOWAIT | SEM_UNDO } };
    if (semop(bell, operations, 2) == -1)
        fail("semop", EXIT_ERROR);
}

int main(int argc, char *argv[])
{
    key_t key = DEFAULT_KEY;
    bool with_child = false, other_program = false;
    for (int option; (option = getopt(argc, argv, "k:fx")) != -1;) {
        if (option == 'f')
            with_child = true;
        else if (option == 'x')
            other_program = true;
        else if (option != 'k' || !parse_key(optarg, &key)) {
            fputs("usage: alive [-k KEY] [-f] [-x]\n", stderr);
            return EXIT_ERROR;
        }
    }

    int requests = msgget(key, 0);
    if (requests == -1)
        fail("msgget", EXIT_REFUSED);
    uid_t server = user_of(requests);

    struct certificate certificate = { .type = LONG_MAX, .magic = "LBXBIRTH", .version = 1 };
    int64_t created;
    certificate.pid = getpid();
    certificate.began = began();
    certificate.pid_namespace = inode("/proc/self/ns/pid");
    certificate.time_namespace = inode("/proc/self/ns/time");
    read_boot(&certificate);
    certificate.token = make_token(server, &created);
    certificate.token_created = created;
    certificate.server_key = key;
    int queue = make_queue(server);
    if (send_message(queue, &certificate, CERTIFICATE_SIZE) == -1)
        fail("msgsnd", EXIT_ERROR);

    send_greeting(requests, queue);
    struct answer welcome;
    receive_welcome(queue, &welcome);
    int bell = welcome.number - 1;
    if (bell != -1)
        tie(bell);

    if (with_child && fork() == 0) {
        char byte;
        _exit(read(STDIN_FILENO, &byte, 1) == 0 ? EXIT_SUCCESS : EXIT_ERROR);
    }
    printf("queue %d token %d bell %d\n", queue, certificate.token, bell);
    flush_or_fail(EXIT_ERROR);
    if (other_program)
        execlp("sleep", "sleep", "infinity", (char *) NULL);
    while (true)
        pause();
}
