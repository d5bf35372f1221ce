package dev.letterbox.rabbitmq;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.letterbox.engine.Message;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The bytes of a message on RabbitMQ: the type, the line, and the body. A line is one server's way to one private queue;
 * its number stands in responses and in the grants for them, and is 0 in requests. All numbers are little-endian; {@code
 * docs/protocol.md} has them field by field.
 */
final class Wire {
    /** Type and line. */
    static final int HEADER = 16;

    /** How long the body of one message may be: a piece of 64 KiB and what stands before it. */
    static final int LONGEST = 64 * 1024 + 64;

    /** What a message costs in the broker beside its body, as both ends count it. */
    static final int OVERHEAD = 256;

    /** The type of a grant: the client takes so many bytes in all by this line. The engine's own. */
    static final long GRANT = -1;

    /** The type of a farewell: the server in reply-to has ended. The engine's own. */
    static final long FAREWELL = -2;

    /** The type of a question that is none: whether it can be delivered is the answer. The engine's own. */
    static final long PROBE = -3;

    private static final int LINE = 8;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Wire() {}

    static byte[] encode(Message message, long line) {
        byte[] bytes = new byte[HEADER + message.size()];
        LONG.set(bytes, 0, message.type());
        LONG.set(bytes, LINE, line);
        MemorySegment.copy(message.memory(), JAVA_BYTE, 0, bytes, HEADER, message.size());
        return bytes;
    }

    static byte[] own(long type, long line) {
        byte[] bytes = new byte[HEADER];
        LONG.set(bytes, 0, type);
        LONG.set(bytes, LINE, line);
        return bytes;
    }

    static byte[] grant(long line, long total) {
        byte[] bytes = new byte[HEADER + Long.BYTES];
        LONG.set(bytes, 0, GRANT);
        LONG.set(bytes, LINE, line);
        LONG.set(bytes, HEADER, total);
        return bytes;
    }

    static boolean isWhole(byte[] bytes) {
        return bytes.length >= HEADER && bytes.length <= HEADER + LONGEST;
    }

    static long type(byte[] bytes) {
        return (long) LONG.get(bytes, 0);
    }

    static long line(byte[] bytes) {
        return (long) LONG.get(bytes, LINE);
    }

    static long granted(byte[] bytes) {
        return bytes.length < HEADER + Long.BYTES ? 0 : (long) LONG.get(bytes, HEADER);
    }

    /** Puts a message that is not the engine's own where the caller wants it. */
    static void decode(byte[] bytes, Message message) {
        int size = bytes.length - HEADER;
        message.type(type(bytes)).size(size);
        MemorySegment.copy(bytes, HEADER, message.memory(), JAVA_BYTE, 0, size);
    }

    /** What one message costs of a line's credit. */
    static long cost(int bodyBytes) {
        return (long) HEADER + bodyBytes + OVERHEAD;
    }

    /** The properties of what a user sends: the broker refuses another user's name. */
    static BasicProperties from(String user, String replyTo) {
        return new BasicProperties.Builder().userId(user).replyTo(replyTo).build();
    }
}
