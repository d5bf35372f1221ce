package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.queues.Leftovers.Kind;
import dev.letterbox.queues.Leftovers.Leftover;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.life.DeathBell;
import dev.letterbox.sysv.life.SemaphoreSet;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.JavaProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What killed processes leave beside queues is found, and nothing else. */
final class LeftoversTest {
    private final Key key = Key.free();

    private List<Kind> kinds() {
        return Leftovers.find().stream().map(Leftover::kind).toList();
    }

    @Test
    void aKilledServersLockAndBellAreLeftOnceItsQueueIsGone() {
        try (ChildProcess server = SessionServer.start(key)) {
            assertThat(Leftovers.find()).as("of a running server").isEmpty();
            server.kill();
            server.exit();
        }
        assertThat(Leftovers.find()).as("the next server takes them over").isEmpty();
        MessageQueue.open(key).remove();

        List<Leftover> found = Leftovers.find();
        assertThat(found).extracting(Leftover::kind).containsExactly(Kind.LOCK, Kind.BELL);
        assertThat(found).extracting(Leftover::key).containsExactly(Optional.of(key), Optional.empty());
        assertThat(found).allSatisfy(each -> assertThat(Leftovers.remove(each)).isTrue());
        assertThat(found).allSatisfy(each -> assertThat(Leftovers.remove(each)).isFalse());
        assertThat(Leftovers.find()).isEmpty();
    }

    /** It cannot make its queue again until it continues. */
    @Test
    void aStoppedServersLockAndBellAreNotLeftAlthoughItsQueueIsGone() {
        try (ChildProcess server = SessionServer.start(key)) {
            server.signal("STOP");
            MessageQueue.open(key).remove();
            assertThat(Leftovers.find()).isEmpty();
            server.signal("CONT");
            Await.until("the server made its queue again", () -> Linux.host().msgget(key.value(), 0) >= 0);
            server.signal("TERM");
            server.exit();
        }
        assertThat(Leftovers.find()).isEmpty();
    }

    /** As between two steps of a server that starts. */
    @Test
    void aBellMayBelongToAServerThatHasNotNamedItYet() throws Exception {
        SemaphoreSet lock = SemaphoreSet.open(Linux.host(), key.value(), ServerLock.COUNT);
        try {
            assertThat(lock.tryLock()).isTrue();
            DeathBell bell = DeathBell.make(Mode.OWNER).orElseThrow();
            try {
                assertThat(kinds()).isEmpty();
                lock.unlock();
                assertThat(kinds()).containsExactly(Kind.LOCK, Kind.BELL);
                Leftover left = Leftovers.find().getFirst();
                assertThat(lock.tryLock()).isTrue();
                assertThat(Leftovers.remove(left)).as("a server holds it").isFalse();
                assertThat(lock.isLocked()).isTrue();
            } finally {
                bell.remove();
            }
        } finally {
            lock.remove();
        }
    }

    /** Whatever their modes are: 0777 and 0755 are common. */
    @Test
    void anotherProgramsSemaphoresStay() throws Exception {
        Linux linux = Linux.host();
        List<SemaphoreSet> others = new ArrayList<>();
        for (int mode : new int[] {0_600, 0_644, 0_666, 0_711, 0_755, 0_777}) {
            for (int count : new int[] {1, ServerLock.COUNT}) {
                for (int itsKey : new int[] {Linux.IPC_PRIVATE, Key.free().value()}) {
                    long id = linux.semget(itsKey, count, Linux.IPC_CREAT | Linux.IPC_EXCL | mode);
                    others.add(SemaphoreSet.ofId(linux, (int) id));
                }
            }
        }
        others.add(SemaphoreSet.ofId(linux, (int) linux.semget(Linux.IPC_PRIVATE, 2, 0_601)));
        SemaphoreSet numbers = SemaphoreSet.open(linux, Key.free().value(), ServerLock.COUNT);
        others.add(numbers);
        try {
            numbers.set(1, 7);
            assertThat(Leftovers.find()).isEmpty();
        } finally {
            for (SemaphoreSet each : others) {
                each.remove();
            }
        }
    }

    @Test
    void aSegmentIsLeftThatAKilledProcessCouldNotComplete() {
        try (ChildProcess client = JavaProcess.running(Begins.class).command().start()) {
            int segment = Integer.parseInt(client.awaitLine("segment (\\d+)").group(1));
            assertThat(Leftovers.find()).as("its process runs").isEmpty();
            client.kill();
            client.exit();
            List<Leftover> found = Leftovers.find();
            assertThat(found).hasSize(1);
            assertThat(found.getFirst().kind()).isEqualTo(Kind.SEGMENT);
            assertThat(found.getFirst().id()).isEqualTo(segment);
            assertThat(found.getFirst().evidence()).contains("process " + client.pid());
            assertThat(Leftovers.remove(found.getFirst())).isTrue();
        }
        assertThat(Leftovers.find()).isEmpty();
    }

    /** Creates a segment as a life token begins, and goes no further. */
    static final class Begins {
        public static void main(String[] none) throws InterruptedException {
            System.out.println("segment " + Linux.host().shmget(Linux.IPC_PRIVATE, 1, Mode.INCOMPLETE.bits()));
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
