/* The program that was there before: sends an order, and waits for the answer. order QUANTITY ITEM */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <unistd.h>

struct order {
    long type; /* 1 */
    int32_t pid;
    int32_t quantity;
    char item[32]; /* up to the first NUL */
};

struct receipt {
    long type; /* the pid of who ordered */
    int64_t cents;
    char text[40];
};

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fputs("usage: order QUANTITY ITEM\n", stderr);
        return 2;
    }
    int queue = msgget(0x1e7e0004, 0);
    if (queue < 0) {
        perror("order: msgget");
        return 1;
    }
    struct order order = { .type = 1, .pid = getpid(), .quantity = atoi(argv[1]) };
    snprintf(order.item, sizeof order.item, "%s", argv[2]);
    if (msgsnd(queue, &order, sizeof order - sizeof order.type, 0) != 0) {
        perror("order: msgsnd");
        return 1;
    }
    struct receipt receipt;
    if (msgrcv(queue, &receipt, sizeof receipt - sizeof receipt.type, getpid(), 0) < 0) {
        perror("order: msgrcv");
        return 1;
    }
    printf("%s: %lld.%02lld\n", receipt.text, (long long) receipt.cents / 100, (long long) receipt.cents % 100);
    return 0;
}
