/* Fetches a file to standard output: cc -std=c11 -pthread example.c letterbox.c -o example && ./example NAME */
#include "letterbox.h"
#include <stdio.h>

int main(int count, char **words) {
    char why[256];
    lbx *client;
    if (count != 2)
        return 2;
    lbx_clean_up_at_exit();
    if (lbx_open(&client, LBX_KEY, 10000, why, sizeof why) != LBX_OK) {
        fprintf(stderr, "example: %s\n", why);
        return 1;
    }
    int status = lbx_get_to(client, words[1], NULL, 0, 1, NULL);
    if (status != LBX_OK)
        fprintf(stderr, "example: %s\n", lbx_text(client));
    lbx_close(client);
    return status != LBX_OK;
}
