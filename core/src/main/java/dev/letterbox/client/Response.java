package dev.letterbox.client;

import dev.letterbox.ContentSink;
import dev.letterbox.FailureKind;
import dev.letterbox.engine.Lane;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ResponseMalformedException;
import dev.letterbox.wire.SessionWire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Checks the messages of one response, one after the other, and hands their content to a sink. */
final class Response {
    /** A lane costs some hundred microseconds to make: so much content is to come by it, or an unknown amount. */
    private static final long WORTH_A_LANE = 1024 * 1024;

    private final ContentSink sink;
    private final long window;
    private final CRC32C checksum = new CRC32C();
    private long bytes;
    private long allowed;
    private long size = -1;
    private boolean begun;
    private boolean asked;
    private @Nullable Lane lane;
    private @Nullable ByteBuffer inLane;

    /**
     * Begins a response.
     *
     * @param sink takes the content
     * @param window how many bytes the server may send before it hears that more is wanted
     */
    Response(ContentSink sink, long window) {
        this.sink = sink;
        this.window = window;
        this.allowed = window;
    }

    /** How much content has come. */
    long bytes() {
        return bytes;
    }

    /** Takes a message of the response; returns true for the last one. */
    boolean take(ByteBuffer response) throws RequestException, IOException {
        short what = SessionWire.what(response);
        ByteBuffer content = response.position(SessionWire.RESPONSE_HEADER);
        if (what == SessionWire.FAILURE) {
            throw new RequestRefusedException(
                    FailureKind.ofCode(SessionWire.code(response)),
                    StandardCharsets.UTF_8.decode(content).toString());
        }
        if ((what != SessionWire.DATA && what != SessionWire.END && what != SessionWire.IN_LANE)
                || SessionWire.offset(response) != bytes) {
            throw new ResponseMalformedException(
                    "A message of the response is missing or is not a response, after " + bytes + " bytes of content.");
        }
        if (!begun) {
            begun = true;
            size = SessionWire.size(response);
            sink.begin(size < 0 ? OptionalLong.empty() : OptionalLong.of(size));
        }
        if (what == SessionWire.IN_LANE) {
            content = contentInLane(SessionWire.inLane(response));
        }
        int start = content.position();
        checksum.update(content);
        content.position(start);
        bytes += content.remaining();
        if (what == SessionWire.END) {
            checkEnd(response);
        }
        if (content.hasRemaining()) {
            sink.accept(content);
        }
        return what == SessionWire.END;
    }

    private ByteBuffer contentInLane(int length) throws ResponseMalformedException {
        ByteBuffer content = inLane;
        if (content != null) {
            int place = (int) (bytes % content.capacity());
            if (length > 0 && length <= content.capacity() - place && bytes + length <= allowed) {
                return content.limit(place + length).position(place);
            }
        }
        throw new ResponseMalformedException("The response says that " + length
                + " bytes are at a place where there can be no content, after " + bytes + " bytes of content.");
    }

    /** Returns whether enough is to come for a lane, and there is none yet. */
    boolean isWorthLane() {
        return lane == null && begun && (size < 0 ? bytes > 0 : size - bytes > WORTH_A_LANE);
    }

    /** How many bytes the server may send before it hears that more is wanted. */
    long window() {
        return window;
    }

    /** From here on content may come by a lane, which is as long as the window. */
    void use(Lane made) {
        lane = made;
        inLane = made.memory().asByteBuffer();
    }

    /** The lane that was made for it. */
    Optional<Lane> lane() {
        return Optional.ofNullable(lane);
    }

    private void checkEnd(ByteBuffer end) throws ResponseMalformedException {
        if (SessionWire.checksum(end) != (int) checksum.getValue()) {
            throw new ResponseMalformedException("The checksum of the " + bytes
                    + " bytes that arrived differs from that of the bytes that were sent.");
        }
        if (SessionWire.size(end) >= 0 && SessionWire.size(end) != bytes) {
            throw new ResponseMalformedException(
                    bytes + " bytes arrived instead of the " + SessionWire.size(end) + " that the server announced.");
        }
    }

    /** Returns whether it is time to allow the server more: also at once, if a long answer is to come by a lane. */
    boolean wantsMore() {
        return allowed - bytes <= window / 2 || (!asked && size >= 0 && isWorthLane());
    }

    /** Allows a window more, and returns how many bytes that makes in all. */
    long allowMore() {
        asked = true;
        allowed = bytes + window;
        return allowed;
    }
}
