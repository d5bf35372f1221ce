package dev.letterbox;

import dev.letterbox.sysv.MessageBuffer;

/** Is a concrete wire format: how requests and responses look as messages. Implementations are immutable. */
public interface Dialect {
    /**
     * Returns the dialect's name.
     *
     * @return as in {@code tlpi}
     */
    String dialectName();

    /**
     * Tells whether a message in the server queue is of this dialect, by its type and length.
     *
     * @param message the message
     * @return true where {@link #decode} is to judge it
     */
    boolean speaks(MessageBuffer message);

    /**
     * Reads a request.
     *
     * @param message a message that this dialect {@link #speaks}
     * @return the request, or what is wrong with it
     */
    Incoming decode(MessageBuffer message);

    /**
     * Returns how many bytes of content one message carries.
     *
     * @return 1 or more
     */
    int chunkBytes();

    /**
     * Makes a message of the content's bytes that are at the beginning of its memory already.
     *
     * @param message the message
     * @param length how many bytes, 1 to {@link #chunkBytes}
     */
    void data(MessageBuffer message, int length);

    /**
     * Makes the message that says that the content is complete.
     *
     * @param message the message
     */
    void end(MessageBuffer message);

    /**
     * Makes the message that says that there is no content, or no more of it, and why.
     *
     * @param message the message
     * @param text the reason, for people
     */
    void failure(MessageBuffer message, String text);

    /**
     * Makes a request.
     *
     * @param message the message
     * @param returnAddress the id of the private queue that the response is to go to
     * @param payload what is asked for
     * @throws IllegalArgumentException where this dialect cannot carry the payload; it says why
     */
    void request(MessageBuffer message, int returnAddress, byte[] payload);

    /**
     * Tells what a message in a client's private queue is.
     *
     * @param message the message
     * @return its kind
     */
    ResponseKind responseKind(MessageBuffer message);

    /**
     * Reads the reason out of a FAILURE.
     *
     * @param message a message that is a {@link ResponseKind#FAILURE}
     * @return the text
     */
    String failureText(MessageBuffer message);
}
