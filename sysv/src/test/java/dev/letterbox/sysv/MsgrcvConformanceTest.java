package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What msgrcv(2) does on this kernel, and what the library makes of it. */
final class MsgrcvConformanceTest {
    private static final Linux LINUX = Linux.host();
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void aReceiveShowsInTheStateWithReceiverAndTimeAndEmptiesIt() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThat(queue.trySend(Samples.message(1, 1024))).isTrue();
            Instant before = Instant.now();
            assertThat(queue.tryReceive(MessageBuffer.allocate(), Selector.any()))
                    .isTrue();
            QueueStatus status = queue.status();

            assertThat(status.bytes()).isZero();
            assertThat(status.messages()).isZero();
            assertThat(status.lastReceiver())
                    .isEqualTo((int) ProcessHandle.current().pid());
            // The kernel's clock for this has whole seconds, and lags behind by a tick.
            assertThat(status.received().orElseThrow()).isBetween(before.minusSeconds(2), Instant.now());
        }
    }

    @Test
    void aReceiveWithABufferOneByteShortLeavesTheMessage() {
        byte[] body = TempFiles.bytes(100);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Arena arena = Arena.ofConfined()) {
            queue.trySend(MessageBuffer.fixed(100).put(5, body));

            assertThat(LINUX.msgrcv(queue.id(), Samples.raw(arena, 0, 99), 99, 0, Linux.IPC_NOWAIT))
                    .isEqualTo(Errno.E2BIG.asResult());
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.tryReceive(MessageBuffer.fixed(99), Selector.any()))
                    .satisfies(failure -> assertThat(failure.errno()).contains("E2BIG"));
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.tryReceive(MessageBuffer.fixed(99), Selector.exactly(5)));
            assertThat(queue.status().messages()).isEqualTo(1);

            MessageBuffer enough = MessageBuffer.fixed(100);
            assertThat(queue.tryReceive(enough, Selector.any())).isTrue();
            assertThat(enough.toMessage()).isEqualTo(new Message(5, body));
        }
    }

    @Test
    void aReceiveThatMayTruncateTakesTheBeginningAndTheRestIsGone() {
        byte[] body = TempFiles.bytes(100);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Arena arena = Arena.ofConfined()) {
            queue.trySend(MessageBuffer.fixed(100).put(5, body));
            queue.trySend(MessageBuffer.fixed(100).put(5, body));

            MessageBuffer shorter = MessageBuffer.truncating(99);
            assertThat(queue.tryReceive(shorter, Selector.any())).isTrue();
            assertThat(shorter.toMessage()).isEqualTo(new Message(5, Arrays.copyOf(body, 99)));
            assertThat(shorter.truncated()).isTrue();

            MemorySegment raw = Samples.raw(arena, 0, 99);
            assertThat(LINUX.msgrcv(queue.id(), raw, 99, 0, Linux.IPC_NOWAIT | Linux.MSG_NOERROR))
                    .isEqualTo(99);
            assertThat(raw.asSlice(Long.BYTES).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Arrays.copyOf(body, 99));
            assertThat(queue.status().messages()).isZero();
        }
    }

    @Test
    void aReceiveWithoutReadPermissionIsDenied() {
        try (OwnedQueue writableOnly = OwnedQueue.createPrivate(Mode.of(0_602))) {
            Samples.queue(writableOnly, 1);
            Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(Receives.class)
                    .readableByAll()
                    .command(String.valueOf(writableOnly.id()))
                    .asUser(Privileges.NOBODY)
                    .run());

            assertThat(outcomes.get("not waiting")).startsWith("QueueAccessException EACCES ");
            assertThat(outcomes.get("waiting")).startsWith("QueueAccessException EACCES ");
            assertThat(outcomes.get("peeking")).startsWith("QueueAccessException EACCES ");
            assertThat(writableOnly.status().messages()).isEqualTo(1);
        }
    }

    static final class Receives {
        public static void main(String[] id) {
            MessageQueue queue = MessageQueue.ofId(Integer.parseInt(id[0]));
            MessageBuffer buffer = MessageBuffer.allocate();
            Attempt.print("not waiting", () -> queue.tryReceive(buffer, Selector.any()));
            Attempt.print("waiting", () -> queue.receive(buffer, Selector.any()));
            Attempt.print("peeking", () -> queue.peek(buffer, 0));
        }
    }

    @Test
    void aReceiveFromAnIdThatIsNobodysFindsNoSuchQueue() {
        int gone = Samples.goneId();
        try (MessageQueue queue = MessageQueue.ofId(gone);
                Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(NoSuchQueueException.class)
                    .isThrownBy(() -> queue.tryReceive(MessageBuffer.allocate(), Selector.any()))
                    .satisfies(failure -> assertThat(failure.errno()).contains("EINVAL"));
            assertThat(receive(arena, gone, 0, Linux.IPC_NOWAIT)).isEqualTo(Errno.EINVAL.asResult());
            assertThat(receive(arena, -1, 0, Linux.IPC_NOWAIT)).isEqualTo(Errno.EINVAL.asResult());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aSelectorOfATypeBelow1IsRefusedBeforeTheKernelIsAsked(long type) {
        assertThatIllegalArgumentException().isThrownBy(() -> Selector.exactly(type));
        assertThatIllegalArgumentException().isThrownBy(() -> Selector.upTo(type));
        assertThatIllegalArgumentException().isThrownBy(() -> Selector.except(type));
    }

    @Test
    void nothingOfTheTypeWantedIsNoMessage() {
        try (OwnedQueue queue = queueOf(1, 2)) {
            assertThat(queue.tryReceive(MessageBuffer.allocate(), Selector.exactly(3)))
                    .isFalse();
            assertThatTheKernelHasNoMessage(queue, 3, 0);
        }
    }

    @Test
    void onlyHigherTypesThanWantedIsNoMessage() {
        try (OwnedQueue queue = queueOf(2)) {
            assertThat(queue.tryReceive(MessageBuffer.allocate(), Selector.upTo(1)))
                    .isFalse();
            assertThatTheKernelHasNoMessage(queue, -1, 0);
        }
    }

    @Test
    void onlyTheTypeExceptedIsNoMessage() {
        try (OwnedQueue queue = queueOf(2)) {
            assertThat(queue.tryReceive(MessageBuffer.allocate(), Selector.except(2)))
                    .isFalse();
            assertThatTheKernelHasNoMessage(queue, 2, Linux.MSG_EXCEPT);
        }
    }

    @Test
    void exceptIsIgnoredForNegativeTypes() {
        try (OwnedQueue queue = queueOf(2)) {
            assertThatTheKernelHasNoMessage(queue, -1, Linux.MSG_EXCEPT);
        }
    }

    private static void assertThatTheKernelHasNoMessage(OwnedQueue queue, long type, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long before = queue.status().messages();
            assertThat(receive(arena, queue.id(), type, flags | Linux.IPC_NOWAIT))
                    .isEqualTo(Errno.ENOMSG.asResult());
            assertThat(queue.status().messages()).isEqualTo(before);
        }
    }

    @Test
    void aCopyWithoutNowaitIsRefused() {
        try (OwnedQueue queue = queueOf(1, 2);
                Arena arena = Arena.ofConfined()) {
            assertThat(receive(arena, queue.id(), 0, Linux.MSG_COPY)).isEqualTo(Errno.EINVAL.asResult());
            assertThat(queue.status().messages()).isEqualTo(2);
        }
    }

    @Test
    void aCopyWithExceptIsRefused() {
        try (OwnedQueue queue = queueOf(1, 2);
                Arena arena = Arena.ofConfined()) {
            assertThat(receive(arena, queue.id(), 0, Linux.MSG_COPY | Linux.IPC_NOWAIT | Linux.MSG_EXCEPT))
                    .isEqualTo(Errno.EINVAL.asResult());
            assertThat(queue.status().messages()).isEqualTo(2);
        }
    }

    @Test
    void aCopyPastTheEndIsNoMessage() {
        try (OwnedQueue queue = queueOf(1, 2);
                Arena arena = Arena.ofConfined()) {
            assertThat(receive(arena, queue.id(), 2, Linux.MSG_COPY | Linux.IPC_NOWAIT))
                    .isEqualTo(Errno.ENOMSG.asResult());
            assertThat(queue.peek(MessageBuffer.allocate(), 2)).isFalse();
            assertThat(queue.peek(MessageBuffer.allocate(), Long.MAX_VALUE)).isFalse();
        }
    }

    @Test
    void aCopyIntoAShortBufferWithNoerrorIsRefusedSoThatPeekingTruncatesByItself() {
        byte[] body = TempFiles.bytes(100);
        int copy = Linux.MSG_COPY | Linux.IPC_NOWAIT;
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Arena arena = Arena.ofConfined()) {
            queue.trySend(MessageBuffer.fixed(100).put(5, body));

            assertThat(LINUX.msgrcv(queue.id(), Samples.raw(arena, 0, 99), 99, 0, copy | Linux.MSG_NOERROR))
                    .isEqualTo(Errno.EINVAL.asResult());
            assertThat(LINUX.msgrcv(queue.id(), Samples.raw(arena, 0, 99), 99, 0, copy))
                    .isEqualTo(Errno.E2BIG.asResult());

            MessageBuffer shorter = MessageBuffer.truncating(99);
            assertThat(queue.peek(shorter, 0)).isTrue();
            assertThat(shorter.toMessage()).isEqualTo(new Message(5, Arrays.copyOf(body, 99)));
            assertThat(shorter.truncated()).isTrue();
            assertThat(queue.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void aCopyOf0AndThenOf1IsTheFirstAndTheSecondAndBothStay() {
        try (OwnedQueue queue = queueOf(8, 9)) {
            MessageBuffer copy = MessageBuffer.allocate();
            assertThat(queue.peek(copy, 0)).isTrue();
            assertThat(copy.toMessage()).isEqualTo(new Message(8, new byte[] {8}));
            assertThat(queue.peek(copy, 1)).isTrue();
            assertThat(copy.toMessage()).isEqualTo(new Message(9, new byte[] {9}));

            assertThat(queue.status().messages()).isEqualTo(2);
            assertThat(queue.status().received()).as("a copy is no receive").isEmpty();
        }
    }

    @Test
    void aCopyOfANegativePlaceIsRefusedBeforeTheKernelIsAsked() {
        try (OwnedQueue queue = queueOf(1)) {
            assertThatIllegalArgumentException().isThrownBy(() -> queue.peek(MessageBuffer.allocate(), -1));
        }
    }

    @Test
    void except2Takes1Where1And2AreQueued() {
        try (OwnedQueue queue = queueOf(2, 1)) {
            assertThat(nextType(queue, Selector.except(2))).isEqualTo(1);
        }
    }

    @Test
    void type0TakesTheFirst() {
        try (OwnedQueue queue = queueOf(3, 2, 1)) {
            assertThat(nextType(queue, Selector.any())).isEqualTo(3);
        }
    }

    @Test
    void type2TakesTheFirstOfType2() {
        try (OwnedQueue queue = queueOf(3, 2, 1, 2)) {
            assertThat(nextType(queue, Selector.exactly(2))).isEqualTo(2);
            assertThat(nextType(queue, Selector.exactly(2))).isEqualTo(2);
            assertThat(queue.tryReceive(MessageBuffer.allocate(), Selector.exactly(2)))
                    .isFalse();
        }
    }

    @Test
    void typeMinus2TakesTheLowest() {
        try (OwnedQueue queue = queueOf(2, 3, 1)) {
            assertThat(nextType(queue, Selector.upTo(2))).isEqualTo(1);
            assertThat(nextType(queue, Selector.upTo(2))).isEqualTo(2);
            assertThat(queue.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void typeMinus2Takes1Where4And3And2And1AreQueued() {
        try (OwnedQueue queue = queueOf(4, 3, 2, 1)) {
            assertThat(nextType(queue, Selector.upTo(2))).isEqualTo(1);
        }
    }

    @Test
    void theHighestTypeIsAsGoodAsAnyOther() {
        long highest = Long.MAX_VALUE;
        try (OwnedQueue queue = queueOf(highest, 1)) {
            assertThat(nextType(queue, Selector.except(1))).isEqualTo(highest);
            Samples.queue(queue, highest);
            assertThat(nextType(queue, Selector.exactly(highest))).isEqualTo(highest);
            assertThat(nextType(queue, Selector.upTo(highest))).isEqualTo(1);
        }
    }

    @Test
    void aReceiveAsleepEndsByAnInterrupt() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<?> receiver = receive(queue)) {
            receiver.awaitAsleepIn(Syscall.MSGRCV).interrupt();

            assertThat(receiver.failure()).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void aReceiveAsleepThatASignalBreaksOffForNothingSleepsOn() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<?> receiver = receive(queue)) {
            for (int stray = 0; stray < 100; stray++) {
                receiver.awaitAsleepIn(Syscall.MSGRCV);
                Strays.hit(receiver.tid());
            }
            receiver.awaitAsleepIn(Syscall.MSGRCV);
            assertThat(receiver.isDone()).isFalse();

            Samples.queue(queue, 6);
            assertThat(receiver.result()).isEqualTo(new Message(6, new byte[] {6}));
        }
    }

    @Test
    void aReceiveAsleepInAQueueThatIsRemovedIsToldSo() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<?> receiver = receive(queue)) {
            receiver.awaitAsleepIn(Syscall.MSGRCV);
            queue.remove();

            assertThat(receiver.failure())
                    .isInstanceOfSatisfying(
                            QueueRemovedException.class,
                            failure -> assertThat(failure.errno()).contains("EIDRM"));
        }
    }

    @Test
    void aReceiveAsleepTakesTheMessageThatComes() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<Message> receiver = receive(queue)) {
            receiver.awaitAsleepIn(Syscall.MSGRCV);
            Samples.queue(queue, 6);

            assertThat(receiver.result()).isEqualTo(new Message(6, new byte[] {6}));
        }
    }

    @Test
    void aReceiveAsleepForOneTypeSleepsOnWhenAnotherComes() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<Message> receiver = Background.start("receiver", () -> queue.receive(Selector.exactly(7)))) {
            receiver.awaitAsleepIn(Syscall.MSGRCV);
            Samples.queue(queue, 6);
            receiver.awaitAsleepIn(Syscall.MSGRCV);
            Samples.queue(queue, 7);

            assertThat(receiver.result().type()).isEqualTo(7);
            assertThat(queue.status().messages()).isEqualTo(1);
        }
    }

    private static Background<Message> receive(MessageQueue queue) {
        return Background.start(
                "receiver", () -> queue.receive(Selector.any(), LONG).orElseThrow());
    }

    private static long receive(Arena arena, int id, long type, int flags) {
        return LINUX.msgrcv(id, Samples.raw(arena, 0, 10), 10, type, flags);
    }

    private static OwnedQueue queueOf(long... types) {
        OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
        Samples.queue(queue, types);
        return queue;
    }

    private static long nextType(MessageQueue queue, Selector selector) {
        MessageBuffer buffer = MessageBuffer.allocate();
        assertThat(queue.tryReceive(buffer, selector))
                .as("a message, %s", selector)
                .isTrue();
        assertThat(buffer.toByteArray()).containsExactly((byte) buffer.type());
        return buffer.type();
    }
}
