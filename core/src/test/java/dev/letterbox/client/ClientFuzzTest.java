package dev.letterbox.client;

import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Message;
import dev.letterbox.error.RequestException;
import dev.letterbox.testkit.Fuzz;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server sends may be anything at all: a client has the content that was sent, or says that it has not. */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
final class ClientFuzzTest {
    private static final byte[] CONTENT = "all is well".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    private static final dev.letterbox.Timeout SOON = dev.letterbox.Timeout.ofSilence(Duration.ofMinutes(1));

    /** A client's end with no server behind it: what is received was laid there before. */
    private static final class Script implements ClientEndpoint {
        private final Queue<byte[]> responses = new ArrayDeque<>();
        private long lastRequest;

        @Override
        public Message newMessage() {
            return new Message(8192);
        }

        @Override
        public ReturnAddress address() {
            return ReturnAddress.ofQueue(1);
        }

        @Override
        public void send(Message message, Duration timeout) {
            if (SessionWire.isHello(message)) {
                Message welcome = newMessage();
                SessionWire.welcome(welcome, new Credentials(1, new Bits128(2, 3)), SessionWire.helloNonce(message), 0);
                responses.add(welcome.toByteArray());
            } else if (SessionWire.decode(message) instanceof SessionWire.FromClient from
                    && from.kind() == SessionWire.REQUEST) {
                lastRequest = from.id();
            }
        }

        /** When nothing is left, the time is up at once. */
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

        @Override
        public void wake() {}

        @Override
        public boolean onServerEnd(Runnable ended) {
            return false;
        }

        @Override
        public String whySilent() {
            return "";
        }

        @Override
        public void close() {}
    }

    private static byte[] response(long id, short what, int checksum, long offset, long size, byte[] content) {
        Message message = new Message(8192);
        SessionWire.response(message, id, what, 0, checksum, offset, size, content.length);
        byte[] bytes = message.toByteArray();
        System.arraycopy(content, 0, bytes, SessionWire.RESPONSE_HEADER, content.length);
        return bytes;
    }

    /** The messages that would be right for a request. */
    private static List<byte[]> right(long id) {
        CRC32C checksum = new CRC32C();
        checksum.update(CONTENT);
        byte[] begin = Arrays.copyOf(CONTENT, 4);
        byte[] rest = Arrays.copyOfRange(CONTENT, 4, CONTENT.length);
        return List.of(
                response(id, SessionWire.DATA, 0, 0, CONTENT.length, begin),
                response(id, SessionWire.END, (int) checksum.getValue(), 4, CONTENT.length, rest));
    }

    @Test
    void whateverAServerSendsIsTheContentOrAnException() throws Exception {
        Script script = new Script();
        List<byte[]> valid = new ArrayList<>(right(1));
        valid.add(response(1, SessionWire.FAILURE, 0, 0, -1, CONTENT));
        try (Client client = Client.greet(script, Duration.ofMinutes(1)).orElseThrow()) {
            long[] id = {0};
            Fuzz.bytes(80_000, 300, valid, input -> {
                id[0]++;
                List<byte[]> right = right(id[0]);
                boolean first = id[0] % 2 == 0;
                byte[] odd = input.clone();
                if (odd.length >= Long.BYTES && id[0] % 8 != 0) {
                    // Mostly for this request: what is for others is dropped.
                    System.arraycopy(right.getFirst(), 0, odd, 0, Long.BYTES);
                }
                script.responses.add(first ? odd : right.getFirst());
                script.responses.add(first ? right.getFirst() : odd);
                script.responses.add(right.getLast());
                try {
                    byte[] content = client.collect("any", new byte[0], 1_000, SOON);
                    if (!checksOut(content, odd)) {
                        throw new AssertionError("a wrong byte was taken for right");
                    }
                } catch (RequestException refused) {
                    if (refused.getMessage() == null) {
                        throw new AssertionError("no words for it", refused);
                    }
                } finally {
                    script.responses.clear();
                }
            });
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
