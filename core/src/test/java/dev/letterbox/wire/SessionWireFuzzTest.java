package dev.letterbox.wire;

import dev.letterbox.engine.Message;
import dev.letterbox.testkit.Fuzz;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import dev.letterbox.wire.SessionWire.Decoded;
import dev.letterbox.wire.SessionWire.FromClient;
import dev.letterbox.wire.SessionWire.Wrong;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hundreds of thousands of messages, nearly right or not at all: each is read, or refused in words, and nothing else. */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
final class SessionWireFuzzTest {
    private static final Credentials CREDENTIALS = new Credentials(7, new Bits128(8, 9));

    private final Message message = new Message(8192);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<byte[]> fromClients() {
        List<byte[]> valid = new ArrayList<>();
        for (int payload : new int[] {0, 24, 1_000, message.capacity() - SessionWire.REQUEST_HEADER - 5}) {
            SessionWire.request(message, CREDENTIALS, 1, bytes("files"), new byte[payload], 1_000, 5_000);
            valid.add(message.toByteArray());
        }
        for (short kind :
                new short[] {SessionWire.CANCEL, SessionWire.CREDIT, SessionWire.BYE, SessionWire.TABLE_FULL}) {
            SessionWire.control(message, CREDENTIALS, 3, kind, 70_000);
            valid.add(message.toByteArray());
        }
        return valid;
    }

    /** Puts a body into the buffer, whose other bytes have that value: left over from a message before it. */
    private Message received(long type, byte[] body, int leftOver) {
        message.memory().fill((byte) leftOver);
        return message.put(type, body);
    }

    @Test
    void whatClientsSendIsReadOrRefusedInWords() {
        Fuzz.bytes(400_000, message.capacity(), fromClients(), input -> {
            Decoded one = SessionWire.decode(received(SessionWire.REQUEST_TYPE, input, 0x5a));
            Decoded other = SessionWire.decode(received(SessionWire.REQUEST_TYPE, input, -1));
            check(sameAs(one, other), "it depends on what is behind its end");
            if (one instanceof FromClient read) {
                check(read.kind() >= SessionWire.REQUEST && read.kind() <= SessionWire.TABLE_FULL, "its kind");
                check(read.timeoutMillis() >= 0 && read.allowed() >= 0, "its numbers");
                check(read.payload().length <= input.length - SessionWire.REQUEST_HEADER, "its payload");
            } else {
                check(!((Wrong) one).reason().isEmpty(), "its reason");
            }
        });
    }

    private static boolean sameAs(Decoded one, Decoded other) {
        return (one instanceof FromClient read && other instanceof FromClient again)
                ? read.credentials().equals(again.credentials())
                        && read.id() == again.id()
                        && read.kind() == again.kind()
                        && read.service().equals(again.service())
                        && Arrays.equals(read.payload(), again.payload())
                : one.equals(other);
    }

    @Test
    void greetingsAreKnownByAllThatTheyMustHave() {
        SessionWire.hello(message, 5, new Bits128(1, 2));
        byte[] hello = message.toByteArray();
        Fuzz.bytes(150_000, 600, List.of(hello), input -> {
            boolean known = SessionWire.isHello(received(SessionWire.HELLO_TYPE, input, 0));
            check(known == SessionWire.isHello(received(SessionWire.HELLO_TYPE, input, -1)), "behind its end");
            check(!known || input.length == SessionWire.HELLO_BYTES || input.length == 264, "its length");
            check(
                    !known || (Arrays.equals(input, 4, 5, hello, 4, 5) && Arrays.equals(input, 8, 16, hello, 8, 16)),
                    "its mark");
            check(!SessionWire.isHello(received(SessionWire.REQUEST_TYPE, input, 0)), "its type");
        });
    }

    @Test
    void welcomesAreKnownByAllThatTheyMustHave() {
        SessionWire.welcome(message, CREDENTIALS, new Bits128(1, 2), 7);
        Fuzz.bytes(50_000, 300, List.of(message.toByteArray()), input -> {
            boolean known = SessionWire.isWelcome(received(SessionWire.RESPONSE_TYPE, input, 0));
            check(known == SessionWire.isWelcome(received(SessionWire.RESPONSE_TYPE, input, -1)), "behind its end");
            check(!known || input.length == SessionWire.WELCOME_BYTES, "its length");
        });
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
