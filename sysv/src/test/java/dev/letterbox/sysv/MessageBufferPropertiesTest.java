package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What goes into a queue comes out of it, whatever it is. */
class MessageBufferPropertiesTest {
    private static Optional<OwnedQueue> queue = Optional.empty();

    @BeforeContainer
    static void makeTheQueue() {
        queue = Optional.of(OwnedQueue.createPrivate(Mode.OWNER));
    }

    @AfterContainer
    static void removeTheQueue() {
        queue.ifPresent(OwnedQueue::close);
    }

    @Property(generation = GenerationMode.EXHAUSTIVE)
    void everySizeComesBackAsSent(@ForAll @IntRange(max = 8192) int size) {
        MessageBuffer sent = Samples.message(size + 1L, size);
        MessageBuffer received = MessageBuffer.fixed(size);
        assertThat(queue.orElseThrow().trySend(sent)).isTrue();
        assertThat(queue.orElseThrow().tryReceive(received, Selector.any())).isTrue();
        assertThat(received.type()).isEqualTo(size + 1L);
        assertThat(received.size()).isEqualTo(size);
        assertThat(received.body().mismatch(sent.body())).isEqualTo(-1);
    }

    @Property
    void everyTypeComesBackAsSentAndIsSelected(@ForAll @LongRange(min = 1) long type) {
        MessageBuffer buffer = MessageBuffer.fixed(0);
        assertThat(queue.orElseThrow().trySend(buffer.type(type))).isTrue();
        assertThat(queue.orElseThrow().tryReceive(buffer, Selector.except(type)))
                .isFalse();
        if (type > 1) {
            assertThat(queue.orElseThrow().tryReceive(buffer, Selector.upTo(type - 1)))
                    .isFalse();
        }
        assertThat(queue.orElseThrow().tryReceive(buffer.type(1), Selector.exactly(type)))
                .isTrue();
        assertThat(buffer.type()).isEqualTo(type);
    }

    @Property
    void everyMessageComesBackAsAValue(@ForAll("messages") Message message) throws InterruptedException {
        queue.orElseThrow().send(message);
        assertThat(queue.orElseThrow().receive(Selector.any()))
                .isEqualTo(message)
                .hasSameHashCodeAs(message);
    }

    @Property
    void everyTruncationIsABeginning(@ForAll("messages") Message message, @ForAll @IntRange(max = 9000) int capacity)
            throws InterruptedException {
        queue.orElseThrow().send(message);
        MessageBuffer buffer = MessageBuffer.truncating(capacity);
        assertThat(queue.orElseThrow().tryReceive(buffer, Selector.any())).isTrue();
        int length = Math.min(capacity, message.body().length);
        assertThat(buffer.truncated()).isEqualTo(length < message.body().length);
        assertThat(buffer.toMessage()).isEqualTo(new Message(message.type(), Arrays.copyOf(message.body(), length)));
    }

    @Provide
    Arbitrary<Message> messages() {
        return Combinators.combine(
                        Arbitraries.longs().greaterOrEqual(1),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(8192))
                .as(Message::new);
    }
}
