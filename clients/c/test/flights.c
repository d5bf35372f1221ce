/*
 * Has many requests in flight over one private queue: flights KEY NAME SIZE COUNT. Request i fetches the i-th part of the
 * file, and each seventh is cancelled after its first piece. Says how many arrived and how many were cancelled, and writes
 * the CRC-32C of the file, put together from its parts.
 */
#include "../letterbox.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct part {
    lbx *client;
    char *target; /* where it goes in the file */
    int64_t id, length, got;
    int cancels, status;
};

static int take(void *context, const struct lbx_piece *piece) {
    struct part *part = context;
    if (piece->position != part->got || piece->total != part->length)
        return -1;
    memcpy(part->target + piece->position, piece->bytes, piece->length);
    part->got += (int64_t) piece->length;
    if (part->cancels)
        lbx_cancel(part->client, part->id);
    return 0;
}

static void done(void *context, const struct lbx_result *result) {
    struct part *part = context;
    part->status = result->status;
    if (result->status == LBX_OK && (result->received != part->length || lbx_crc32c(0, part->target, (size_t) part->length) != result->crc))
        part->status = -1;
}

int main(int count, char **words) {
    char why[256];
    lbx *client;
    if (count != 5)
        return 2;
    int64_t size = atoll(words[3]);
    int parts = atoi(words[4]);
    lbx_clean_up_at_exit();
    if (lbx_open(&client, (int32_t) strtoll(words[1], NULL, 0), 60000, why, sizeof why) != LBX_OK) {
        fprintf(stderr, "flights: %s\n", why);
        return 1;
    }
    char *file = calloc(1, (size_t) size);
    struct part *part = calloc((size_t) parts, sizeof *part);
    if (file == NULL || part == NULL)
        return 1;
    for (int i = 0; i < parts; i++) {
        int64_t from = size * i / parts, to = size * (i + 1) / parts;
        struct lbx_range range = {from, to - from, NULL};
        part[i] = (struct part) {client, file + from, 0, to - from, 0, i % 7 == 6, -2};
        struct lbx_request how = {.timeout_ms = 120000, .content = take, .done = done, .context = &part[i]};
        if ((part[i].id = lbx_start_get(client, words[2], &range, &how)) < 0) {
            fprintf(stderr, "flights: %s\n", lbx_text(client));
            return 1;
        }
    }
    lbx_wait(client, 0);
    int arrived = 0, cancelled = 0;
    for (int i = 0; i < parts; i++) {
        arrived += part[i].status == LBX_OK;
        cancelled += part[i].cancels && part[i].status == LBX_CANCELLED;
        if (part[i].status != (part[i].cancels ? LBX_CANCELLED : LBX_OK))
            fprintf(stderr, "flights: part %d ended with %d\n", i, part[i].status);
        /* What was cancelled is fetched after all, one by one. */
        struct lbx_range range = {size * i / parts, part[i].length, NULL};
        part[i].got = part[i].cancels = 0;
        if (part[i].status == LBX_CANCELLED && lbx_get(client, words[2], &range, 60000, take, &part[i]) != LBX_OK)
            fprintf(stderr, "flights: %s\n", lbx_text(client));
    }
    printf("%d arrived, %d cancelled, crc %08" PRIx32 "\n", arrived, cancelled, lbx_crc32c(0, file, (size_t) size));
    lbx_close(client);
    free(part);
    free(file);
    return 0;
}
