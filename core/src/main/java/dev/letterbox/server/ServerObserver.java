package dev.letterbox.server;

import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;

/**
 * Observes the events of a server as they happen. The threads that serve requests call it, many at a time, and wait for
 * it, so its methods must be quick and must not block. What they throw is logged and does not affect the request.
 */
public interface ServerObserver {
    /**
     * The server is about to receive its first message. If this throws, {@link ServerBuilder#start} throws the same, and the
     * server does not start.
     *
     * @param server the server
     */
    default void started(Server server) {}

    /**
     * A request ended. Called once for each request whose private queue existed when the request was received.
     *
     * @param request the request
     * @param outcome how it ended
     * @param nanos nanoseconds since it was received
     * @param bytes bytes of content sent
     */
    default void ended(Request request, Outcome outcome, long nanos, long bytes) {}

    /**
     * The server refused a request without asking the service. {@link #ended} is called as well.
     *
     * @param request the request
     * @param why the kind of FAILURE that the client gets
     */
    default void refused(Request request, FailureKind why) {}

    /**
     * A client stalls: it has received nothing for a second although there is more for it. Called once, and again only
     * after the client has received something.
     *
     * @param request the request that is being answered
     */
    default void stalled(Request request) {}

    /**
     * A message was dropped.
     *
     * @param why the reason
     */
    default void dropped(Drop why) {}
}
