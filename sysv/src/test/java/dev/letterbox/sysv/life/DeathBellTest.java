package dev.letterbox.sysv.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.support.ForwardingLinux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DeathBellTest {
    private static final int ME = (int) Linux.host().geteuid();

    private final DeathBell bell = DeathBell.make(Mode.OWNER).orElseThrow();
    private final AtomicInteger rings = new AtomicInteger();
    private final Thread listener = Thread.ofPlatform().daemon().unstarted(() -> {
        while (bell.awaitRing()) {
            rings.incrementAndGet();
        }
    });

    @BeforeEach
    void listen() {
        listener.start();
    }

    @AfterEach
    void remove() throws InterruptedException {
        bell.remove();
        listener.join();
        assertThat(IpcTable.now().semaphores()).noneMatch(set -> set.id() == bell.id());
    }

    @Test
    void itRingsWhenAProcessIsKilledAndAgainForTheNext() {
        for (int round = 1; round <= 2; round++) {
            try (ChildProcess child = tied()) {
                assertThat(rings).hasValue(round - 1);
                child.kill();
                Await.until("the bell has rung", () -> rings.get() > 0);
            }
            int expected = round;
            Await.until("it rang once for each", () -> rings.get() == expected);
        }
    }

    @Test
    void aProgramThatATiedProcessStartsRingsNothing() {
        try (ChildProcess child = JavaProcess.running(Ties.class)
                .command(String.valueOf(bell.id()), "starts")
                .start()) {
            child.awaitLine("started and ended");
            assertThat(rings).hasValue(0);
            child.kill();
            Await.until("the bell has rung", () -> rings.get() == 1);
        }
    }

    @Test
    void whoUntiesItselfEndsInSilence() {
        try (ChildProcess child = JavaProcess.running(Ties.class)
                .command(String.valueOf(bell.id()), "unties")
                .start()) {
            child.exit().expect(0);
        }
        // The next ring is the first.
        try (ChildProcess child = tied()) {
            child.kill();
            Await.until("the bell has rung", () -> rings.get() > 0);
        }
        assertThat(rings).hasValue(1);
    }

    private ChildProcess tied() {
        ChildProcess child = JavaProcess.running(Ties.class)
                .command(String.valueOf(bell.id()), "lives")
                .start();
        child.awaitLine("tied true");
        return child;
    }

    static final class Ties {
        public static void main(String[] bellAndTask) throws Exception {
            DeathBell bell = DeathBell.ofId(Integer.parseInt(bellAndTask[0]));
            System.out.println("tied " + bell.tie(ME));
            switch (bellAndTask[1]) {
                case "unties" -> {
                    bell.untie();
                    return;
                }
                case "starts" -> {
                    new ProcessBuilder("true").start().waitFor();
                    System.out.println("started and ended");
                }
                default -> {}
            }
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void nobodyTiesItselfToWhatIsNoBellOfThatUser() {
        assertThat(bell.tie(ME + 1)).isFalse();
        assertThat(DeathBell.ofId(Integer.MAX_VALUE).tie(ME)).isFalse();
        assertThat(rings).hasValue(0);
    }

    @Test
    void aBellThatIsGoneCannotBeTiedToAndItsRemovalIsNoError() {
        DeathBell other = DeathBell.make(Mode.OWNER).orElseThrow();
        other.remove();
        other.remove();
        other.untie();
        assertThat(other.tie(ME)).isFalse();
        assertThat(other.awaitRing()).isFalse();
    }

    @Test
    void whereTheSystemHasAsManySetsAsItMayThereIsNoBell() {
        ForwardingLinux full = new ForwardingLinux() {
            @Override
            public long semget(int key, int count, int flags) {
                return Errno.ENOSPC.asResult();
            }
        };
        assertThat(DeathBell.make(full, Mode.OWNER)).isEmpty();
    }

    /** As before Linux 4.17, and as in emulators. */
    @Test
    void whereTheKernelTellsOfASetToReadersAloneAReaderIsTied() {
        ForwardingLinux old = new ForwardingLinux() {
            @Override
            public long semctl(int id, int number, int command, MemorySegment argument) {
                return command == SEM_STAT_ANY ? Errno.EINVAL.asResult() : super.semctl(id, number, command, argument);
            }
        };
        DeathBell known = DeathBell.ofId(old, bell.id());
        assertThat(known.tie(ME)).isTrue();
        known.untie();
        assertThat(known.tie(ME + 1)).isFalse();
        assertThat(rings).hasValue(0);
    }
}
