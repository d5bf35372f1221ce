package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.queues.Leftovers.Kind;
import dev.letterbox.queues.Leftovers.Leftover;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.life.DeathBell;
import dev.letterbox.sysv.life.SemaphoreSet;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Syscall;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What killed processes leave beside queues is found, and nothing else. */
final class LeftoversTest {
    private final Key key = Key.free();

    private final Set<Integer> bells = new HashSet<>();

    /** Returns those of this test: others may run in the same namespace. */
    private List<Leftover> found() {
        return Leftovers.find().stream()
                .filter(each -> switch (each.kind()) {
                    case LOCK -> each.key().equals(Optional.of(key));
                    case BELL -> bells.contains(each.id());
                    case SEGMENT -> false;
                })
                .toList();
    }

    private void awaitLockAndBell() {
        Await.until(
                "lock and bell are found",
                () -> found().stream().map(Leftover::kind).toList().equals(List.of(Kind.LOCK, Kind.BELL)));
    }

    private void rememberBell() throws ErrnoException {
        SemaphoreSet lock =
                SemaphoreSet.find(Linux.host(), key.value(), ServerLock.COUNT).orElseThrow();
        bells.add(new ServerLock(lock).bell().orElseThrow());
    }

    @Test
    void aKilledServersLockAndBellAreLeftOnceItsQueueIsGone() throws ErrnoException {
        try (ChildProcess server = SessionServer.start(key)) {
            rememberBell();
            assertThat(found()).as("of a running server").isEmpty();
            server.kill();
            server.exit();
        }
        assertThat(found()).as("the next server takes them over").isEmpty();
        MessageQueue.open(key).remove();

        awaitLockAndBell();
        List<Leftover> left = found();
        assertThat(left).allSatisfy(each -> assertThat(Leftovers.remove(each)).isTrue());
        assertThat(left).allSatisfy(each -> assertThat(Leftovers.remove(each)).isFalse());
        assertThat(found()).isEmpty();
    }

    /** It cannot make its queue again until it continues. */
    @Test
    void aStoppedServersLockAndBellAreNotLeftAlthoughItsQueueIsGone() throws ErrnoException {
        try (ChildProcess server = SessionServer.start(key)) {
            rememberBell();
            server.signal("STOP");
            MessageQueue.open(key).remove();
            assertThat(found()).isEmpty();
            server.signal("CONT");
            Await.until("the server made its queue again", () -> Linux.host().msgget(key.value(), 0) >= 0);
            server.signal("TERM");
            server.exit();
        }
        assertThat(found()).isEmpty();
    }

    /** It hangs its bell on a new lock when it continues. */
    @Test
    void aServersBellIsNotLeftWhileItIsStoppedAndItsLockIsGone() throws ErrnoException {
        try (ChildProcess server = SessionServer.start(key)) {
            rememberBell();
            server.proc().awaitAsleepIn(Syscall.MSGRCV);
            server.signal("STOP");
            SemaphoreSet.find(Linux.host(), key.value(), ServerLock.COUNT)
                    .orElseThrow()
                    .remove();
            assertThat(found()).isEmpty();
            server.kill();
            server.exit();
        }
        Await.until(
                "the bell is found",
                () -> found().stream().map(Leftover::kind).toList().equals(List.of(Kind.BELL)));
        assertThat(Leftovers.remove(found().getFirst())).isTrue();
        MessageQueue.open(key).remove();
    }

    /** As between two steps of a server that starts. */
    @Test
    void aBellMayBelongToAServerThatHasNotNamedItYet() throws ErrnoException {
        SemaphoreSet lock = SemaphoreSet.open(Linux.host(), key.value(), ServerLock.COUNT);
        try {
            assertThat(lock.tryLock()).isTrue();
            DeathBell bell = DeathBell.make(Mode.OWNER).orElseThrow();
            bells.add(bell.id());
            try {
                assertThat(found()).isEmpty();
                lock.unlock();
                awaitLockAndBell();
                Leftover left = found().getFirst();
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
    void anotherProgramsSemaphoresStay() throws ErrnoException {
        Linux linux = Linux.host();
        List<Integer> others = new ArrayList<>();
        for (int mode : new int[] {0_600, 0_644, 0_666, 0_711, 0_755, 0_777}) {
            for (int count : new int[] {1, ServerLock.COUNT}) {
                for (int itsKey : new int[] {Linux.IPC_PRIVATE, Key.free().value()}) {
                    others.add((int) linux.semget(itsKey, count, Linux.IPC_CREAT | Linux.IPC_EXCL | mode));
                }
            }
        }
        others.add((int) linux.semget(Linux.IPC_PRIVATE, 2, 0_601));
        SemaphoreSet numbers = SemaphoreSet.open(linux, key.value(), ServerLock.COUNT);
        try {
            numbers.set(1, 7);
            assertThat(found())
                    .as("with the mode of a lock, and numbers of none")
                    .isEmpty();
            assertThat(Leftovers.find())
                    .filteredOn(each -> each.kind() != Kind.SEGMENT)
                    .extracting(Leftover::id)
                    .doesNotContainAnyElementsOf(others);
        } finally {
            numbers.remove();
            for (int id : others) {
                SemaphoreSet.ofId(linux, id).remove();
            }
        }
    }

    @Test
    void aSegmentIsLeftThatAKilledProcessCouldNotComplete() {
        try (ChildProcess client = JavaProcess.running(Begins.class).command().start()) {
            int segment = Integer.parseInt(client.awaitLine("segment (\\d+)").group(1));
            assertThat(ofSegment(segment)).as("its process runs").isEmpty();
            client.kill();
            client.exit();
            Leftover left = ofSegment(segment).orElseThrow();
            assertThat(left.evidence()).contains("process " + client.pid());
            assertThat(Leftovers.remove(left)).isTrue();
            assertThat(ofSegment(segment)).isEmpty();
        }
    }

    private static Optional<Leftover> ofSegment(int id) {
        return Leftovers.find().stream()
                .filter(each -> each.kind() == Kind.SEGMENT && each.id() == id)
                .findFirst();
    }

    /** Creates a segment as a life token begins, and goes no further. */
    static final class Begins {
        public static void main(String[] none) throws InterruptedException {
            System.out.println("segment " + Linux.host().shmget(Linux.IPC_PRIVATE, 1, Mode.INCOMPLETE.bits()));
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
