package dev.letterbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Takes the content of a response, piece by piece. */
@FunctionalInterface
public interface ContentSink {
    /**
     * Learns how long the content is, before the first piece.
     *
     * @param size bytes; empty if the server does not say
     * @throws IOException if so much cannot be taken; the request is given up
     */
    default void begin(OptionalLong size) throws IOException {}

    /**
     * Takes the next piece.
     *
     * @param piece the bytes from its position to its limit, good until this returns
     * @throws IOException if they cannot be taken; the request is given up
     */
    void accept(ByteBuffer piece) throws IOException;
}
