/*
 * One queue for requests and responses, and its deadlock.
 *
 * Requests and responses share one queue. A request has type 1; a response has its client's pid as type, and a client
 * receives only that type. The sizes are real: a queue of 16,384 bytes (Linux's default), requests of 4,100
 * bytes and responses in pieces of 8,192 bytes (the programs of "The Linux Programming Interface", chapter 46).
 *
 * No process breaks a rule or dies, and no message is lost. Spin finds the deadlock with 3 clients:
 *
 *     spin -a single-queue.pml && gcc -O2 -DBFS -o pan pan.c && ./pan
 *     spin -t -p -g single-queue.pml
 *
 * and none with 2 (spin -a -DCLIENTS=2 ...). README.md shows the shortest path into it, step by step.
 */

#ifndef CLIENTS
#define CLIENTS 3
#endif

#define CAPACITY 16384 /* msgmnb: bytes of all messages in the queue */
#define REQUEST  4100
#define PIECE    8192  /* msgmax: the longest message */
#define PIECES   2     /* of a file */
#define END      0     /* the last message of a response is empty */

mtype = { somewhere, asleep_in_msgsnd, asleep_in_msgrcv, data, end };

/* The one queue. Messages are received by type, so each type is a channel of its own; all share the capacity. */
chan requests = [CLIENTS] of { byte };
chan responses[CLIENTS] = [PIECES + 1] of { mtype };
short used = 0;

/* What each process does, for readers of the trail. */
mtype server_is = somewhere;
mtype client_is[CLIENTS] = somewhere;

/* msgsnd: sleeps until the message fits. */
inline msgsnd(line, message, size, state)
{
    state = asleep_in_msgsnd;
    atomic {
        used + size <= CAPACITY ->
        used = used + size;
        line!message;
        state = somewhere
    }
}

/* msgrcv with a type: sleeps until there is a message of that type. */
inline msgrcv(line, message, size, state)
{
    state = asleep_in_msgrcv;
    atomic {
        line?message ->
        used = used - size;
        state = somewhere
    }
}

active proctype server()
{
    byte client;
    byte sent;
    do
    :: msgrcv(requests, client, REQUEST, server_is);
       sent = 0;
       do
       :: sent < PIECES ->
          msgsnd(responses[client], data, PIECE, server_is);
          sent++
       :: else -> break
       od;
       msgsnd(responses[client], end, END, server_is)
    od
}

proctype client(byte me)
{
    mtype message;
    do
    :: msgsnd(requests, me, REQUEST, client_is[me]);
       do
       :: client_is[me] = asleep_in_msgrcv;
          atomic {
              responses[me]?message ->
              used = used - (message == data -> PIECE : END);
              client_is[me] = somewhere
          }
          if
          :: message == end -> break
          :: else
          fi
       od
    od
}

init
{
    byte each;
    atomic {
        for (each : 0 .. CLIENTS - 1) {
            run client(each)
        }
    }
}
