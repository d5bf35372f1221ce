package dev.letterbox;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the content of a response, piece by piece. */
@FunctionalInterface
public interface ContentSink {
    /**
     * Takes the next piece.
     *
     * @param piece the bytes from its position to its limit, good until this returns
     * @throws IOException where they cannot be taken; the request is given up
     */
    void accept(ByteBuffer piece) throws IOException;
}
