package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.RandomCases;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What goes into a queue comes out of it, whatever it is. */
class MessageBufferPropertiesTest {
    private static final OwnedQueue QUEUE = OwnedQueue.createPrivate(Mode.OWNER);

    @AfterAll
    static void removeTheQueue() {
        QUEUE.close();
    }

    @Test
    void everySizeComesBackAsSent() {
        for (int size = 0; size <= 8192; size++) {
            MessageBuffer sent = Samples.message(size + 1L, size);
            MessageBuffer received = MessageBuffer.fixed(size);
            assertThat(QUEUE.trySend(sent)).isTrue();
            assertThat(QUEUE.tryReceive(received, Selector.any())).isTrue();
            assertThat(received.type()).isEqualTo(size + 1L);
            assertThat(received.size()).isEqualTo(size);
            assertThat(received.body().mismatch(sent.body())).isEqualTo(-1);
        }
    }

    @Test
    void everyTypeComesBackAsSentAndIsSelected() {
        RandomCases.check(1_000, random -> {
            long type = RandomCases.number(random, 1, Long.MAX_VALUE);
            MessageBuffer buffer = MessageBuffer.fixed(0);
            assertThat(QUEUE.trySend(buffer.type(type))).isTrue();
            assertThat(QUEUE.tryReceive(buffer, Selector.except(type))).isFalse();
            if (type > 1) {
                assertThat(QUEUE.tryReceive(buffer, Selector.upTo(type - 1))).isFalse();
            }
            assertThat(QUEUE.tryReceive(buffer.type(1), Selector.exactly(type))).isTrue();
            assertThat(buffer.type()).isEqualTo(type);
        });
    }

    @Test
    void everyMessageComesBackAsAValue() {
        RandomCases.check(1_000, random -> {
            Message message = message(random);
            QUEUE.send(message);
            assertThat(QUEUE.receive(Selector.any())).isEqualTo(message).hasSameHashCodeAs(message);
        });
    }

    @Test
    void everyTruncationIsABeginning() {
        RandomCases.check(1_000, random -> {
            Message message = message(random);
            int capacity = RandomCases.integer(random, 0, 9_000);
            QUEUE.send(message);
            MessageBuffer buffer = MessageBuffer.truncating(capacity);
            assertThat(QUEUE.tryReceive(buffer, Selector.any())).isTrue();
            int length = Math.min(capacity, message.body().length);
            assertThat(buffer.truncated()).isEqualTo(length < message.body().length);
            assertThat(buffer.toMessage())
                    .isEqualTo(new Message(message.type(), Arrays.copyOf(message.body(), length)));
        });
    }

    private static Message message(RandomGenerator random) {
        return new Message(RandomCases.number(random, 1, Long.MAX_VALUE), RandomCases.bytes(random, 8_192));
    }
}
