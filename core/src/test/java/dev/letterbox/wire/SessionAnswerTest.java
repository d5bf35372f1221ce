package dev.letterbox.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.FailureKind;
import dev.letterbox.engine.Message;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client's queue can hold, in a session. */
final class SessionAnswerTest {
    private final Message message = new Message(8192);

    /** As where {@code kernel.msgmnb} is low. A message that never fits leaves its client to wait in vain. */
    @ParameterizedTest
    @ValueSource(ints = {512, 1_024, 2_048, 4_096, 16_384, Integer.MAX_VALUE})
    void everyMessageFitsTheRoomInTheClientsQueue(int most) {
        SessionAnswer answer = new SessionAnswer(1, most, 8192);

        answer.failure(message, FailureKind.REFUSED, "no ".repeat(10_000));
        assertThat(message.size()).isGreaterThan(SessionWire.RESPONSE_HEADER).isLessThanOrEqualTo(most);

        answer.data(message, answer.chunkBytes());
        assertThat(message.size()).isLessThanOrEqualTo(most);
    }
}
