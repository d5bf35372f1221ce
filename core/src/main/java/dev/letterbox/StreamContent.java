package dev.letterbox;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;

/** The content of a stream. */
final class StreamContent implements Content {
    private static final int LONGEST = 8192;

    private final InputStream stream;
    private final byte[] buffer = new byte[LONGEST];

    StreamContent(InputStream stream) {
        this.stream = stream;
    }

    @Override
    public int read(MemorySegment target, int limit) throws IOException {
        int length = stream.read(buffer, 0, Math.min(limit, buffer.length));
        if (length > 0) {
            MemorySegment.copy(buffer, 0, target, JAVA_BYTE, 0, length);
        }
        return length;
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException failed) {
            // All that was wanted was read before.
            System.getLogger(StreamContent.class.getName()).log(Level.DEBUG, "closing a stream failed", failed);
        }
    }
}
