package dev.letterbox.dialect;

import dev.letterbox.engine.Message;

/**
 * A classic wire format: how requests and responses look as messages, where a request is all that a server ever hears
 * of a client. Implementations are immutable.
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
     * Makes a request.
     *
     * @param message the message
     * @param returnAddress the id of the private queue that the response is to go to
     * @param payload what is asked for
     * @throws IllegalArgumentException if this dialect cannot carry the payload; it says why
     */
    void request(Message message, int returnAddress, byte[] payload);

    /**
     * Tells what a message in a client's private queue is.
     *
     * @param message the message
     * @return its kind
     */
    ResponseKind responseKind(Message message);

    /**
     * Reads the reason out of a FAILURE.
     *
     * @param message a message that is a {@link ResponseKind#FAILURE}
     * @return the text
     */
    String failureText(Message message);
}
