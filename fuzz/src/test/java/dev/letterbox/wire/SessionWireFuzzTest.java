package dev.letterbox.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.engine.Message;
import dev.letterbox.fuzz.Check;
import dev.letterbox.fuzz.Seeds;
import dev.letterbox.wire.SessionWire.Credentials;
import dev.letterbox.wire.SessionWire.Decoded;
import dev.letterbox.wire.SessionWire.FromClient;
import dev.letterbox.wire.SessionWire.Wrong;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** The session dialect: each message is read, or refused in words, whatever a message before it left in the buffer. */
final class SessionWireFuzzTest {
    private static final Message MESSAGE = new Message(8192);
    private static final byte[] MAGIC = "LETTRBOX".getBytes(StandardCharsets.US_ASCII);

    static Stream<byte[]> fromClients() {
        return Seeds.fromClients("session.txt", "session-server.txt", "session-client.txt");
    }

    static Stream<byte[]> fromServers() {
        return Seeds.fromServers("session.txt", "session-server.txt", "session-client.txt");
    }

    /** Puts a body into the buffer, whose other bytes have that value: left over from a message before it. */
    private static Message received(long type, byte[] body, int leftOver) {
        byte[] fitting = body.length <= MESSAGE.capacity() ? body : Arrays.copyOf(body, MESSAGE.capacity());
        MESSAGE.memory()
                .asSlice(fitting.length, Math.min(300, MESSAGE.capacity() - fitting.length))
                .fill((byte) leftOver);
        return MESSAGE.put(type, fitting);
    }

    @MethodSource("fromClients")
    @FuzzTest
    void whatClientsSendIsReadOrRefusedInWords(byte[] input) {
        Decoded one = SessionWire.decode(received(SessionWire.REQUEST_TYPE, input, 0x5a));
        Decoded other = SessionWire.decode(received(SessionWire.REQUEST_TYPE, input, -1));
        Check.that(sameAs(one, other), "it depends on what is behind its end");
        switch (one) {
            case Wrong(String reason) -> Check.that(!reason.isEmpty(), "it gives no reason");
            case FromClient read -> {
                Check.that(read.kind() >= SessionWire.REQUEST && read.kind() <= SessionWire.TABLE_FULL, "its kind");
                Check.that(read.timeoutMillis() >= 0 && read.allowed() >= 0, "its numbers");
                Check.that(read.payload().length <= input.length - SessionWire.REQUEST_HEADER, "its payload");
                Check.that(read.id() > 0 || read.kind() >= SessionWire.BYE, "its id");
                read.lane().ifPresent(lane -> Check.that(lane.bytes() > 0, "its lane"));
                Check.that(Arrays.equals(again(read), input), "written again, it is another: " + read);
            }
        }
    }

    /** Writes what was read. What a name that is not UTF-8 was, and what fields without a meaning held, is lost. */
    private static byte[] again(FromClient read) {
        byte[] original = MESSAGE.toByteArray();
        Credentials credentials = read.credentials();
        byte[] service = read.service().getBytes(StandardCharsets.UTF_8);
        if (read.kind() == SessionWire.REQUEST && !read.service().contains("\ufffd")) {
            SessionWire.request(
                    MESSAGE, credentials, read.id(), service, read.payload(), read.timeoutMillis(), read.allowed());
            byte[] written = MESSAGE.toByteArray();
            // The last field of the header means nothing in a request.
            System.arraycopy(original, 56, written, 56, Long.BYTES);
            return written;
        }
        if (read.lane().isPresent()) {
            SessionWire.control(MESSAGE, credentials, read.id(), read.kind(), read.allowed());
            SessionWire.offerLane(MESSAGE, read.lane().get());
            byte[] written = MESSAGE.toByteArray();
            // Nor does the deadline in a CREDIT.
            System.arraycopy(original, 40, written, 40, Long.BYTES);
            return written;
        }
        return original;
    }

    private static boolean sameAs(Decoded one, Decoded other) {
        return (one instanceof FromClient read && other instanceof FromClient again)
                ? read.credentials().equals(again.credentials())
                        && read.id() == again.id()
                        && read.kind() == again.kind()
                        && read.service().equals(again.service())
                        && Arrays.equals(read.payload(), again.payload())
                        && read.lane().equals(again.lane())
                : one.equals(other);
    }

    @MethodSource("fromClients")
    @FuzzTest
    void greetingsAreKnownByAllThatTheyMustHave(byte[] input) {
        boolean known = SessionWire.isHello(received(SessionWire.HELLO_TYPE, input, 0));
        Check.that(known == SessionWire.isHello(received(SessionWire.HELLO_TYPE, input, -1)), "behind its end");
        boolean marked = input.length >= SessionWire.HELLO_BYTES
                && input[4] == 0
                && Arrays.equals(input, 8, 8 + MAGIC.length, MAGIC, 0, MAGIC.length);
        Check.that(known == (marked && (input.length == 260 || input.length == 264)), "its length or its mark");
        Check.that(!SessionWire.isHello(received(SessionWire.REQUEST_TYPE, input, 0)), "its type");
    }

    @MethodSource("fromServers")
    @FuzzTest
    void welcomesAreKnownByAllThatTheyMustHave(byte[] input) {
        boolean known = SessionWire.isWelcome(received(SessionWire.RESPONSE_TYPE, input, 0));
        Check.that(known == SessionWire.isWelcome(received(SessionWire.RESPONSE_TYPE, input, -1)), "behind its end");
        boolean right = input.length == 72 && input[8] == SessionWire.WELCOME && input[9] == 0;
        Check.that(known == right, "its length or its kind");
        Check.that(!SessionWire.isWelcome(received(SessionWire.REQUEST_TYPE, input, 0)), "its type");
    }
}
