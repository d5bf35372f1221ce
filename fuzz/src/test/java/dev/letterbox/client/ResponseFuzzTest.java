package dev.letterbox.client;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.Timeout;
import dev.letterbox.contract.ServerStub;
import dev.letterbox.engine.Message;
import dev.letterbox.error.RequestException;
import dev.letterbox.fuzz.Check;
import dev.letterbox.fuzz.Seeds;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.FromClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;

/** What a server sends may be anything at all: a client has the content that was sent, or says that it has not. */
final class ResponseFuzzTest {
    private static final byte[] CONTENT = "all is well".getBytes(StandardCharsets.UTF_8);
    private static final Timeout SOON = Timeout.ofSilence(Duration.ofMinutes(1));
    private static final Script SCRIPT = new Script();
    private static final Client CLIENT = greet();

    private static Client greet() {
        try {
            return Client.greet(SCRIPT, Duration.ofMinutes(1)).orElseThrow();
        } catch (InterruptedException | RequestException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    static void sayFarewell() {
        CLIENT.close();
    }

    /** A client's end with no server behind it: it answers each request with the odd message, and with the right ones. */
    private static final class Script extends ServerStub {
        private final Queue<byte[]> responses = new ArrayDeque<>();
        private byte[] odd = {};
        private long lastRequest;

        @Override
        public Message newMessage() {
            return new Message(8192);
        }

        @Override
        public void send(Message message, Duration timeout) {
            if (SessionWire.isHello(message)) {
                responses.add(welcome(message));
            } else if (SessionWire.decode(message) instanceof FromClient from && from.kind() == SessionWire.REQUEST) {
                lastRequest = from.id();
                answer(lastRequest);
            }
        }

        private void answer(long id) {
            responses.clear();
            byte[] begin = piece(id, SessionWire.DATA, CONTENT, 0, 4);
            byte[] rest = piece(id, SessionWire.END, CONTENT, 4, CONTENT.length);
            byte[] message = odd.clone();
            if (message.length > Long.BYTES && message[0] != 0) {
                // Mostly for this request: what is for others is dropped.
                System.arraycopy(begin, 0, message, 0, Long.BYTES);
            }
            boolean first = odd.length % 2 == 0;
            responses.add(first ? message : begin);
            responses.add(first ? begin : message);
            responses.add(rest);
        }

        @Override
        public boolean receive(Message message, Duration timeout) {
            byte[] next = responses.poll();
            if (next == null) {
                // Ends the call: a message of its own that cannot go on where the last one ended.
                SessionWire.response(message, lastRequest, SessionWire.DATA, 0, 0, Long.MIN_VALUE, -1, 0);
                return true;
            }
            message.put(SessionWire.RESPONSE_TYPE, next);
            return true;
        }
    }

    static Stream<byte[]> fromServers() {
        return Seeds.fromServers("session.txt", "session-server.txt", "session-client.txt");
    }

    @MethodSource("fromServers")
    @FuzzTest
    void whateverAServerSendsIsTheContentOrAnException(byte[] input) throws InterruptedException {
        SCRIPT.odd = Arrays.copyOf(input, Math.min(input.length, 8192));
        try {
            byte[] content = CLIENT.collect("any", new byte[0], 10_000, SOON);
            Check.that(checksOut(content, input), "a wrong byte was taken for right");
        } catch (RequestException refused) {
            Check.that(refused.getMessage() != null, "no words for it");
        }
    }

    /** What was sent is what was meant, or the odd message is itself an END whose checksum is right. */
    private static boolean checksOut(byte[] content, byte[] odd) {
        if (Arrays.equals(content, CONTENT)) {
            return true;
        }
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        return odd.length >= SessionWire.RESPONSE_HEADER
                && SessionWire.checksum(SessionWire.onHeap(odd)) == (int) checksum.getValue();
    }
}
