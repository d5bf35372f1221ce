package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueFullException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What msgsnd(2) does on this kernel, and what the library makes of it. */
final class MsgsndConformanceTest {
    private static final Linux LINUX = Linux.host();
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void aSendOf1024BytesShowsInTheStateWithSenderAndTime() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            Instant before = Instant.now();
            assertThat(queue.trySend(Samples.message(1, 1024))).isTrue();
            QueueStatus status = queue.status();

            assertThat(status.bytes()).isEqualTo(1024);
            assertThat(status.messages()).isEqualTo(1);
            assertThat(status.lastSender())
                    .isEqualTo((int) ProcessHandle.current().pid());
            // The kernel's clock for this has whole seconds, and lags behind by a tick.
            assertThat(status.sent().orElseThrow()).isBetween(before.minusSeconds(2), Instant.now());
            assertThat(status.received()).isEmpty();
        }
    }

    @Test
    void aSendWithoutWritePermissionIsDenied() {
        try (OwnedQueue readableOnly = OwnedQueue.createPrivate(Mode.of(0_604))) {
            Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(Sends.class)
                    .readableByAll()
                    .command(String.valueOf(readableOnly.id()))
                    .asUser(Privileges.NOBODY)
                    .run());

            assertThat(outcomes.get("not waiting")).startsWith("QueueAccessException EACCES ");
            assertThat(outcomes.get("waiting")).startsWith("QueueAccessException EACCES ");
            assertThat(readableOnly.status().messages()).isZero();
        }
    }

    static final class Sends {
        public static void main(String[] id) {
            MessageQueue queue = MessageQueue.ofId(Integer.parseInt(id[0]));
            Attempt.print("not waiting", () -> queue.trySend(Samples.message(1, 1)));
            Attempt.print("waiting", () -> queue.send(Samples.message(1, 1)));
        }
    }

    @Test
    void aSendToAnIdThatIsNobodysFindsNoSuchQueue() {
        int gone = Samples.goneId();
        try (MessageQueue queue = MessageQueue.ofId(gone);
                Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(NoSuchQueueException.class)
                    .isThrownBy(() -> queue.trySend(Samples.message(1, 1)))
                    .satisfies(failure -> assertThat(failure.errno()).contains("EINVAL"));
            assertThat(LINUX.msgsnd(gone, Samples.raw(arena, 1, 1), 1, Linux.IPC_NOWAIT))
                    .isEqualTo(Errno.EINVAL.asResult());
        }
    }

    @Test
    void aNegativeIdIsRefusedBeforeTheKernelIsAsked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MessageQueue.ofId(-1))
                .withMessageContaining("-1");
        try (Arena arena = Arena.ofConfined()) {
            assertThat(LINUX.msgsnd(-1, Samples.raw(arena, 1, 1), 1, Linux.IPC_NOWAIT))
                    .isEqualTo(Errno.EINVAL.asResult());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aTypeBelow1IsRefusedBeforeTheKernelIsAskedWhichSaysEinval(long type) {
        String told = "A message's type must be 1 or more, not " + type + ".";
        MessageBuffer buffer = MessageBuffer.fixed(1);
        assertThatIllegalArgumentException().isThrownBy(() -> buffer.type(type)).withMessage(told);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buffer.put(type, new byte[1]))
                .withMessage(told);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Message(type, new byte[1]))
                .withMessage(told);

        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Arena arena = Arena.ofConfined()) {
            assertThat(LINUX.msgsnd(queue.id(), Samples.raw(arena, type, 1), 1, Linux.IPC_NOWAIT))
                    .isEqualTo(Errno.EINVAL.asResult());
            assertThat(queue.status().messages()).isZero();
        }
    }

    @Test
    void aBodyLongerThanMsgmaxIsToldApartAsTooLarge() {
        int limit = MessageQueues.limits().maxMessageBytes();
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Arena arena = Arena.ofConfined()) {
            assertThat(LINUX.msgsnd(queue.id(), Samples.raw(arena, 1, limit + 1), limit + 1, Linux.IPC_NOWAIT))
                    .isEqualTo(Errno.EINVAL.asResult());
            MessageBuffer tooLarge = Samples.message(1, limit + 1);
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.trySend(tooLarge))
                    .withMessageContainingAll(String.valueOf(limit + 1), "msgmax, which is " + limit)
                    .satisfies(failure -> assertThat(failure.errno()).contains("EINVAL"));
            assertThatExceptionOfType(MessageTooLargeException.class).isThrownBy(() -> queue.send(tooLarge));
            assertThat(queue.trySend(Samples.message(1, limit)))
                    .as("as long as it may be")
                    .isTrue();
        }
    }

    @Test
    void aFullQueueTakesNothingWithoutWaiting() {
        try (OwnedQueue full = Samples.fullQueue();
                Arena arena = Arena.ofConfined()) {
            assertThat(LINUX.msgsnd(full.id(), Samples.raw(arena, 1, 1), 1, Linux.IPC_NOWAIT))
                    .isEqualTo(Errno.EAGAIN.asResult());
            assertThat(full.trySend(Samples.message(1, 1))).isFalse();
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void aQueueThatStaysFullSaysSoWhenTheTimeIsUp() throws InterruptedException {
        try (OwnedQueue full = Samples.fullQueue()) {
            assertThat(full.trySend(Samples.message(1, 1), Duration.ofMillis(1)))
                    .isFalse();
            assertThatExceptionOfType(QueueFullException.class)
                    .isThrownBy(() -> full.send(Samples.message(1, 1), Duration.ofMillis(1)))
                    .satisfies(failure -> assertThat(failure.errno()).contains("EAGAIN"));
        }
    }

    @Test
    void anEmptyMessageFitsAQueueThatIsFullByBytes() {
        try (OwnedQueue full = Samples.fullQueue()) {
            assertThat(full.trySend(Samples.message(1, 0))).isTrue();
        }
    }

    @Test
    void aQueueIsFullByCountTooSoThatEmptyMessagesEnd() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setCapacity(64);
            assertThat(Samples.fill(queue, 0)).isEqualTo(64);
        }
    }

    @Test
    void aSendAsleepInAFullQueueEndsByAnInterruptAndSendsNothing() {
        try (OwnedQueue full = Samples.fullQueue();
                Background<?> sender = send(full)) {
            sender.awaitAsleepIn(Syscall.MSGSND).interrupt();

            assertThat(sender.failure()).isInstanceOf(InterruptedException.class);
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void aSendAsleepThatASignalBreaksOffForNothingSleepsOnAndSendsOnce() throws InterruptedException {
        try (OwnedQueue full = Samples.fullQueue();
                Background<?> sender = send(full)) {
            for (int stray = 0; stray < 100; stray++) {
                sender.awaitAsleepIn(Syscall.MSGSND);
                Strays.hit(sender.tid());
            }
            sender.awaitAsleepIn(Syscall.MSGSND);
            assertThat(sender.isDone()).isFalse();

            assertThat(full.receive(Selector.any()).body()).hasSize(64);
            sender.result();
            assertThat(full.receive(Selector.any()).type()).isEqualTo(9);
            assertThat(full.status().messages()).isZero();
        }
    }

    @Test
    void aSendAsleepInAQueueThatIsRemovedIsToldSo() {
        try (OwnedQueue full = Samples.fullQueue();
                Background<?> sender = send(full)) {
            sender.awaitAsleepIn(Syscall.MSGSND);
            full.remove();

            assertThat(sender.failure())
                    .isInstanceOfSatisfying(
                            QueueRemovedException.class,
                            failure -> assertThat(failure.errno()).contains("EIDRM"));
        }
    }

    @Test
    void aSendAsleepGoesOnWhenThereIsRoom() throws InterruptedException {
        try (OwnedQueue full = Samples.fullQueue();
                Background<?> sender = send(full)) {
            sender.awaitAsleepIn(Syscall.MSGSND);
            assertThat(full.receive(Selector.any()).body()).hasSize(64);

            assertThat(sender.result()).isEqualTo(true);
            assertThat(full.receive(Selector.any())).isEqualTo(new Message(9, new byte[] {42}));
        }
    }

    private static Background<Boolean> send(MessageQueue queue) {
        return Background.start(
                "sender", () -> queue.trySend(MessageBuffer.fixed(1).put(9, new byte[] {42}), LONG));
    }
}
