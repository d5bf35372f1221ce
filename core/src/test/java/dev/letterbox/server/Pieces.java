package dev.letterbox.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.letterbox.Content;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** Content whose end nobody knows before it comes, ready after some steps. */
final class Pieces implements Content {
    private final Queue<String> pieces;
    private int steps;
    private boolean closed;

    Pieces(int steps, String... pieces) {
        this.steps = steps;
        this.pieces = new ArrayDeque<>(List.of(pieces));
    }

    @Override
    public boolean prepare() {
        return steps-- <= 0;
    }

    @Override
    public int read(MemorySegment target, int limit) {
        String piece = pieces.poll();
        if (piece == null) {
            return -1;
        }
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(bytes, 0, target, JAVA_BYTE, 0, bytes.length);
        return bytes.length;
    }

    @Override
    public void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}
