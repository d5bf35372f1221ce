package dev.letterbox.contract;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.letterbox.FailureKind;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.dialect.Incoming;
import dev.letterbox.dialect.Malformed;
import dev.letterbox.dialect.RawRequest;
import dev.letterbox.dialect.ResponseKind;
import dev.letterbox.dialect.Unreadable;
import dev.letterbox.engine.Message;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * The plainest dialect there can be: a request of type 1 is a return address and then the payload; a response is DATA
 * of type 2, END of type 3 without a body, FAILURE of type 1 with the text.
 */
public class PlainDialect implements Dialect {
    public static final int CHUNK_BYTES = 1_000;

    private static final long REQUEST = 1;
    private static final long FAILURE = 1;
    private static final long DATA = 2;
    private static final long END = 3;

    @Override
    public String dialectName() {
        return "plain";
    }

    @Override
    public boolean speaks(Message message) {
        return message.type() == REQUEST && message.size() >= Integer.BYTES;
    }

    @Override
    public Incoming decode(Message message) {
        MemorySegment body = message.memory().asSlice(0, message.size());
        int returnAddress = body.get(JAVA_INT_UNALIGNED, 0);
        if (returnAddress < 0) {
            return new Malformed("the return address is " + returnAddress);
        }
        return message.isTruncated()
                ? new Unreadable(returnAddress, "it has more than " + message.capacity() + " bytes")
                : new RawRequest(returnAddress, body.asSlice(Integer.BYTES).toArray(JAVA_BYTE));
    }

    @Override
    public int chunkBytes() {
        return CHUNK_BYTES;
    }

    @Override
    public void data(Message message, int length) {
        message.type(DATA).size(length);
    }

    @Override
    public void end(Message message) {
        message.type(END).size(0);
    }

    @Override
    public void failure(Message message, FailureKind kind, String text) {
        message.put(FAILURE, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void request(Message message, int returnAddress, byte[] payload) {
        MemorySegment body = message.memory();
        body.set(JAVA_INT_UNALIGNED, 0, returnAddress);
        MemorySegment.copy(payload, 0, body, JAVA_BYTE, Integer.BYTES, payload.length);
        message.type(REQUEST).size(Integer.BYTES + payload.length);
    }

    @Override
    public ResponseKind responseKind(Message message) {
        return message.type() == DATA
                ? ResponseKind.DATA
                : message.type() == END
                        ? ResponseKind.END
                        : message.type() == FAILURE ? ResponseKind.FAILURE : ResponseKind.MALFORMED;
    }

    @Override
    public String failureText(Message message) {
        return new String(message.toByteArray(), StandardCharsets.UTF_8);
    }
}
