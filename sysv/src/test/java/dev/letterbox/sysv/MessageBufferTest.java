package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageBufferTest {
    @Test
    void aNewBufferHoldsAnEmptyMessageOfType1() {
        for (MessageBuffer buffer :
                List.of(MessageBuffer.allocate(), MessageBuffer.truncating(10), MessageBuffer.fixed(10))) {
            assertThat(buffer.type()).isEqualTo(1);
            assertThat(buffer.size()).isZero();
            assertThat(buffer.truncated()).isFalse();
            assertThat(buffer.toByteArray()).isEmpty();
            assertThat(buffer.toMessage()).isEqualTo(new Message(1, new byte[0]));
        }
    }

    @Test
    void aGrowingBufferBeginsWithRoomForTheLongestMessageThatKernelsAllowByDefault() {
        assertThat(MessageBuffer.allocate().capacity()).isEqualTo(8192);
    }

    @Test
    void theCapacityIsTheOneAskedFor() {
        assertThat(MessageBuffer.truncating(10).capacity()).isEqualTo(10);
        assertThat(MessageBuffer.allocate(3).capacity()).isEqualTo(3);
        assertThat(MessageBuffer.fixed(0).capacity()).isZero();
    }

    @Test
    void aNegativeCapacityIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MessageBuffer.truncating(-1))
                .withMessageContaining("-1");
        assertThatIllegalArgumentException().isThrownBy(() -> MessageBuffer.fixed(-1));
    }

    @Test
    void aBufferThatIsTooShortGrowsForTheMessageAndKeepsItsGrowth() {
        byte[] body = TempFiles.bytes(8192);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer growing = MessageBuffer.allocate(0);
            queue.trySend(MessageBuffer.fixed(8192).put(6, body));
            assertThat(queue.tryReceive(growing, Selector.any())).isTrue();
            assertThat(growing.toByteArray()).isEqualTo(body);
            int capacity = growing.capacity();
            assertThat(capacity).isBetween(8192, 2 * 8192);
            queue.trySend(MessageBuffer.fixed(1).put(6, new byte[1]));
            assertThat(queue.tryReceive(growing, Selector.any())).isTrue();
            assertThat(growing.capacity()).isEqualTo(capacity);
            assertThat(growing.put(1, TempFiles.bytes(100_000)).size()).isEqualTo(100_000);
            assertThat(growing.toByteArray()).isEqualTo(TempFiles.bytes(100_000));

            queue.trySend(MessageBuffer.fixed(8192).put(6, body));
            assertThat(queue.tryReceive(growing, Selector.any())).isTrue();
            assertThat(growing.toMessage()).isEqualTo(new Message(6, body));
            assertThat(growing.truncated()).isFalse();
        }
    }

    @Test
    void aTruncatingBufferTakesTheBeginningAndSaysSo() {
        byte[] body = TempFiles.bytes(100);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            for (int capacity : new int[] {0, 1, 99, 100, 101}) {
                MessageBuffer buffer = MessageBuffer.truncating(capacity);
                queue.trySend(MessageBuffer.fixed(100).put(6, body));
                assertThat(queue.peek(buffer, 0)).isTrue();
                assertThat(buffer.truncated()).as("peeked into %d", capacity).isEqualTo(capacity < 100);
                assertThat(queue.tryReceive(buffer, Selector.any())).isTrue();

                assertThat(buffer.truncated()).as("received into %d", capacity).isEqualTo(capacity < 100);
                assertThat(buffer.size()).isEqualTo(Math.min(capacity, 100));
                assertThat(buffer.type()).isEqualTo(6);
                assertThat(buffer.toByteArray()).isEqualTo(Arrays.copyOf(body, Math.min(capacity, 100)));
            }
        }
    }

    @Test
    void truncationIsForgottenWithTheNextMessage() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.truncating(10);
            queue.trySend(Samples.message(1, 11));
            queue.trySend(Samples.message(1, 10));
            queue.tryReceive(buffer, Selector.any());
            assertThat(buffer.truncated()).isTrue();
            queue.tryReceive(buffer, Selector.any());
            assertThat(buffer.truncated()).isFalse();

            queue.trySend(Samples.message(1, 11));
            queue.tryReceive(buffer, Selector.any());
            assertThat(buffer.put(1, new byte[1]).truncated()).isFalse();
        }
    }

    @Test
    void aFixedBufferLeavesTheMessageAndItsOwnContentAndTellsBothSizes() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.trySend(Samples.message(1, 11));
            MessageBuffer fixed = MessageBuffer.fixed(10).put(7, new byte[] {1, 2, 3});

            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.tryReceive(fixed, Selector.any()))
                    .withMessageContainingAll("11 bytes", "the buffer 10");
            assertThatExceptionOfType(MessageTooLargeException.class).isThrownBy(() -> queue.peek(fixed, 0));
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.receive(fixed, Selector.any()));

            assertThat(fixed.toMessage()).isEqualTo(new Message(7, new byte[] {1, 2, 3}));
            assertThat(queue.status().messages()).isEqualTo(1);
            assertThat(queue.tryReceive(MessageBuffer.fixed(11), Selector.any()))
                    .isTrue();
        }
    }

    @Test
    void aFixedBufferAsleepRefusesTheLongMessageThatComes() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<?> receiver = Background.start("receiver", () -> {
                    queue.receive(MessageBuffer.fixed(10), Selector.any());
                    return null;
                })) {
            receiver.awaitAsleepIn(Syscall.MSGRCV);
            queue.trySend(Samples.message(1, 11));
            assertThat(receiver.failure()).isInstanceOf(MessageTooLargeException.class);
            assertThat(queue.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void aSizeThatDoesNotFitIsRefused() {
        MessageBuffer buffer = MessageBuffer.fixed(10);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buffer.size(11))
                .withMessage("A body of 11 bytes does not fit a buffer of 10.");
        assertThatIllegalArgumentException().isThrownBy(() -> buffer.size(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> buffer.put(1, new byte[11]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MessageBuffer.truncating(10).put(1, new byte[11]));
        assertThat(buffer.size()).isZero();
        assertThat(buffer.size(10).size()).isEqualTo(10);
    }

    @Test
    void theMemoryIsTheBodyOfWhatIsSentAndReceived() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.fixed(16);
            MemorySegment memory = buffer.memory();
            assertThat(memory.byteSize()).isEqualTo(16);
            memory.set(ValueLayout.JAVA_LONG, 0, 0x1122334455667788L);
            queue.trySend(buffer.type(3).size(8));
            memory.fill((byte) 0);

            queue.tryReceive(buffer, Selector.any());
            assertThat(buffer.memory()).isSameAs(memory);
            assertThat(buffer.body().byteSize()).isEqualTo(8);
            assertThat(buffer.body().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0x1122334455667788L);
        }
    }

    @Test
    void theMemoryIsAlignedForALong() {
        for (int capacity = 0; capacity < 20; capacity++) {
            assertThat(MessageBuffer.fixed(capacity).memory().address() % Long.BYTES)
                    .isZero();
        }
    }

    @Test
    void theBytesAreTheBodyInTheOrderOfTheMachine() {
        MessageBuffer buffer = MessageBuffer.fixed(16).put(1, new byte[] {1, 0, 0, 0, 9});
        ByteBuffer bytes = buffer.bytes();
        assertThat(bytes.order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(bytes.position()).isZero();
        assertThat(bytes.limit()).isEqualTo(5);
        assertThat(bytes.capacity()).isEqualTo(16);
        bytes.get();

        assertThat(buffer.bytes()).isSameAs(bytes);
        assertThat(bytes.position()).as("from the beginning again").isZero();
        bytes.clear().putInt(12, 77);
        assertThat(buffer.memory().get(ValueLayout.JAVA_INT, 12)).isEqualTo(77);
    }

    @Test
    void putCopiesFromArraysBuffersAndSegmentsAndLeavesThemAlone() {
        byte[] body = {1, 2, 3};
        ByteBuffer around =
                ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 0}).position(1).limit(4);
        ByteBuffer direct = ByteBuffer.allocateDirect(3).put(body).flip();
        MessageBuffer buffer = MessageBuffer.fixed(3);

        assertThat(buffer.put(5, body).toMessage()).isEqualTo(new Message(5, body));
        assertThat(buffer.size(0).put(6, around).toMessage()).isEqualTo(new Message(6, body));
        assertThat(buffer.size(0).put(6, around.asReadOnlyBuffer()).toByteArray())
                .isEqualTo(body);
        assertThat(buffer.size(0).put(7, direct).toMessage()).isEqualTo(new Message(7, body));
        assertThat(buffer.size(0).put(8, MemorySegment.ofArray(body)).toMessage())
                .isEqualTo(new Message(8, body));
        assertThat(around.position()).isEqualTo(1);
        assertThat(around.limit()).isEqualTo(4);
        body[0] = 9;
        assertThat(buffer.toByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void putOfTheBuffersOwnMemoryMovesIt() {
        MessageBuffer buffer = MessageBuffer.fixed(5).put(1, new byte[] {1, 2, 3, 4, 5});
        buffer.put(2, buffer.memory().asSlice(2, 3));
        assertThat(buffer.toMessage()).isEqualTo(new Message(2, new byte[] {3, 4, 5}));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aTypeBelow1IsRefusedAndChangesNothing(long type) {
        MessageBuffer buffer = MessageBuffer.fixed(3).put(5, new byte[] {1});
        assertThatIllegalArgumentException().isThrownBy(() -> buffer.type(type));
        assertThatIllegalArgumentException().isThrownBy(() -> buffer.put(type, new byte[2]));
        assertThat(buffer.toMessage()).isEqualTo(new Message(5, new byte[] {1}));
    }

    @Test
    void aSecondThreadIsToldWhoUsesTheBufferAndMayHaveItAfterwards() {
        MessageBuffer buffer = MessageBuffer.allocate();
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<?> receiver = Background.start("the first", () -> {
                    queue.receive(buffer, Selector.any());
                    return null;
                })) {
            receiver.awaitAsleepIn(Syscall.MSGRCV);
            List<ThrowingCallable> uses = List.of(
                    buffer::type,
                    () -> buffer.type(1),
                    buffer::size,
                    () -> buffer.size(1),
                    buffer::truncated,
                    buffer::memory,
                    buffer::body,
                    buffer::bytes,
                    buffer::toByteArray,
                    buffer::toMessage,
                    () -> buffer.put(1, new byte[1]),
                    () -> queue.trySend(buffer),
                    () -> queue.offer(buffer),
                    () -> queue.send(buffer),
                    () -> queue.tryReceive(buffer, Selector.any()),
                    () -> queue.receive(buffer, Selector.any()),
                    () -> queue.peek(buffer, 0));
            assertThat(uses)
                    .allSatisfy(use -> assertThatIllegalStateException()
                            .isThrownBy(use)
                            .withMessageContainingAll("in use by thread 'the first'", "a buffer of its own"));

            Samples.queue(queue, 4);
            receiver.result();
            assertThat(buffer.toMessage()).isEqualTo(new Message(4, new byte[] {4}));
        }
    }

    @Test
    void aBufferIsFreeAgainAfterEveryFailure() {
        MessageBuffer buffer = MessageBuffer.fixed(1);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.trySend(Samples.message(1, 2));
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.tryReceive(buffer, Selector.any()));
            queue.remove();
            assertThatExceptionOfType(QueueRemovedException.class).isThrownBy(() -> queue.trySend(buffer));
            assertThatExceptionOfType(QueueRemovedException.class).isThrownBy(() -> queue.send(buffer));
        }
        try (Background<?> other = Background.start("other", () -> buffer.put(1, new byte[1]))) {
            other.result();
        }
    }

    @Test
    void twoThreadsThatHandABufferToAndFroNeverSeeAMixture() {
        // The buffer is handed on through the queue itself: who has received the token has the buffer.
        MessageBuffer buffer = MessageBuffer.allocate();
        int turns = 2_000;
        try (OwnedQueue toOther = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue back = OwnedQueue.createPrivate(Mode.OWNER);
                Background<?> other = Background.start("other", () -> {
                    for (int turn = 0; turn < turns; turn++) {
                        toOther.receive(Selector.any());
                        buffer.put(buffer.type() + 1, new byte[] {(byte) buffer.type()});
                        back.send(new Message(1, new byte[0]));
                    }
                    return null;
                });
                Background<?> one = Background.start("one", () -> {
                    for (int turn = 0; turn < turns; turn++) {
                        toOther.send(new Message(1, new byte[0]));
                        back.receive(Selector.any());
                    }
                    return null;
                })) {
            one.result();
            other.result();
        }
        assertThat(buffer.type()).isEqualTo(1 + turns);
    }

    @Test
    void itTellsTypeAndLength() {
        assertThat(MessageBuffer.fixed(4096).put(2, new byte[4096]))
                .hasToString("buffer with a message of type 2, 4096 bytes");
    }
}
