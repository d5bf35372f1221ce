package dev.letterbox;

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
     * @throws ServiceException where the request cannot be served; the client gets FAILURE with its message. For any
     *     other exception it gets FAILURE with {@code Internal error}, and the log has the rest
     */
    Content open(Request request) throws ServiceException;

    /**
     * Names a request for the log.
     *
     * @param request the request
     * @return a few printable words
     */
    default String describe(Request request) {
        return request.payload().length + " bytes";
    }
}
