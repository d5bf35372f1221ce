package dev.letterbox;

import java.io.IOException;

/**
 * Answers requests. Many threads call it at once. A thread is interrupted when its client cancels the request, and when the
 * server stops before the answer is complete.
 */
@FunctionalInterface
public interface Service {
    /**
     * Opens the content that answers a request.
     *
     * @param request the request
     * @return the content; the server closes it
     * @throws ServiceException if the request cannot be served; the client gets FAILURE with this message
     * @throws IOException if something that the service needs cannot be read; the client gets FAILURE with
     *     {@code Internal error}, as for any other exception, and the cause is logged
     */
    Content open(Request request) throws ServiceException, IOException;

    /**
     * Returns whether this service answers without waiting: {@link #open} and its content's {@code read} compute or read
     * local files, and never wait for a network, another process or a lock that is held for long. The receiving thread
     * itself gives such a service's short answers, which saves a hand-over. (If it waits after all, the server notices
     * within milliseconds, and another thread receives meanwhile.)
     *
     * @return true if it never waits; the default is false
     */
    default boolean isPrompt() {
        return false;
    }

    /**
     * Returns whether this service also answers callers whose share of the requests in progress is used up, as a service
     * must that reports why it is used up. Its requests are charged to a small share of their own.
     *
     * @return true if it always answers; the default is false
     */
    default boolean isVital() {
        return false;
    }

    /**
     * Returns a service's description of a request for the log, which must not fail when the service does.
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
     * Describes a request for the log.
     *
     * @param request the request
     * @return a few printable words; empty to keep the request out of the log
     */
    default String describe(Request request) {
        return request.payload().length + " bytes";
    }
}
