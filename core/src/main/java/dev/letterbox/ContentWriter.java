package dev.letterbox;

import java.io.OutputStream;

/** Writes the content of an answer to a stream. */
@FunctionalInterface
public interface ContentWriter {
    /**
     * Writes all of the content.
     *
     * @param out receives the content; its methods block while the client is slow, and throw
     *     {@link java.io.InterruptedIOException} once the client no longer wants the rest
     * @throws Exception if the rest is not available: the client gets FAILURE with the message of a
     *     {@link ServiceException}, or with {@code Internal error}
     */
    void writeTo(OutputStream out) throws Exception;
}
