package dev.letterbox.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.letterbox.FailureKind;
import dev.letterbox.dialect.ResponseFormat;
import dev.letterbox.engine.Message;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/** Makes the messages of one response in a session: numbered by its request, with offset, size and checksum. */
public final class SessionAnswer implements ResponseFormat {
    /** One on its way and one that is being made: with room for one alone, each would wait for the other end. */
    private static final int MESSAGES_AT_ONCE = 2;

    private static final int LONGEST_TEXT = 2048;
    private static final long UNKNOWN = -1;

    private final long id;
    private final int chunkBytes;
    private final CRC32C checksum = new CRC32C();
    private long offset;
    private long size = UNKNOWN;

    /**
     * Begins a response.
     *
     * @param id the request's number
     * @param room how much of the client's queue is for responses: bytes
     * @param longestMessage how long one message may be: bytes
     */
    public SessionAnswer(long id, int room, int longestMessage) {
        this.id = id;
        int share = Math.max(0, room) / MESSAGES_AT_ONCE;
        chunkBytes = Math.max(1, Math.min(longestMessage, share) - SessionWire.RESPONSE_HEADER);
    }

    @Override
    public int contentOffset() {
        return SessionWire.RESPONSE_HEADER;
    }

    @Override
    public int chunkBytes() {
        return chunkBytes;
    }

    @Override
    public boolean isNumbered() {
        return true;
    }

    @Override
    public void begin(OptionalLong known) {
        size = known.orElse(UNKNOWN);
    }

    @Override
    public void data(Message message, int length) {
        piece(message, length, SessionWire.DATA);
    }

    /** DATA without content: a client that checks positions takes it as what it is. */
    @Override
    public boolean signOfLife(Message message) {
        piece(message, 0, SessionWire.DATA);
        return true;
    }

    @Override
    public boolean lastData(Message message, int length) {
        piece(message, length, SessionWire.END);
        return true;
    }

    @Override
    public void end(Message message) {
        piece(message, 0, SessionWire.END);
    }

    private void piece(Message message, int length, short what) {
        SessionWire.response(message, id, what, 0, 0, offset, size, length);
        ByteBuffer bytes = message.bytes();
        checksum.update(bytes.position(SessionWire.RESPONSE_HEADER));
        if (what == SessionWire.END) {
            SessionWire.response(message, id, what, 0, (int) checksum.getValue(), offset, size, length);
        }
        offset += length;
    }

    @Override
    public void dataInLane(Message message, MemorySegment content) {
        int length = (int) content.byteSize();
        checksum.update(content.asByteBuffer());
        SessionWire.inLane(message, id, offset, size, length);
        offset += length;
    }

    @Override
    public void failure(Message message, FailureKind kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, Math.min(LONGEST_TEXT, chunkBytes));
        SessionWire.response(message, id, SessionWire.FAILURE, kind.code(), 0, offset, size, length);
        MemorySegment.copy(bytes, 0, message.memory(), JAVA_BYTE, SessionWire.RESPONSE_HEADER, length);
    }
}
