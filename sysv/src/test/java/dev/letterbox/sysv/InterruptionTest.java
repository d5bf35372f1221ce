package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Syscall;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** {@link Thread#interrupt} ends a blocked call, always, and no message is lost by it. */
final class InterruptionTest {
    private static final int MANY = 10_000;
    private static final int FEWER = 2_000;
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void tenThousandInterruptsEachEndAReceive() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Bystanders bystanders = new Bystanders()) {
            assertThat(bystanders).isNotNull();
            MessageBuffer buffer = MessageBuffer.allocate();
            Rounds.run(
                    MANY,
                    platform(),
                    round -> expectInterrupt(() -> queue.receive(buffer, Selector.any())),
                    (round, victim) -> victim.interrupt());
        }
    }

    @Test
    void tenThousandInterruptsEachEndASend() throws Exception {
        try (OwnedQueue full = Samples.fullQueue();
                Bystanders bystanders = new Bystanders()) {
            assertThat(bystanders).isNotNull();
            MessageBuffer message = Samples.message(1, 10);
            Rounds.run(
                    MANY,
                    platform(),
                    round -> expectInterrupt(() -> full.send(message)),
                    (round, victim) -> victim.interrupt());
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void interruptsEndAReceiveThatAlsoHasADeadline() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.allocate();
            Rounds.run(
                    FEWER,
                    platform(),
                    round -> expectInterrupt(() -> queue.tryReceive(buffer, Selector.any(), LONG)),
                    (round, victim) -> victim.interrupt());
        }
    }

    @Test
    void interruptsEndAReceiveOnAVirtualThread() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.allocate();
            Rounds.run(
                    FEWER,
                    Thread.ofVirtual(),
                    round -> expectInterrupt(() -> queue.receive(buffer, Selector.any())),
                    (round, victim) -> victim.interrupt());
        }
    }

    @Test
    void interruptsEndASendOnAVirtualThread() throws Exception {
        try (OwnedQueue full = Samples.fullQueue()) {
            MessageBuffer message = Samples.message(1, 10);
            Rounds.run(
                    FEWER,
                    Thread.ofVirtual(),
                    round -> expectInterrupt(() -> full.send(message)),
                    (round, victim) -> victim.interrupt());
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void noSignalHitsWhatAThreadDoesAfterItsInterrupt() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.allocate();
            Rounds.run(
                    FEWER / 2,
                    platform(),
                    round -> {
                        expectInterrupt(() -> queue.receive(buffer, Selector.any()));
                        assertThat(Poll.undisturbed(1))
                                .as("poll ended by itself")
                                .isTrue();
                    },
                    (round, victim) -> victim.interrupt());
        }
    }

    @Test
    void aMessageThatRacesWithAnInterruptIsReceivedOrStaysInTheQueue() throws Exception {
        raceMessageWithInterrupt(MANY, platform());
    }

    @Test
    void aMessageThatRacesWithAnInterruptOfAVirtualThreadIsReceivedOrStaysInTheQueue() throws Exception {
        raceMessageWithInterrupt(FEWER, Thread.ofVirtual());
    }

    private static void raceMessageWithInterrupt(int rounds, Thread.Builder victims) throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer buffer = MessageBuffer.allocate();
            MessageBuffer message = MessageBuffer.allocate();
            AtomicBoolean interruptSent = new AtomicBoolean();
            Rounds.run(
                    rounds,
                    victims,
                    round -> {
                        boolean interrupted = false;
                        try {
                            queue.receive(buffer, Selector.any());
                        } catch (InterruptedException wanted) {
                            interrupted = true;
                            // The message was sent or will be: nothing took it.
                            assertThat(queue.tryReceive(buffer, Selector.any(), Deadline.PATIENCE))
                                    .as("the message is in the queue")
                                    .isTrue();
                        }
                        assertThat(buffer.type()).isEqualTo(round);
                        assertThat(buffer.size()).isEqualTo(round % 100);
                        while (!interruptSent.get()) {
                            Rounds.giveWay();
                        }
                        interruptSent.set(false);
                        assertThat(Thread.interrupted())
                                .as("the interrupt is pending where the message was received")
                                .isNotEqualTo(interrupted);
                    },
                    (round, victim) -> {
                        message.type(round).size(round % 100);
                        if (round % 2 == 0) {
                            send(queue, message);
                        }
                        victim.interrupt();
                        interruptSent.set(true);
                        if (round % 2 == 1) {
                            send(queue, message);
                        }
                    });
            assertThat(queue.status().messages()).isZero();
        }
    }

    private static void send(MessageQueue queue, MessageBuffer message) {
        if (!queue.trySend(message)) {
            throw new AssertionError("the queue is full");
        }
    }

    @Test
    void aMessageThatCameBeforeTheInterruptIsReceivedWithTheInterruptPending() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<Boolean> receiver = Background.start("receiver", () -> {
                    queue.receive(Selector.any());
                    // The message woke it: the interrupt may still be on its way.
                    while (!Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                    }
                    return Thread.interrupted();
                })) {
            receiver.awaitAsleepIn(Syscall.MSGRCV);
            Samples.queue(queue, 1);
            receiver.interrupt();

            assertThat(receiver.result()).isTrue();
        }
    }

    @Test
    void theDetectorOfStraySignalsSeesOne() {
        AtomicBoolean seen = new AtomicBoolean();
        AtomicBoolean over = new AtomicBoolean();
        try (Background<?> poller = Background.start("poller", () -> {
            while (!over.get()) {
                if (!Poll.undisturbed(100)) {
                    seen.set(true);
                }
            }
            return null;
        })) {
            Await.until("the poll is broken off", () -> {
                Strays.hit(poller.tid());
                return seen.get();
            });
            over.set(true);
        }
    }

    @Test
    void aThreadThatIsInterruptedAlreadyDoesNotEvenLook() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            Samples.queue(queue, 1);
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> queue.receive(Selector.any()));
            assertThat(Thread.currentThread().isInterrupted())
                    .as("the interrupt was taken")
                    .isFalse();
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class)
                    .isThrownBy(() -> queue.trySend(Samples.message(1, 1), Duration.ZERO));

            assertThat(queue.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void aCallThatNeverWaitsTakesNoNoticeOfAnInterrupt() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            Thread.currentThread().interrupt();
            try {
                assertThat(queue.trySend(Samples.message(1, 1))).isTrue();
                assertThat(queue.tryReceive(MessageBuffer.allocate(), Selector.any()))
                        .isTrue();
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
        }
    }

    @Test
    void anInterruptEndsOneSleeperAndNoOther() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Background<Message> one = Background.start("one", () -> queue.receive(Selector.any()));
                Background<Message> other = Background.start("other", () -> queue.receive(Selector.any()))) {
            other.awaitAsleepIn(Syscall.MSGRCV);
            one.awaitAsleepIn(Syscall.MSGRCV).interrupt();
            assertThat(one.failure()).isInstanceOf(InterruptedException.class);

            other.awaitAsleepIn(Syscall.MSGRCV);
            Samples.queue(queue, 3);
            assertThat(other.result().type()).isEqualTo(3);
        }
    }

    private interface Interruptible {
        void call() throws InterruptedException;
    }

    private static void expectInterrupt(Interruptible call) {
        try {
            call.call();
        } catch (InterruptedException wanted) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            return;
        }
        throw new AssertionError("the call came back and was not interrupted");
    }

    private static Thread.Builder platform() {
        return Thread.ofPlatform().daemon();
    }
}
