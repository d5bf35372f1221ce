package dev.letterbox.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * Lays out the messages of the session dialect, version 1. {@code docs/protocol.md} has it field by field; all numbers
 * are in the machine's own order.
 */
public final class SessionWire {
    /** The type of what clients send, but for HELLO. */
    public static final long REQUEST_TYPE = 0x4c42;
    /** The type of what servers send. */
    public static final long RESPONSE_TYPE = 0x4c43;

    public static final int VERSION = 1;

    // HELLO: a compact request with an empty name, to which a classic server answers FAILURE.
    public static final long HELLO_TYPE = 1;
    public static final int HELLO_BYTES = 260;
    /** With the padding of a compact request: a client may send that too. */
    private static final int PADDED_HELLO_BYTES = 264;
    /** {@code LETTRBOX} in ASCII, read as a little-endian number. */
    private static final long MAGIC = 0x584f_4252_5454_454cL;

    private static final long HELLO_NAME = 4;
    private static final long HELLO_MAGIC = 8;
    private static final long HELLO_VERSION = 16;
    private static final long HELLO_NONCE = 24;

    // What clients send in a session.
    public static final int REQUEST_HEADER = 64;
    /** Name and payload together: what a message of 8192 bytes holds beside the header. */
    public static final int LONGEST_REQUEST = 8192 - REQUEST_HEADER;

    public static final short REQUEST = 1;
    public static final short CANCEL = 2;
    public static final short CREDIT = 3;
    public static final short BYE = 4;
    public static final short TABLE_FULL = 5;
    /** Stands where a session's number does, since who sends TABLE_FULL has none; to a classic program it is no queue. */
    private static final long NO_SESSION = -1;

    private static final long SESSION = 0;
    private static final long TOKEN = 8;
    private static final long ID = 24;
    private static final long KIND = 32;
    private static final long SERVICE_BYTES = 34;
    private static final long PAYLOAD_BYTES = 36;
    private static final long TIMEOUT = 40;
    private static final long ALLOWED = 48;
    private static final long LANE_BYTES = 56;
    private static final long LANE_NUMBER = 60;

    // What servers send.
    public static final int RESPONSE_HEADER = 32;
    public static final short WAKE = 0;
    public static final short FAILURE = 1;
    public static final short DATA = 2;
    public static final short END = 3;
    public static final short WELCOME = 4;
    public static final short IN_LANE = 5;
    private static final long ANSWERS = 0;
    private static final long WHAT = 8;
    private static final long CODE = 10;
    private static final long CHECKSUM = 12;
    private static final long OFFSET = 16;
    private static final long SIZE = 24;
    public static final int WELCOME_BYTES = RESPONSE_HEADER + 40;

    private SessionWire() {}

    /**
     * Holds 128 bits at random.
     *
     * @param high one half
     * @param low the other
     */
    public record Bits128(long high, long low) {
        /** Draws them where SecureRandom does, without the JDK's settings and providers, which every short run would wait for. */
        public static Bits128 random() {
            try (DataInputStream kernel = new DataInputStream(new FileInputStream("/dev/urandom"))) {
                return new Bits128(kernel.readLong(), kernel.readLong());
            } catch (IOException notHere) {
                SecureRandom random = new SecureRandom();
                return new Bits128(random.nextLong(), random.nextLong());
            }
        }

        /** Compares in a time that does not depend on where the difference is. */
        public boolean matches(Bits128 other) {
            return ((high ^ other.high) | (low ^ other.low)) == 0;
        }

        /** Says nothing: a token in a log would be a token lost. */
        @Override
        public String toString() {
            return "128 bits";
        }
    }

    // HELLO

    public static void hello(Message message, int returnAddress, Bits128 nonce) {
        MemorySegment body = message.memory();
        body.asSlice(0, HELLO_BYTES).fill((byte) 0);
        body.set(JAVA_INT_UNALIGNED, 0, returnAddress);
        body.set(JAVA_LONG_UNALIGNED, HELLO_MAGIC, MAGIC);
        body.set(JAVA_INT_UNALIGNED, HELLO_VERSION, VERSION);
        put(body, HELLO_NONCE, nonce);
        message.type(HELLO_TYPE).size(HELLO_BYTES);
    }

    public static boolean isHello(Message message) {
        return (message.size() == HELLO_BYTES || message.size() == PADDED_HELLO_BYTES)
                && message.type() == HELLO_TYPE
                && message.memory().get(JAVA_BYTE, HELLO_NAME) == 0
                && message.memory().get(JAVA_LONG_UNALIGNED, HELLO_MAGIC) == MAGIC;
    }

    public static int helloReturnAddress(Message message) {
        return message.memory().get(JAVA_INT_UNALIGNED, 0);
    }

    public static int helloVersion(Message message) {
        return message.memory().get(JAVA_INT_UNALIGNED, HELLO_VERSION);
    }

    public static Bits128 helloNonce(Message message) {
        return bits(message.memory(), HELLO_NONCE);
    }

    // What clients send in a session

    /** Says who sends: the session and its token. */
    public record Credentials(long session, Bits128 token) {}

    public static void request(
            Message message,
            Credentials credentials,
            long id,
            byte[] service,
            byte[] payload,
            long timeoutMillis,
            long allowed) {
        int size = REQUEST_HEADER + service.length + payload.length;
        if (service.length + payload.length > LONGEST_REQUEST) {
            throw new IllegalArgumentException(
                    "A request has %d bytes at most for the service's name and the payload together, not %d and %d."
                            .formatted(LONGEST_REQUEST, service.length, payload.length));
        }
        control(message, credentials, id, REQUEST, allowed);
        MemorySegment body = message.memory();
        body.set(JAVA_SHORT_UNALIGNED, SERVICE_BYTES, (short) service.length);
        body.set(JAVA_INT_UNALIGNED, PAYLOAD_BYTES, payload.length);
        body.set(JAVA_LONG_UNALIGNED, TIMEOUT, timeoutMillis);
        // Between segments: to copy from an array, JDK 25 spins a class, 1 ms of the start of each client.
        MemorySegment.copy(MemorySegment.ofArray(service), 0, body, REQUEST_HEADER, service.length);
        MemorySegment.copy(MemorySegment.ofArray(payload), 0, body, REQUEST_HEADER + service.length, payload.length);
        message.size(size);
    }

    /** Says that its sender cannot make a private queue, since the table of queues is full. */
    public static void tableFull(Message message) {
        control(message, new Credentials(NO_SESSION, new Bits128(0, 0)), 0, TABLE_FULL, 0);
    }

    /** CANCEL, CREDIT and BYE are headers alone. */
    public static void control(Message message, Credentials credentials, long id, short kind, long allowed) {
        MemorySegment body = message.memory();
        body.set(JAVA_LONG_UNALIGNED, SESSION, credentials.session());
        put(body, TOKEN, credentials.token());
        body.set(JAVA_LONG_UNALIGNED, ID, id);
        body.set(JAVA_SHORT_UNALIGNED, KIND, kind);
        body.set(JAVA_SHORT_UNALIGNED, SERVICE_BYTES, (short) 0);
        body.set(JAVA_INT_UNALIGNED, PAYLOAD_BYTES, 0);
        body.set(JAVA_LONG_UNALIGNED, TIMEOUT, 0);
        body.set(JAVA_LONG_UNALIGNED, ALLOWED, allowed);
        body.set(JAVA_INT_UNALIGNED, LANE_BYTES, 0);
        body.set(JAVA_INT_UNALIGNED, LANE_NUMBER, 0);
        message.type(REQUEST_TYPE).size(REQUEST_HEADER);
    }

    /** Adds to a CREDIT that content may come by a lane from here on. */
    public static void offerLane(Message credit, LaneAddress lane) {
        MemorySegment body = credit.memory();
        body.set(JAVA_INT_UNALIGNED, LANE_BYTES, lane.bytes());
        body.set(JAVA_INT_UNALIGNED, LANE_NUMBER, lane.number());
    }

    /**
     * What a client sent in a session.
     *
     * @param credentials who says to have sent it
     * @param id which request it is about
     * @param kind REQUEST, CANCEL, CREDIT, BYE or TABLE_FULL
     * @param service which service is asked
     * @param payload what it is asked for
     * @param timeoutMillis how long the client waits; 0 for as long as it takes
     * @param allowed how many bytes of content may be sent before the client says more
     * @param lane where content may be put, with CREDIT
     */
    @SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
    public record FromClient(
            Credentials credentials,
            long id,
            short kind,
            String service,
            byte[] payload,
            long timeoutMillis,
            long allowed,
            Optional<LaneAddress> lane)
            implements Decoded {}

    /** What a message of the session type turned out to be. */
    public sealed interface Decoded permits FromClient, Wrong {}

    /** A message that no client of this version sends. */
    public record Wrong(String reason) implements Decoded {}

    /** Reads what a client sent. */
    public static Decoded decode(Message message) {
        int size = message.size();
        if (size < REQUEST_HEADER) {
            return new Wrong("a session message has " + REQUEST_HEADER + " bytes or more, not " + size);
        }
        MemorySegment body = message.memory();
        int service = Short.toUnsignedInt(body.get(JAVA_SHORT_UNALIGNED, SERVICE_BYTES));
        long payload = Integer.toUnsignedLong(body.get(JAVA_INT_UNALIGNED, PAYLOAD_BYTES));
        if (REQUEST_HEADER + service + payload != size) {
            return new Wrong("its lengths (" + service + " and " + payload + ") do not match its size, " + size);
        }
        short kind = body.get(JAVA_SHORT_UNALIGNED, KIND);
        long id = body.get(JAVA_LONG_UNALIGNED, ID);
        long timeout = body.get(JAVA_LONG_UNALIGNED, TIMEOUT);
        long allowed = body.get(JAVA_LONG_UNALIGNED, ALLOWED);
        if (kind < REQUEST || kind > TABLE_FULL) {
            return new Wrong("there is no kind " + kind);
        }
        if (kind != REQUEST && service + payload > 0) {
            return new Wrong("kind " + kind + " must have nothing after its header");
        }
        if ((id < 1 && kind != BYE && kind != TABLE_FULL) || timeout < 0 || allowed < 0) {
            return new Wrong("a number in it is out of range");
        }
        return new FromClient(
                new Credentials(body.get(JAVA_LONG_UNALIGNED, SESSION), bits(body, TOKEN)),
                id,
                kind,
                new String(body.asSlice(REQUEST_HEADER, service).toArray(JAVA_BYTE), StandardCharsets.UTF_8),
                body.asSlice(REQUEST_HEADER + service, payload).toArray(JAVA_BYTE),
                timeout,
                allowed,
                kind == CREDIT ? lane(body) : Optional.empty());
    }

    /** What is no address of a lane is none: clients may leave anything there, and servers did not look at it. */
    private static Optional<LaneAddress> lane(MemorySegment body) {
        int bytes = body.get(JAVA_INT_UNALIGNED, LANE_BYTES);
        return bytes > 0
                ? Optional.of(new LaneAddress(body.get(JAVA_INT_UNALIGNED, LANE_NUMBER), bytes))
                : Optional.empty();
    }

    // What servers send

    public static void response(
            Message message, long id, short what, int code, int checksum, long offset, long size, int length) {
        MemorySegment body = message.memory();
        body.set(JAVA_LONG_UNALIGNED, ANSWERS, id);
        body.set(JAVA_SHORT_UNALIGNED, WHAT, what);
        body.set(JAVA_SHORT_UNALIGNED, CODE, (short) code);
        body.set(JAVA_INT_UNALIGNED, CHECKSUM, checksum);
        body.set(JAVA_LONG_UNALIGNED, OFFSET, offset);
        body.set(JAVA_LONG_UNALIGNED, SIZE, size);
        message.type(RESPONSE_TYPE).size(RESPONSE_HEADER + length);
    }

    public static void welcome(Message message, Credentials credentials, Bits128 nonce, int bell) {
        // There is no content and so no checksum: its place is the bell's.
        response(message, 0, WELCOME, VERSION, bell, 0, -1, WELCOME_BYTES - RESPONSE_HEADER);
        MemorySegment body = message.memory();
        body.set(JAVA_LONG_UNALIGNED, RESPONSE_HEADER, credentials.session());
        put(body, RESPONSE_HEADER + 8, credentials.token());
        put(body, RESPONSE_HEADER + 24, nonce);
    }

    /** Says that content lies in the lane; there is no checksum before the end, so its place is the length's. */
    public static void inLane(Message message, long id, long offset, long size, int length) {
        response(message, id, IN_LANE, 0, length, offset, size, 0);
    }

    public static boolean isWelcome(Message message) {
        return message.type() == RESPONSE_TYPE
                && message.size() == WELCOME_BYTES
                && message.memory().get(JAVA_SHORT_UNALIGNED, WHAT) == WELCOME;
    }

    public static Credentials welcomeCredentials(Message message) {
        MemorySegment body = message.memory();
        return new Credentials(body.get(JAVA_LONG_UNALIGNED, RESPONSE_HEADER), bits(body, RESPONSE_HEADER + 8));
    }

    public static Bits128 welcomeNonce(Message message) {
        return bits(message.memory(), RESPONSE_HEADER + 24);
    }

    /** What a client ties itself to, so that its end is noticed; 0 for nothing. */
    public static int welcomeBell(Message message) {
        return message.memory().get(JAVA_INT_UNALIGNED, CHECKSUM);
    }

    /** What a client sends itself, to wake the thread that receives. */
    public static void wake(Message message) {
        response(message, 0, WAKE, 0, 0, 0, 0, 0);
    }

    // A response may have been copied to the heap, so it is read by a ByteBuffer.

    public static long answers(ByteBuffer response) {
        return response.getLong((int) ANSWERS);
    }

    public static short what(ByteBuffer response) {
        return response.getShort((int) WHAT);
    }

    public static int code(ByteBuffer response) {
        return Short.toUnsignedInt(response.getShort((int) CODE));
    }

    public static int checksum(ByteBuffer response) {
        return response.getInt((int) CHECKSUM);
    }

    /** How many bytes of content lie in the lane. */
    public static int inLane(ByteBuffer response) {
        return response.getInt((int) CHECKSUM);
    }

    public static long offset(ByteBuffer response) {
        return response.getLong((int) OFFSET);
    }

    public static long size(ByteBuffer response) {
        return response.getLong((int) SIZE);
    }

    public static ByteBuffer onHeap(byte[] response) {
        return ByteBuffer.wrap(response).order(ByteOrder.nativeOrder());
    }

    private static void put(MemorySegment body, long offset, Bits128 bits) {
        body.set(JAVA_LONG_UNALIGNED, offset, bits.high());
        body.set(JAVA_LONG_UNALIGNED, offset + 8, bits.low());
    }

    private static Bits128 bits(MemorySegment body, long offset) {
        return new Bits128(body.get(JAVA_LONG_UNALIGNED, offset), body.get(JAVA_LONG_UNALIGNED, offset + 8));
    }
}
