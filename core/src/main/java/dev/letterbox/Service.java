package dev.letterbox;

import java.io.IOException;

/**
 * Answers requests. It is called by many threads at once, each of which is interrupted when its client cancels, and when
 * the server ends before it is done.
 */
@FunctionalInterface
public interface Service {
    /**
     * Opens what answers a request.
     *
     * @param request the request
     * @return the content, to be closed by the server
     * @throws ServiceException if the request cannot be served; the client gets FAILURE with its message
     * @throws IOException if what it needs cannot be read; the client gets FAILURE with {@code Internal error}, as for any
     *     other exception, and the log has the cause
     */
    Content open(Request request) throws ServiceException, IOException;

    /**
     * Tells whether it answers without waiting: {@link #open} and its content's {@code read} compute or read local files,
     * and never wait for a network, another process or a lock that is held for long. Short answers of such a service are
     * given by the thread that receives, which saves a hand-over. (One that waits after all is noticed in some
     * milliseconds, and another thread receives meanwhile.)
     *
     * @return false if it may wait, as it is unless a service says otherwise
     */
    default boolean isPrompt() {
        return false;
    }

    /**
     * Tells whether it answers also callers whose share of the requests at work is full, as what tells why it is full has
     * to. Its requests are charged to a small share of their own.
     *
     * @return false, as it is unless a service says otherwise
     */
    default boolean isVital() {
        return false;
    }

    /**
     * Returns what a service calls a request, for a log, which must not fail with the service.
     *
     * @param service the service
     * @param request the request
     * @return what {@link #describe} says, or {@code a request} if that fails
     */
    static String descriptionOf(Service service, Request request) {
        try {
            return service.describe(request);
        } catch (RuntimeException defect) {
            return "a request";
        }
    }

    /**
     * Names a request for the log.
     *
     * @param request the request
     * @return a few printable words; nothing if its end is not worth a line
     */
    default String describe(Request request) {
        return request.payload().length + " bytes";
    }
}
