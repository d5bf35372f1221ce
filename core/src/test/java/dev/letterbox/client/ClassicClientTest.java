package dev.letterbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.ServerStub;
import dev.letterbox.engine.Message;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.ResponseMalformedException;
import dev.letterbox.testkit.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What a classic client makes of messages that are longer than those of any dialect, where msgmax is raised. */
final class ClassicClientTest {
    private static final int LONGEST = 10;
    private static final long DATA = 2;
    private static final long END = 3;

    /** A message as an engine receives it, of any length. */
    private static final class Room extends Message {
        private Room() {
            super(LONGEST);
        }

        private void receive(Sent sent) {
            type(sent.type());
            received(sent.length());
        }
    }

    private record Sent(long type, int length) {}

    /** A server that has answered already. */
    private static final class Answered extends ServerStub {
        private final Queue<Sent> messages;

        Answered(Sent... messages) {
            this.messages = new ArrayDeque<>(List.of(messages));
        }

        @Override
        public Message newMessage() {
            return new Room();
        }

        @Override
        public void send(Message message, Duration timeout) {}

        @Override
        public boolean receive(Message message, Duration timeout) {
            Sent next = messages.poll();
            if (next != null) {
                ((Room) message).receive(next);
            }
            return next != null;
        }
    }

    private static long fetch(Sent... messages) throws RequestException, IOException, InterruptedException {
        return new ClassicClient(new Answered(messages))
                .fetch(new PlainDialect(), new byte[0], _ -> {}, Deadline.PATIENCE);
    }

    @Test
    void theLongestMessageIsTaken() throws Exception {
        assertThat(fetch(new Sent(DATA, LONGEST), new Sent(DATA, 1), new Sent(END, 0)))
                .isEqualTo(LONGEST + 1);
    }

    @Test
    void contentThatWasCutIsNeverTakenForWhole() {
        assertThatExceptionOfType(ResponseMalformedException.class)
                .isThrownBy(() -> fetch(new Sent(DATA, 1), new Sent(DATA, LONGEST + 1), new Sent(END, 0)))
                .withMessage("The server sent a message of more than 10 bytes, and no classic dialect has one, after 1"
                        + " bytes of content.");
    }
}
