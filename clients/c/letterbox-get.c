/*
 * Fetches files from a Letterbox server, lists its directories, and tells what files are.
 * Exit status: 0 if all went well, 1 if something failed, 2 for wrong usage.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64 /* also in programs of 32 bits */
#include "letterbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "Usage: letterbox-get [OPTION]... NAME...\n"
    "Fetches files from the Letterbox server of this IPC namespace to standard output.\n"
    "\n"
    "  -l         list directories (. is the served one), one entry per line: mode, size, modification time, name\n"
    "  -s         show the mode, size and modification time of files, in the same form\n"
    "  -o FILE    write to FILE, which appears when it is complete and its checksum is correct\n"
    "  -C         resume at the end of FILE, if FILE matches the beginning of the server's file (needs -o)\n"
    "  -r A-B     fetch only bytes A to B, counted from 0; A- means up to the end\n"
    "  -k KEY     the server's key (default: 0x1aaaaaa1)\n"
    "  -t SECONDS how long to wait for the server's welcome, and for each answer\n"
    "  -h         show this help\n";

static int wrong(const char *what) {
    fprintf(stderr, "letterbox-get: %s\nTry: letterbox-get -h\n", what);
    return 2;
}

/* Names and messages come from elsewhere: a terminal must not obey them. A message may hold names that are escaped already. */
static void print_escaped(FILE *to, const char *text, bool is_name) {
    for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++) {
        if (*at < 0x20 || *at == 0x7f || (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) || (is_name && *at == '\\'))
            fprintf(to, "\\x%02x", *at);
        else
            putc(*at, to);
    }
}

static int complain(const char *what, const char *why) {
    fputs("letterbox-get: ", stderr);
    if (what[0] != '\0') {
        print_escaped(stderr, what, true);
        fputs(": ", stderr);
    }
    print_escaped(stderr, why, false);
    putc('\n', stderr);
    return 1;
}

static bool parse_number(const char *text, char **end, int64_t *number) {
    errno = 0;
    *number = strtoll(text, end, 10);
    return *end != text && errno == 0 && *number >= 0 && text[0] >= '0' && text[0] <= '9';
}

static bool parse_range(const char *text, struct lbx_range *range) {
    char *end;
    int64_t to;
    if (!parse_number(text, &end, &range->from) || *end++ != '-')
        return false;
    range->count = -1;
    if (*end == '\0')
        return true;
    if (!parse_number(end, &end, &to) || *end != '\0' || to < range->from || to == INT64_MAX)
        return false;
    range->count = to - range->from + 1;
    return true;
}

static int fetch(lbx *client, const char *name, const struct lbx_range *range, int64_t timeout, int fd) {
    int64_t written;
    if (lbx_get_to(client, name, range, timeout, fd, &written) != LBX_OK)
        return complain(name, lbx_text(client));
    /* Of a part that begins at the end the server sends nothing, as to a client that resumes and has all. */
    if (written == 0 && range->from > 0 && range->prefix_crc == NULL)
        return complain(name, "it ends before the range begins");
    return 0;
}

/* The CRC-32C and the length of what is in a file up to its end, where the descriptor is then. */
static int checksum(int fd, uint32_t *crc, int64_t *length) {
    static char block[65536];
    *crc = 0;
    *length = 0;
    for (ssize_t some; (some = read(fd, block, sizeof block)) != 0;) {
        if (some < 0 && errno == EINTR)
            continue;
        if (some < 0)
            return -1;
        *crc = lbx_crc32c(*crc, block, (size_t) some);
        *length += some;
    }
    return 0;
}

/* Adds to FILE what is missing. A broken transfer leaves a FILE with which the next one goes on. */
static int resume(lbx *client, const char *name, int64_t timeout, const char *file) {
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    struct lbx_range rest = {0, -1, NULL};
    uint32_t crc;
    struct stat now;
    if (fd < 0 || checksum(fd, &crc, &rest.from) != 0) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        return complain(file, strerror(error));
    }
    rest.prefix_crc = &crc;
    int failed = fetch(client, name, &rest, timeout, fd);
    if (failed && fstat(fd, &now) == 0 && now.st_size == 0)
        unlink(file);
    return close(fd) != 0 ? complain(file, strerror(errno)) : failed;
}

/* Gives the file behind a descriptor, which has no name yet, the name TO. No signal leaves the name in between behind. */
static int name_file(int fd, const char *to) {
    char from[40], *between = NULL;
    sigset_t all, before;
    snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
    if (asprintf(&between, "%s.%ld.part", to, (long) getpid()) < 0)
        return -1;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int failed = linkat(AT_FDCWD, from, AT_FDCWD, between, AT_SYMLINK_FOLLOW);
    if (failed == 0 && (failed = rename(between, to)) != 0) {
        int error = errno;
        unlink(between);
        errno = error;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(between);
    return failed;
}

/* Writes beside FILE and renames: whoever reads FILE never sees a part of it. */
static int replace(lbx *client, const char *name, const struct lbx_range *range, int64_t timeout, const char *file, mode_t mode) {
    char *directory = strdup(file);
    if (directory == NULL)
        return complain(file, strerror(errno));
    char *slash = strrchr(directory, '/');
    if (slash != NULL)
        slash[slash == directory ? 1 : 0] = '\0';
    /* It has no name until it is whole, so nothing has to be removed, whatever ends this program. */
    int fd = open(slash == NULL ? "." : directory, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    free(directory);
    if (fd < 0)
        return complain(file, errno == EOPNOTSUPP || errno == EISDIR
            ? "its file system cannot hold a file without a name (O_TMPFILE): write to standard output" : strerror(errno));
    int failed = fetch(client, name, range, timeout, fd);
    if (failed == 0 && ((mode != 0 && fchmod(fd, mode & 07777) != 0) || name_file(fd, file) != 0))
        failed = complain(file, strerror(errno));
    close(fd);
    return failed;
}

/* The file behind links to one that does not exist yet. The kernel has refused loops, and other users' links in /tmp. */
static char *missing_behind(const char *file) {
    char *name = strdup(file);
    for (int links = 0; name != NULL && links < 40; links++) {
        char link[PATH_MAX], *next = NULL;
        ssize_t length = readlink(name, link, sizeof link);
        if (length < 0 || (size_t) length == sizeof link)
            return name;
        char *slash = strrchr(name, '/');
        int folder = link[0] == '/' || slash == NULL ? 0 : (int) (slash + 1 - name);
        if (asprintf(&next, "%.*s%.*s", folder, name, (int) length, link) < 0)
            next = NULL;
        free(name);
        name = next;
    }
    return name;
}

/* Follows links, keeps the mode of a FILE that is there, and writes straight into what is no file, such as a pipe. */
static int fetch_to(lbx *client, const char *name, const struct lbx_range *range, int64_t timeout, const char *file) {
    struct stat there;
    if (stat(file, &there) != 0) {
        char *target = errno == ENOENT ? missing_behind(file) : NULL;
        int failed = target == NULL ? complain(file, strerror(errno)) : replace(client, name, range, timeout, target, 0);
        free(target);
        return failed;
    }
    if (S_ISREG(there.st_mode)) {
        char *target = realpath(file, NULL);
        int failed = target == NULL ? complain(file, strerror(errno))
                                    : replace(client, name, range, timeout, target, there.st_mode);
        free(target);
        return failed;
    }
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return complain(file, strerror(errno));
    int failed = fetch(client, name, range, timeout, fd);
    return close(fd) != 0 ? complain(file, strerror(errno)) : failed;
}

static int print_entry(void *context, const struct lbx_entry *entry) {
    (void) context;
    printf("%06" PRIo32 " %" PRId64 " %" PRId64 ".%09" PRIu32 " ", entry->mode, entry->size, entry->mtime, entry->mtime_nanos);
    print_escaped(stdout, entry->name, true);
    return putchar('\n') == EOF ? -1 : 0;
}

static int describe(lbx *client, const char *name, int64_t timeout) {
    struct lbx_entry entry;
    if (lbx_stat(client, name, timeout, &entry) != LBX_OK)
        return complain(name, lbx_text(client));
    return print_entry(NULL, &entry) == 0 ? 0 : complain("cannot write", strerror(errno));
}

static int list(lbx *client, const char *name, int64_t timeout) {
    return lbx_list(client, name, timeout, print_entry, NULL) == LBX_OK ? 0 : complain(name, lbx_text(client));
}

int main(int count, char **words) {
    struct lbx_range range = {0, -1, NULL};
    const char *file = NULL;
    bool go_on = false, ranged = false;
    char what = 'g';
    int64_t key = LBX_KEY, timeout = 0;
    char *end;
    for (int option; (option = getopt(count, words, "lso:Cr:k:t:h")) != -1;) {
        switch (option) {
        case 'l': case 's': what = (char) option; break;
        case 'o': file = optarg; break;
        case 'C': go_on = true; break;
        case 'r':
            if (!parse_range(optarg, &range))
                return wrong("-r needs a range such as 0-99 or 100-");
            ranged = true;
            break;
        case 'k':
            errno = 0;
            key = strtoll(optarg, &end, 0);
            if (end == optarg || *end != '\0' || errno != 0 || key == 0 || key < INT32_MIN || key > UINT32_MAX)
                return wrong("-k needs a key such as 0x1aaaaaa1, and not 0");
            break;
        case 't':
            if (!parse_number(optarg, &end, &timeout) || *end != '\0' || timeout == 0 || timeout > 1000000000)
                return wrong("-t needs a number of seconds, 1 or more");
            timeout *= 1000;
            break;
        case 'h': return fputs(usage, stdout) < 0 || fflush(stdout) != 0;
        default: fputs("Try: letterbox-get -h\n", stderr); return 2;
        }
    }
    if (optind == count)
        return wrong("a NAME is missing");
    if (what != 'g' && (file != NULL || go_on || ranged))
        return wrong("-o, -C and -r are for fetching");
    if (file != NULL && file[0] == '\0')
        return wrong("-o needs the name of a file");
    if (file != NULL && optind + 1 < count)
        return wrong("-o FILE takes one NAME");
    if (go_on && (file == NULL || ranged))
        return wrong("-C needs -o FILE, and no -r");

    char why[512];
    lbx *client;
    lbx_clean_up_at_exit();
    if (lbx_open(&client, (int32_t) (uint32_t) key, timeout == 0 ? 10000 : timeout, why, sizeof why) != LBX_OK)
        return complain("", why);
    int failed = 0;
    for (int i = optind; i < count; i++) {
        const char *name = words[i];
        failed |= what == 'l' ? list(client, name, timeout)
            : what == 's'     ? describe(client, name, timeout)
            : go_on           ? resume(client, name, timeout, file)
            : file != NULL    ? fetch_to(client, name, &range, timeout, file)
                              : fetch(client, name, &range, timeout, STDOUT_FILENO);
    }
    lbx_close(client);
    if (fflush(stdout) != 0)
        return complain("cannot write", strerror(errno));
    return failed;
}
