package dev.letterbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Receives the content of a response, piece by piece. */
@FunctionalInterface
public interface ContentSink {
    /**
     * Called once with the content's length, before the first piece.
     *
     * @param size bytes; empty if the server does not say
     * @throws IOException if that much cannot be received; the request is cancelled
     */
    default void begin(OptionalLong size) throws IOException {}

    /**
     * Receives the next piece.
     *
     * @param piece the bytes between its position and its limit, valid until this method returns
     * @throws IOException if they cannot be received; the request is cancelled
     */
    void accept(ByteBuffer piece) throws IOException;
}
