/*
 * One queue for requests, and a private queue for each client's responses: the design of Letterbox.
 *
 * Each fault may occur at any moment: a client stops reading for ever (stalled: stopped, or killed with its queue left behind),
 * floods the server with requests whose responses it never reads, or exits and removes its queue (gone); a worker is killed, also
 * in the middle of a response, and its supervisor answers in its place.
 *
 * Client 0 keeps to the rules, and asks again and again. Spin proves, within the bounds below, that
 *
 *   - there is no state that nobody can leave (no invalid end state), and END follows complete responses only;
 *   - every request of client 0 ends, in END or in FAILURE (the claim "ends").
 *
 *     spin -a private-queues.pml && gcc -O2 -DNOCLAIM -o pan pan.c && ./pan         the first
 *     spin -a private-queues.pml && gcc -O2 -DNFAIR=3 -o pan pan.c && ./pan -a -f   the second
 *
 * README.md has the numbers of states, and what the model assumes.
 */

#ifndef CLIENTS
#define CLIENTS 2
#endif
#ifndef DEATHS
#define DEATHS 1  /* how often a worker is killed */
#endif
#define FLOOD 2   /* requests that a client makes at once when it breaks the rules */
#define ROOM 1    /* messages that fit into a private queue: fewer than a response has, so that its worker must wait */
#define PIECES 2  /* DATA messages of a response */

/* Messages that fit into the server queue. With room for one of each client, none is kept from asking. */
#ifndef SERVER_ROOM
#define SERVER_ROOM CLIENTS
#endif

mtype = { DATA, END, FAILURE };

chan server_queue = [SERVER_ROOM] of { byte /* return address */, bit /* the request's id */ };
chan private_queue[CLIENTS] = [ROOM] of { mtype, bit };
bool gone[CLIENTS];    /* its queue no longer exists */
bool stalled[CLIENTS]; /* it no longer reads */

/*
 * What the receiver hands to workers, and what the supervisor knows about them. Each client has a worker of its own here, which
 * serves its requests one by one; in the program each request has one. What the receiver hands over always fits: it never waits.
 */
chan work[CLIENTS] = [FLOOD] of { bit };
chan killed = [CLIENTS] of { byte, bit };
bool dead[CLIENTS];
byte deaths = DEATHS;

bool asking; /* client 0 wants an answer */

/* The thread that receives. It waits for requests only, and so for no client. */
active proctype receiver()
{
    byte from;
    bit id;
end:
    do
    :: atomic {
           server_queue?from, id ->
           if
           :: gone[from] /* the kernel says so: EINVAL */
           :: else -> work[from]!id
           fi;
           from = 0; id = 0 /* values that are no longer needed are reset: fewer states */
       }
    od
}

/*
 * Sends a message to a private queue when there is room. Only this worker waits for that. The wait ends when the client reads, when it
 * is gone, or when the stall timeout has passed. No client that reads is as slow as that.
 */
inline answer(to, kind, id, over)
{
    atomic {
        if
        :: !gone[to] && nfull(private_queue[to]) -> private_queue[to]!kind, id
        :: gone[to] -> over = true
        :: stalled[to] && full(private_queue[to]) -> over = true
        fi
    }
}

/* Answers the requests of one client. It may be killed before each step, and after the last one. */
proctype worker(byte to)
{
    bit id;
    byte sent;
    bool over;
end:
    do
    :: work[to]?id ->
       do
       :: atomic {
              deaths > 0 && !over ->
              deaths--;
              dead[to] = true;
              killed!to, id
          };
          !dead[to]; /* another process goes on */
          break
       :: sent < PIECES && !over -> answer(to, DATA, id, over); sent++
       :: sent == PIECES && !over -> answer(to, END, id, over); sent++
       :: sent > PIECES || over -> break
       od;
       atomic { id = 0; sent = 0; over = false }
    od
}

/* Knows what each worker is serving. Answers in place of a killed one, then starts another. */
active proctype supervisor()
{
    byte to;
    bit id;
    bool over;
end:
    do
    :: killed?to, id ->
#ifndef SILENT_SUPERVISOR /* the counter-check: without this answer the claim fails */
       answer(to, FAILURE, id, over);
#endif
       atomic { dead[to] = false; to = 0; id = 0; over = false }
    od
}

/* Client 0 keeps to the rules; the others may break them at any time. */
proctype client(byte me)
{
    bit id = 0;
    bit whose;
    byte pieces;
    byte more;
    mtype kind;
    do
    :: asking = asking || me == 0;
       server_queue!me, id;
       do
       :: atomic {
              private_queue[me]?kind, whose ->
              if
              :: whose != id -> whose = 0; kind = 0 /* late, for an earlier request */
              :: whose == id && kind == DATA -> pieces++; whose = 0; kind = 0
              :: whose == id && kind != DATA -> break
              fi
          }
       :: me != 0 -> goto breaks_the_rules
       od;
       atomic {
           assert(kind == FAILURE || pieces == PIECES); /* END never follows half a response */
           asking = asking && me != 0;
           id = 1 - id; whose = 0; kind = 0; pieces = 0
       }
    :: me != 0 -> goto breaks_the_rules
    od;

breaks_the_rules:
    pieces = 0;
    if
    :: atomic { /* the queue is removed with its messages */
           gone[me] = true;
           do
           :: private_queue[me]?_, _
           :: empty(private_queue[me]) -> break
           od
       }
    :: stalled[me] = true
    :: stalled[me] = true;
       for (more : 2 .. FLOOD) {
           server_queue!me, id
       }
    fi
}

init
{
    byte each;
    atomic {
        for (each : 0 .. CLIENTS - 1) {
            run worker(each);
            run client(each)
        }
    }
}

ltl ends { [] (asking -> <> !asking) }
