package dev.letterbox.dialect;

import dev.letterbox.engine.Message;

/**
 * A classic wire format: how requests and responses look as messages. A client sends nothing but requests.
 * Implementations are immutable.
 */
public interface Dialect extends ResponseFormat {
    /**
     * Returns the dialect's name.
     *
     * @return as in {@code tlpi}
     */
    String dialectName();

    /**
     * Returns whether a message in the server queue is of this dialect, by its type and length.
     *
     * @param message the message
     * @return true if {@link #decode} is to judge it
     */
    boolean speaks(Message message);

    /**
     * Reads a request. Of a message that is longer than the longest request only the beginning is there: {@link
     * Message#isTruncated} tells.
     *
     * @param message a message that this dialect {@link #speaks}
     * @return the request, or what is wrong with it
     */
    Incoming decode(Message message);

    /**
     * Writes a request.
     *
     * @param message the message
     * @param returnAddress the id of the private queue that the response goes to
     * @param payload the request
     * @throws IllegalArgumentException if this dialect cannot carry the payload; its message says why
     */
    void request(Message message, int returnAddress, byte[] payload);

    /**
     * Returns the kind of a message in a client's private queue.
     *
     * @param message the message
     * @return its kind
     */
    ResponseKind responseKind(Message message);

    /**
     * Returns the text of a FAILURE.
     *
     * @param message a message that is a {@link ResponseKind#FAILURE}
     * @return the text
     */
    String failureText(Message message);
}
