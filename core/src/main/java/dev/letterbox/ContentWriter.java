package dev.letterbox;

import java.io.OutputStream;

/** Writes content while it runs. */
@FunctionalInterface
public interface ContentWriter {
    /**
     * Writes all of the content.
     *
     * @param out takes it, and waits when the client is slow; throws {@link java.io.InterruptedIOException} when nobody
     *     wants the rest
     * @throws Exception if the rest cannot be had: the client gets FAILURE, with the message of a
     *     {@link ServiceException}, or {@code Internal error}
     */
    void writeTo(OutputStream out) throws Exception;
}
