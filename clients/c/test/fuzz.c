/*
 * Feeds the client what no server sends: fuzz SEED COUNT. Messages that are right but for some of their bytes, their
 * length or their order go straight to where received ones go; no server is needed. What is asked of the client: no
 * access outside its memory (build with -fsanitize=address,undefined, or run it under valgrind), one end for each call,
 * and no content but what makes one whole.
 */
#include "../letterbox.c"

static uint64_t state;

static uint64_t draw(void) { /* xorshift64* */
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 2685821657736338717u;
}

static uint64_t below(uint64_t bound) { return draw() % bound; }

static int64_t odd_number(void) {
    static const int64_t odd[] = {-1, 0, 1, 26, 8160, 8161, INT32_MAX, INT64_MIN, INT64_MAX, INT64_MAX - 8000, UINT32_MAX};
    return odd[below(sizeof odd / sizeof *odd)];
}

struct seen { int64_t bytes; uint32_t crc; int ends, whole; };

static int count_piece(void *context, const struct lbx_piece *piece) {
    struct seen *seen = context;
    if (seen->ends != 0 || piece->position != seen->bytes || piece->length == 0)
        abort();
    seen->bytes += (int64_t) piece->length;
    seen->crc = lbx_crc32c(seen->crc, piece->bytes, piece->length); /* touches each byte */
    return below(50) == 0;
}

static void count_end(void *context, const struct lbx_result *result) {
    struct seen *seen = context;
    if (seen->ends++ != 0 || strlen(result->text) >= 2200)
        abort();
    if (result->status == LBX_OK && (result->received != seen->bytes || result->crc != seen->crc))
        abort();
    seen->whole += result->status == LBX_OK;
}

static int count_entry(void *context, const struct lbx_entry *entry) {
    *(size_t *) context += strlen(entry->name) + 1;
    return 0;
}

/* A message that goes on where the call is, most of the time. Returns its size. */
static size_t next_message(lbx *client, const struct call *call, const unsigned char *list, size_t list_length) {
    unsigned char *body = client->message.body;
    size_t length = below(4) == 0 ? below(LONGEST - ANSWER_HEAD + 1) : below(200);
    int kind = below(8) == 0 ? (int) below(7) : below(5) == 0 ? END : DATA;
    client->message.type = FROM_SERVER;
    for (size_t i = 0; i < length; i++)
        body[ANSWER_HEAD + i] = (unsigned char) (list_length > 0 && below(40) != 0 ? list[i % list_length] : draw());
    put64(body, call->id);
    put16(body + 8, (uint16_t) kind);
    put16(body + 10, (uint16_t) below(9));
    put32(body + 12, lbx_crc32c(call->crc, body + ANSWER_HEAD, length));
    put64(body + 16, call->received);
    put64(body + 24, kind == END ? call->received + (int64_t) length : -1);
    size_t size = ANSWER_HEAD + length;
    if (below(3) == 0) {
        for (uint64_t n = below(4); n > 0; n--)
            body[below(size)] = (unsigned char) draw();
        if (below(3) == 0)
            put64(body + 8 * below(4), odd_number());
        if (below(5) == 0)
            size = below(LONGEST + 2);
        if (below(20) == 0)
            client->message.type = (long) odd_number();
    }
    return size;
}

int main(int count, char **words) {
    if (count != 3)
        return 2;
    state = strtoull(words[1], NULL, 10) * 2 + 1;
    uint64_t messages = strtoull(words[2], NULL, 10);
    lbx *client = calloc(1, sizeof *client);
    /* Where it sends: to a queue that is nobody's, so CANCEL goes nowhere. */
    client->server = client->queue = client->lock = client->bell = INT_MAX;
    uint64_t calls = 0, whole = 0;
    size_t names = 0;
    unsigned char list[ENTRY_HEAD + 5] = {5};
    memcpy(list + ENTRY_HEAD, "entry", 5);
    for (uint64_t done = 0; done < messages;) {
        struct seen seen = {0};
        struct entries *entries = calloc(1, sizeof *entries);
        struct call *call = calloc(1, sizeof *call);
        if (entries == NULL || call == NULL)
            return 1;
        bool lists = below(2) == 0;
        entries->each = count_entry;
        entries->context = &names;
        *call = (struct call) {.id = (int64_t) ++calls, .deadline = INT64_MAX, .context = &seen, .done = count_end,
                               .content = count_piece};
        if (lists) {
            call->content = read_entries;
            call->context = entries;
            call->done = NULL;
        }
        client->calls = call;
        for (int n = 0; client->calls != NULL && n < 40; n++, done++)
            dispatch(client, next_message(client, call, list, lists ? sizeof list : 0));
        finish_all(client, LBX_CANCELLED, "over");
        if (!lists && seen.ends != 1)
            abort();
        whole += (uint64_t) seen.whole;
        free(entries);
    }
    free(client);
    printf("%llu messages, %llu calls, %llu whole, %zu bytes of names\n", (unsigned long long) messages,
           (unsigned long long) calls, (unsigned long long) whole, names);
    return whole > 0 && names > 0 ? 0 : 1;
}
