package dev.letterbox.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Timeout;
import dev.letterbox.contract.ServerStub;
import dev.letterbox.engine.Message;
import dev.letterbox.error.RequestException;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.FromClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What a client had sent to its server's queue is lost when somebody removes that. */
final class LostWithTheQueueTest {
    private static final byte[] CONTENT = "all is well".getBytes(StandardCharsets.UTF_8);
    private static final int WINDOW = 8;
    private static final Timeout PATIENT = Timeout.ofSilence(Duration.ofHours(1));

    private final Script script = new Script();

    /** A client's end with a server behind it that is sent a window of its content, and then the rest, if it hears so. */
    private static final class Script extends ServerStub {
        private final List<Short> kinds = new ArrayList<>();
        private final List<Long> allowed = new ArrayList<>();
        private final Queue<byte[]> responses = new ArrayDeque<>();
        private short lost = -1;
        private int looksInVain;
        private int queue = 7;

        @Override
        public Message newMessage() {
            return new Message(1024);
        }

        @Override
        public int window() {
            return WINDOW;
        }

        @Override
        public int serverQueue() {
            return queue;
        }

        @Override
        public void send(Message message, Duration timeout) {
            if (SessionWire.isHello(message)) {
                responses.add(welcome(message));
            } else if (SessionWire.decode(message) instanceof FromClient from) {
                kinds.add(from.kind());
                if (from.kind() == lost) {
                    lost = -1;
                    queue++;
                } else if (from.kind() == SessionWire.REQUEST) {
                    responses.add(piece(from.id(), SessionWire.DATA, CONTENT, 0, WINDOW));
                } else if (from.kind() == SessionWire.CREDIT) {
                    allowed.add(from.allowed());
                    responses.add(piece(from.id(), SessionWire.END, CONTENT, WINDOW, CONTENT.length));
                }
            }
        }

        @Override
        public boolean receive(Message message, Duration timeout) {
            if (looksInVain > 0) {
                looksInVain--;
                return false;
            }
            byte[] next = responses.poll();
            if (next == null) {
                return false;
            }
            message.put(SessionWire.RESPONSE_TYPE, next);
            return true;
        }
    }

    private byte[] fetch(int looksInVain, short lost) throws Exception {
        try (Client client = Client.greet(script, Duration.ofHours(1)).orElseThrow()) {
            script.looksInVain = looksInVain;
            script.lost = lost;
            return content(client);
        } finally {
            script.kinds.removeIf(kind -> kind == SessionWire.BYE);
        }
    }

    private static byte[] content(Client client) throws RequestException, InterruptedException, IOException {
        ByteBuffer all = ByteBuffer.allocate(CONTENT.length);
        client.fetch("any", new byte[0], all::put, PATIENT);
        return Arrays.copyOf(all.array(), all.position());
    }

    @Test
    void aRequestIsSentAgain() throws Exception {
        assertThat(fetch(0, SessionWire.REQUEST)).isEqualTo(CONTENT);
        assertThat(script.kinds).containsExactly(SessionWire.REQUEST, SessionWire.REQUEST, SessionWire.CREDIT);
    }

    @Test
    void creditIsSentAgain() throws Exception {
        assertThat(fetch(0, SessionWire.CREDIT)).isEqualTo(CONTENT);
        assertThat(script.kinds).containsExactly(SessionWire.REQUEST, SessionWire.CREDIT, SessionWire.CREDIT);
        assertThat(script.allowed).containsExactly(2L * WINDOW);
    }

    @Test
    void nothingIsSentAgainWhileTheQueueIsTheSame() throws Exception {
        assertThat(fetch(3, (short) -1)).isEqualTo(CONTENT);
        assertThat(script.kinds).containsExactly(SessionWire.REQUEST, SessionWire.CREDIT);
    }
}
