package dev.letterbox.server;

import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;

/**
 * Observes what happens in a server, as it happens. It is called by the threads that serve, many at a time, and they wait
 * for it: it is quick, and blocks nobody. What it throws is logged and does no harm to the request.
 */
public interface ServerObserver {
    /**
     * The server is about to receive its first message. What this throws is thrown by {@link ServerBuilder#start}, and the
     * server does not start.
     *
     * @param server the server
     */
    default void started(Server server) {}

    /**
     * A request ended. It is told once for each request whose private queue was there when the request came.
     *
     * @param request the request
     * @param outcome how it ended
     * @param nanos how long it took, from when it was received
     * @param bytes how much content was sent
     */
    default void ended(Request request, Outcome outcome, long nanos, long bytes) {}

    /**
     * A request is refused by the server, and no service is asked. Its end is told as well.
     *
     * @param request the request
     * @param why what the client is told
     */
    default void refused(Request request, FailureKind why) {}

    /**
     * A client stalls: it has taken nothing for a second, while there was more for it. It is told once, until the client
     * takes something.
     *
     * @param request what is being answered
     */
    default void stalled(Request request) {}

    /**
     * A message was dropped.
     *
     * @param why what was wrong with it
     */
    default void dropped(Drop why) {}
}
