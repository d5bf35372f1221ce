/*
 * One queue for requests, and a private queue for each client's responses: the design of Letterbox.
 *
 * Everything that may go wrong does so here, at any moment: a client stops reading for ever (stalled: stopped, or killed
 * with its queue left behind), floods the server with requests that it never reads the answers of, or ends and takes its
 * queue away (gone); a worker is killed, also in the middle of an answer, and its supervisor answers in its place.
 *
 * Client 0 keeps to the rules, and asks again and again. Spin shows, for the bounds below, that
 *
 *   - no process ever waits for what cannot come (no invalid end state), and END is said of whole answers alone;
 *   - every request of client 0 ends, in END or in FAILURE (the claim "ends").
 *
 *     spin -a private-queues.pml && gcc -O2 -DNOCLAIM -o pan pan.c && ./pan         the first
 *     spin -a private-queues.pml && gcc -O2 -DNFAIR=3 -o pan pan.c && ./pan -a -f   the second
 *
 * README.md has the numbers of states and what was left out.
 */

#ifndef CLIENTS
#define CLIENTS 2
#endif
#ifndef DEATHS
#define DEATHS 1  /* how often a worker is killed */
#endif
#define FLOOD 2   /* how many requests a client has at once, if it breaks the rules */
#define ROOM 1    /* messages that fit a private queue: fewer than an answer has, so that its worker must wait */
#define PIECES 2  /* DATA messages of an answer */

/* Room in the server queue, which is small: others wait to ask. With room for all, client 0 is never kept from asking. */
#ifndef SERVER_ROOM
#define SERVER_ROOM CLIENTS
#endif

mtype = { DATA, END, FAILURE };

chan server_queue = [SERVER_ROOM] of { byte /* return address */, bit /* the request's id */ };
chan private_queue[CLIENTS] = [ROOM] of { mtype, bit };
bool gone[CLIENTS];    /* its queue exists no more */
bool stalled[CLIENTS]; /* it does not read any more */

/*
 * What the receiver hands to workers, and what the supervisor knows of them. Each client has a worker of its own here, which
 * takes its requests one by one; in the program each request has. What the receiver hands over always fits: it never waits.
 */
chan work[CLIENTS] = [FLOOD] of { bit };
chan killed = [CLIENTS] of { byte, bit };
bool dead[CLIENTS];
byte deaths = DEATHS;

bool asking; /* client 0 wants an answer */

/* The one thread that receives. It waits for requests and for nothing else, and so for no client. */
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
           from = 0; id = 0 /* what is over is forgotten: fewer states */
       }
    od
}

/*
 * Puts a message into a private queue when there is room. The wait is the worker's own: nobody else waits for it. It ends when
 * the client reads, or is gone, or has not read for so long that the stall timeout passes. No client that reads is so slow.
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

/* Answers the requests of one client. It may be killed before each step, after the last one too. */
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
          !dead[to]; /* what goes on is another process */
          break
       :: sent < PIECES && !over -> answer(to, DATA, id, over); sent++
       :: sent == PIECES && !over -> answer(to, END, id, over); sent++
       :: sent > PIECES || over -> break
       od;
       atomic { id = 0; sent = 0; over = false }
    od
}

/* Knows what each worker was serving. Answers in place of one that was killed, then starts another. */
active proctype supervisor()
{
    byte to;
    bit id;
    bool over;
end:
    do
    :: killed?to, id ->
#ifndef SILENT_SUPERVISOR /* the counter-check: then the claim does not hold, and Spin says so */
       answer(to, FAILURE, id, over);
#endif
       atomic { dead[to] = false; to = 0; id = 0; over = false }
    od
}

/* Client 0 keeps to the rules; the others do until they do not. */
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
              :: whose != id -> whose = 0; kind = 0 /* a late word on an earlier request */
              :: whose == id && kind == DATA -> pieces++; whose = 0; kind = 0
              :: whose == id && kind != DATA -> break
              fi
          }
       :: me != 0 -> goto breaks_the_rules
       od;
       atomic {
           assert(kind == FAILURE || pieces == PIECES); /* END is never said of half an answer */
           asking = asking && me != 0;
           id = 1 - id; whose = 0; kind = 0; pieces = 0
       }
    :: me != 0 -> goto breaks_the_rules
    od;

breaks_the_rules:
    pieces = 0;
    if
    :: atomic { /* the kernel removes the queue with all that is in it */
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
