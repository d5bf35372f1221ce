package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.error.QueueClosedException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Syscall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Closing a handle, and removing a queue, end what waits, and say which of both it was. */
final class CloseTest {
    private static final int ROUNDS = 2_000;
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void closingAHandleEndsItsReceiveAndLeavesTheQueueAndOtherHandlesAlone() {
        OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
        MessageQueue handle = MessageQueue.ofId(queue.id());
        try (queue;
                Background<?> closed = Background.start("closed", () -> handle.receive(Selector.any()));
                Background<Message> other = Background.start("other", () -> queue.receive(Selector.any()))) {
            closed.awaitAsleepIn(Syscall.MSGRCV);
            other.awaitAsleepIn(Syscall.MSGRCV);
            handle.close();

            assertThat(closed.failure()).isInstanceOf(QueueClosedException.class);
            other.awaitAsleepIn(Syscall.MSGRCV);
            Samples.queue(queue, 4);
            assertThat(other.result().type()).isEqualTo(4);
        }
    }

    @Test
    void closingAHandleEndsItsSendAndSendsNothing() {
        OwnedQueue full = Samples.fullQueue();
        MessageQueue handle = MessageQueue.ofId(full.id());
        try (full;
                Background<?> closed = Background.start("closed", () -> handle.trySend(Samples.message(1, 1), LONG))) {
            closed.awaitAsleepIn(Syscall.MSGSND);
            handle.close();

            assertThat(closed.failure()).isInstanceOf(QueueClosedException.class);
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void closingAnOwnedQueueEndsWhatWaitsInItAndTellsThatItWasClosedHereAndRemovedElsewhere() {
        OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
        try (queue;
                MessageQueue elsewhere = MessageQueue.ofId(queue.id());
                Background<?> here = Background.start("here", () -> queue.receive(Selector.any()));
                Background<?> there = Background.start("there", () -> elsewhere.receive(Selector.any()))) {
            here.awaitAsleepIn(Syscall.MSGRCV);
            there.awaitAsleepIn(Syscall.MSGRCV);
            queue.close();

            assertThat(here.failure()).isInstanceOf(QueueClosedException.class);
            assertThat(there.failure()).isInstanceOf(QueueRemovedException.class);
        }
    }

    @Test
    void closingEndsAReceiveAtAnyMoment() throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            List<MessageQueue> handles = IntStream.rangeClosed(0, ROUNDS)
                    .mapToObj(round -> MessageQueue.ofId(queue.id()))
                    .toList();
            for (Thread.Builder victims : List.of(Thread.ofPlatform().daemon(), Thread.ofVirtual())) {
                int rounds = victims instanceof Thread.Builder.OfVirtual ? ROUNDS / 4 : ROUNDS / 2;
                int first = victims instanceof Thread.Builder.OfVirtual ? ROUNDS / 2 : 0;
                Rounds.run(
                        rounds,
                        victims,
                        round -> assertThatExceptionOfType(QueueClosedException.class)
                                .isThrownBy(() -> handles.get(first + round).receive(Selector.any())),
                        (round, victim) -> handles.get(first + round).close());
            }
        }
    }

    @Test
    void closingEndsASendAtAnyMoment() throws Exception {
        try (OwnedQueue full = Samples.fullQueue()) {
            List<MessageQueue> handles = IntStream.rangeClosed(0, ROUNDS)
                    .mapToObj(round -> MessageQueue.ofId(full.id()))
                    .toList();
            Rounds.run(
                    ROUNDS,
                    Thread.ofPlatform().daemon(),
                    round -> assertThatExceptionOfType(QueueClosedException.class)
                            .isThrownBy(() -> handles.get(round).send(Samples.message(1, 1))),
                    (round, victim) -> handles.get(round).close());
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void removalEndsAReceiveAtAnyMomentAndIsToldAsRemoval() throws Exception {
        List<OwnedQueue> queues = new ArrayList<>();
        try {
            for (int round = 0; round <= ROUNDS; round++) {
                queues.add(OwnedQueue.createPrivate(Mode.OWNER));
            }
            Rounds.run(
                    ROUNDS,
                    Thread.ofPlatform().daemon(),
                    round -> assertThatExceptionOfType(QueueRemovedException.class)
                            .isThrownBy(() -> queues.get(round).receive(Selector.any())),
                    (round, victim) -> queues.get(round).remove());
        } finally {
            queues.forEach(OwnedQueue::close);
        }
    }

    @Test
    void aQueueThatThisProcessMadeAndNeverUsedIsToldAsRemovedAndNotAsUnknown() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                MessageQueue other = MessageQueue.ofId(queue.id())) {
            other.remove();

            assertThatExceptionOfType(QueueRemovedException.class)
                    .isThrownBy(() -> queue.tryReceive(MessageBuffer.allocate(), Selector.any()));
        }
    }

    @Test
    void aQueueThatWasSeenEmptyOrFullIsToldAsRemovedAndNotAsUnknown() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue full = Samples.fullQueue();
                MessageQueue sawEmpty = MessageQueue.ofId(queue.id());
                MessageQueue sawFull = MessageQueue.ofId(full.id());
                MessageQueue offeredFull = MessageQueue.ofId(full.id())) {
            assertThat(sawEmpty.tryReceive(MessageBuffer.allocate(), Selector.any()))
                    .isFalse();
            assertThat(sawFull.trySend(Samples.message(1, 1))).isFalse();
            assertThat(offeredFull.offer(Samples.message(1, 1))).isEqualTo(SendOutcome.FULL);
            queue.remove();
            full.remove();

            for (MessageQueue handle : List.of(sawEmpty, sawFull, offeredFull)) {
                assertThatExceptionOfType(QueueRemovedException.class).isThrownBy(handle::status);
            }
        }
    }

    @Test
    void everyCallOnAClosedHandleSaysThatItIsClosed() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageQueue handle = MessageQueue.ofId(queue.id());
            handle.close();
            handle.close();

            MessageBuffer buffer = Samples.message(1, 1);
            assertClosed(() -> handle.trySend(buffer));
            assertClosed(() -> handle.offer(buffer));
            assertClosed(() -> handle.trySend(buffer, LONG));
            assertClosed(() -> handle.send(buffer));
            assertClosed(() -> handle.send(buffer, LONG));
            assertClosed(() -> handle.tryReceive(buffer, Selector.any()));
            assertClosed(() -> handle.tryReceive(buffer, Selector.any(), LONG));
            assertClosed(() -> handle.receive(buffer, Selector.any()));
            assertClosed(() -> handle.receive(Selector.any()));
            assertClosed(() -> handle.receive(Selector.any(), LONG));
            assertClosed(() -> handle.peek(buffer, 0));
            assertClosed(handle::status);
            assertClosed(() -> handle.setMode(Mode.OWNER));
            assertClosed(() -> handle.setOwner(0, 0));
            assertClosed(() -> handle.setCapacity(1));
            assertClosed(handle::remove);
            assertThat(queue.status().messages()).as("the queue lives on").isZero();
            assertThat(handle.id()).isEqualTo(queue.id());
        }
    }

    private static void assertClosed(ThrowingCallable call) {
        assertThatExceptionOfType(QueueClosedException.class)
                .isThrownBy(call)
                .withMessageEndingWith(": this handle was closed.")
                .satisfies(failure -> assertThat(failure.errno()).isEmpty());
    }

    @Test
    void closingEndsAllThatWaitInIt() {
        List<Background<?>> waiting = new ArrayList<>();
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageQueue handle = MessageQueue.ofId(queue.id());
            for (int thread = 0; thread < 10; thread++) {
                waiting.add(Background.start("waiting " + thread, () -> handle.receive(Selector.any())));
            }
            waiting.forEach(one -> one.awaitAsleepIn(Syscall.MSGRCV));
            handle.close();

            assertThat(waiting).allSatisfy(one -> assertThat(one.failure()).isInstanceOf(QueueClosedException.class));
        } finally {
            waiting.forEach(Background::close);
        }
    }
}
