package dev.letterbox.queues.reaper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.ReturnAddress;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Logged;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server does about the queues of its dead clients, and what its log says of it. */
final class OrphanedQueuesTest {
    private static final int ME = (int) Linux.host().geteuid();
    private static final int NOBODYS_PID = 5_000_000;

    private final AtomicLong nanos = new AtomicLong();
    private final OrphanedQueues orphans =
            new OrphanedQueues(new Reaper(Coroner.of(ME), Reaper.BETWEEN_STRIKES, nanos::get, Reaper.Sessions.NONE));
    private final List<MessageQueue> made = new ArrayList<>();

    @AfterEach
    void remove() {
        for (MessageQueue queue : made) {
            if (exists(queue)) {
                queue.remove();
            }
        }
    }

    private static boolean exists(MessageQueue queue) {
        return MessageQueues.find(queue.id()).isPresent();
    }

    /** Makes the queue of a client that has ended. */
    private MessageQueue orphan() {
        ProcessMark self = ProcessMark.current().orElseThrow();
        MessageQueue queue = MessageQueue.createPrivate(Mode.OWNER);
        made.add(queue);
        MessageBuffer message = MessageBuffer.fixed(BirthCertificate.BYTES);
        new BirthCertificate(
                        new ProcessMark(NOBODYS_PID, 1, self.pidNamespace(), self.timeNamespace(), self.boot()),
                        Key.of(1),
                        Optional.empty())
                .encode(message);
        assertThat(queue.trySend(message)).isTrue();
        return queue;
    }

    private void passAPause() {
        nanos.addAndGet(orphans.betweenLooks().toNanos());
    }

    @Test
    void theQueueOfAClientThatIsKnownToHaveEndedIsRemovedAtTheNextLookAndTheLogSaysSo() {
        MessageQueue queue = orphan();
        orphans.suspect(ReturnAddress.ofQueue(queue.id()));
        assertThat(orphans.hasSuspects()).isTrue();
        passAPause();
        try (Logged logged = Logged.by(OrphanedQueues.class)) {
            orphans.collect();
            assertThat(logged.lines())
                    .containsExactly("INFO Removed queue " + queue.id() + " of uid " + Integer.toUnsignedString(ME)
                            + ", an orphan with 1 messages: process " + NOBODYS_PID + " has exited.");
        }
        assertThat(exists(queue)).isFalse();
        assertThat(orphans.hasSuspects()).isFalse();
    }

    @Test
    void whereMostSeemDeadByOneSignNoneIsRemovedAndTheLogSaysHowManyAndWhatHelps() {
        List<MessageQueue> held = new ArrayList<>();
        for (int count = 0; count < 11; count++) {
            held.add(orphan());
        }
        try (Logged logged = Logged.by(OrphanedQueues.class)) {
            orphans.collect();
            assertThat(logged.lines()).isEmpty();
            passAPause();
            orphans.collect();
            assertThat(logged.lines())
                    .hasSize(1)
                    .allMatch(line -> line.startsWith("WARNING The clients of 11 queues,")
                            && line.endsWith("letterbox reap --held --remove."));
        }
        assertThat(held).allMatch(OrphanedQueuesTest::exists);
    }

    /** It is removed when it is a minute old, if somebody looks then. */
    @Test
    void aSegmentThatWasAbandonedJustNowIsASuspect() {
        assertThat(orphans.hasSuspects()).isFalse();
        int segment = Integer.parseInt(JavaProcess.running(Abandons.class)
                .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .command()
                .run()
                .expect(0)
                .text());
        try {
            orphans.collect();
            assertThat(orphans.hasSuspects()).isTrue();
        } finally {
            assertThat(Linux.host().shmctl(segment, Linux.IPC_RMID, MemorySegment.NULL))
                    .isZero();
        }
        orphans.collect();
        assertThat(orphans.hasSuspects()).isFalse();
    }

    /** Ends between the two calls of those that make a life token, and prints the segment's id. */
    static final class Abandons {
        private Abandons() {}

        public static void main(String[] none) {
            System.out.print(Linux.host().shmget(Linux.IPC_PRIVATE, 1, Mode.INCOMPLETE.bits()));
        }
    }
}
