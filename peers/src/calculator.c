/*
 * A small service as an existing shop might have it: a calculator on one well-known queue, which
 * carries the questions and the answers. It stands for the old C program that a newer program has
 * to talk to, and it has nothing to do with files or with the dialects of wire.h.
 *
 *   question: type 1, 32 bytes
 *       at 0 int32 pid (the asker's), at 8 double a, at 16 double b, at 24 char operator: + - * or /
 *   answer: type = the asker's pid, 16 bytes
 *       at 0 int32 status (0 fine, 1 unknown operator, 2 division by zero), at 8 double result
 *
 * The bytes between are unused padding. Numbers are in the machine's own byte order, and neither
 * sizes nor places count the type. The asker receives by its pid as the type, and so gets only its own
 * answers. Process 1, as in a container, cannot ask: its answers would be questions. Since both
 * directions share one queue, a queue full of questions stops the calculator for as long as it cannot
 * put its answer; private queues do not have that fault.
 */
#define _GNU_SOURCE 1

#include "guard.h"

enum { CALCULATOR_KEY = 0xca1c };
enum { QUESTION_TYPE = 1 };
enum { FINE = 0, UNKNOWN_OPERATOR = 1, DIVISION_BY_ZERO = 2 };

struct question {
    long type;
    int32_t pid;
    double a;
    double b;
    char operator;
};

struct answer {
    long type;
    int32_t status;
    double result;
};

enum {
    QUESTION_SIZE = sizeof(struct question) - sizeof(long),
    ANSWER_SIZE = sizeof(struct answer) - sizeof(long)
};
_Static_assert(QUESTION_SIZE == 32, "a question has 32 bytes");
_Static_assert(ANSWER_SIZE == 16, "an answer has 16 bytes");

static _Noreturn void usage(void)
{
    fputs("usage: calculator [-k KEY]\n", stderr);
    exit(EXIT_ERROR);
}

static struct answer calculate(const struct question *question)
{
    struct answer answer = { .type = question->pid, .status = FINE };
    switch (question->operator) {
    case '+': answer.result = question->a + question->b; break;
    case '-': answer.result = question->a - question->b; break;
    case '*': answer.result = question->a * question->b; break;
    case '/':
        if (question->b == 0)
            answer.status = DIVISION_BY_ZERO;
        else
            answer.result = question->a / question->b;
        break;
    default: answer.status = UNKNOWN_OPERATOR;
    }
    return answer;
}

int main(int argc, char *argv[])
{
    key_t key = CALCULATOR_KEY;
    for (int option; (option = getopt(argc, argv, "k:")) != -1; )
        if (option != 'k' || !parse_key(optarg, &key))
            usage();
    if (optind != argc)
        usage();

    /* Everybody must be able to ask here and to receive here. */
    int queue = create_guarded_queue(key, IPC_CREAT | IPC_EXCL | 0666, remove_queue_and_finish);
    if (queue == -1)
        fail("msgget", EXIT_FAILURE);
    printf("ready %d\n", queue);
    flush_or_fail(EXIT_FAILURE);

    for (;;) {
        struct question question;
        ssize_t length = msgrcv(queue, &question, QUESTION_SIZE, QUESTION_TYPE, MSG_NOERROR);
        if (length == -1 && errno != EINTR)
            fail("msgrcv", EXIT_FAILURE);
        if (length != QUESTION_SIZE || question.pid <= QUESTION_TYPE)
            continue;
        struct answer answer = calculate(&question);
        if (send_message(queue, &answer, ANSWER_SIZE) == -1)
            fail("msgsnd", EXIT_FAILURE);
    }
}
