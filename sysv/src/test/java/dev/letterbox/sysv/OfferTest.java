package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.support.ForwardingLinux;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An offer tells what became of the message where a send would throw. */
final class OfferTest {
    @Test
    void aMessageThatFitsIsSent() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThat(queue.offer(Samples.message(3, 5))).isEqualTo(SendOutcome.SENT);
            MessageBuffer buffer = MessageBuffer.allocate();
            assertThat(queue.tryReceive(buffer, Selector.exactly(3))).isTrue();
            assertThat(buffer.toByteArray()).isEqualTo(Samples.message(3, 5).toByteArray());
        }
    }

    @Test
    void aFullQueueIsFull() {
        try (OwnedQueue full = Samples.fullQueue()) {
            assertThat(full.offer(Samples.message(1, 1))).isEqualTo(SendOutcome.FULL);
            assertThat(full.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void aQueueThatIsGoneOrNeverWasIsGone() {
        assertThat(MessageQueue.ofId(Samples.goneId()).offer(Samples.message(1, 1)))
                .isEqualTo(SendOutcome.GONE);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.remove();
            assertThat(queue.offer(Samples.message(1, 1))).isEqualTo(SendOutcome.GONE);
        }
        Linux removing = new ForwardingLinux() {
            @Override
            public long msgsnd(int id, MemorySegment message, long size, int flags) {
                return Errno.EIDRM.asResult();
            }
        };
        assertThat(MessageQueue.ofId(removing, 1).offer(Samples.message(1, 1))).isEqualTo(SendOutcome.GONE);
    }

    @Test
    void aQueueThatIsClosedToThisUserIsDenied() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.of(0_644))) {
            assertThat(Attempt.outcomes(JavaProcess.running(Offers.class)
                            .readableByAll()
                            .command(String.valueOf(queue.id()))
                            .asUser(Privileges.NOBODY)
                            .run()))
                    .containsEntry("offer", "DENIED");
        }
    }

    static final class Offers {
        public static void main(String[] id) {
            Attempt.print("offer", MessageQueue.ofId(Integer.parseInt(id[0])).offer(Samples.message(1, 1)));
        }
    }

    @Test
    void aMessageTooLargeForTheKernelIsStillAMistake() {
        int limit = MessageQueues.limits().maxMessageBytes();
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.offer(Samples.message(1, limit + 1)));
        }
    }

    @Test
    void offeringAgainTellsRoomAndFullAsTheKernelDoes() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setCapacity(8);
            QueueStatus seen = queue.status();
            MessageBuffer five = Samples.message(1, 5);
            MessageBuffer none = MessageBuffer.fixed(0);
            assertThat(queue.offerAgain(five, seen)).isEqualTo(SendOutcome.SENT);
            assertThat(queue.offerAgain(five, seen)).isEqualTo(SendOutcome.FULL);
            assertThat(queue.offerAgain(Samples.message(1, 3), seen)).isEqualTo(SendOutcome.SENT);
            // Full by bytes; by count when there are as many as bytes fit.
            for (int waiting = 2; waiting < 8; waiting++) {
                assertThat(queue.offerAgain(none, seen)).isEqualTo(SendOutcome.SENT);
            }
            assertThat(queue.offerAgain(none, seen)).isEqualTo(SendOutcome.FULL);
            assertThat(queue.offer(none)).isEqualTo(SendOutcome.FULL);
            assertThat(queue.status().messages()).isEqualTo(8);
        }
    }

    @Test
    void offeringAgainToAFullQueueMakesNoCopyOfTheMessage() {
        AtomicInteger sends = new AtomicInteger();
        Linux counting = new ForwardingLinux() {
            @Override
            public long msgsnd(int id, MemorySegment message, long size, int flags) {
                sends.incrementAndGet();
                return super.msgsnd(id, message, size, flags);
            }
        };
        try (OwnedQueue full = Samples.fullQueue()) {
            MessageQueue queue = MessageQueue.ofId(counting, full.id());
            assertThat(queue.offerAgain(Samples.message(1, 1), full.status())).isEqualTo(SendOutcome.FULL);
            assertThat(sends).hasValue(0);
        }
    }

    @Test
    void anotherQueueUnderTheSameIdIsNotTheOneThatWasSeen() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            QueueStatus seen = queue.status();
            for (Linux kernel : List.of(Linux.host(), new BeforeStatAny())) {
                MessageQueue handle = MessageQueue.ofId(kernel, queue.id());
                assertThat(handle.isStill(seen)).isTrue();
                for (QueueStatus other : List.of(
                        with(seen, seen.keyValue() + 1, seen.creatorUid(), seen.changed()),
                        with(seen, seen.keyValue(), seen.creatorUid() + 1, seen.changed()),
                        with(
                                seen,
                                seen.keyValue(),
                                seen.creatorUid(),
                                seen.changed().minusSeconds(1)))) {
                    assertThat(handle.isStill(other)).isFalse();
                    assertThat(handle.offerAgain(Samples.message(1, 1), other)).isEqualTo(SendOutcome.GONE);
                }
                assertThat(queue.status().messages()).isZero();
                assertThat(handle.offerAgain(Samples.message(1, 1), seen)).isEqualTo(SendOutcome.SENT);
                assertThat(queue.tryReceive(MessageBuffer.allocate(), Selector.any()))
                        .isTrue();
            }
            queue.remove();
            for (Linux kernel : List.of(Linux.host(), new BeforeStatAny())) {
                MessageQueue handle = MessageQueue.ofId(kernel, queue.id());
                assertThat(handle.isStill(seen)).isFalse();
                assertThat(handle.offerAgain(Samples.message(1, 1), seen)).isEqualTo(SendOutcome.GONE);
            }
        }
    }

    private static final class BeforeStatAny extends ForwardingLinux {
        @Override
        public long msgctl(int id, int command, MemorySegment argument) {
            return command == MSG_STAT_ANY ? Errno.EINVAL.asResult() : super.msgctl(id, command, argument);
        }
    }

    private static QueueStatus with(QueueStatus like, int key, int creatorUid, Instant changed) {
        return new QueueStatus(
                like.id(),
                key,
                like.ownerUid(),
                like.ownerGid(),
                creatorUid,
                like.creatorGid(),
                like.mode(),
                like.messages(),
                like.bytes(),
                like.capacity(),
                like.lastSender(),
                like.lastReceiver(),
                like.sent(),
                like.received(),
                changed);
    }
}
