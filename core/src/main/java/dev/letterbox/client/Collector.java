package dev.letterbox.client;

import dev.letterbox.ContentSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Collects content in memory, up to a limit. */
final class Collector implements ContentSink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int limit;

    /** The content is longer than the limit. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1;
    }

    Collector(int limit) {
        this.limit = limit;
    }

    @Override
    public void begin(OptionalLong size) throws IOException {
        if (size.orElse(0) > limit) {
            throw new TooLong();
        }
    }

    @Override
    public void accept(ByteBuffer piece) throws IOException {
        if (piece.remaining() > limit - bytes.size()) {
            throw new TooLong();
        }
        byte[] copy = new byte[piece.remaining()];
        piece.get(copy);
        bytes.writeBytes(copy);
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
