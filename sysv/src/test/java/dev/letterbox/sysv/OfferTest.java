package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.lang.foreign.MemorySegment;
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
}
