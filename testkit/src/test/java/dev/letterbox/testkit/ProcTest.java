package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ProcTest {
    @Test
    void seesAThreadAsleepInACall() {
        try (ChildProcess process = Command.of("sleep", "60").start()) {
            process.proc().awaitAsleepIn(Syscall.CLOCK_NANOSLEEP);
            process.proc().awaitAsleepIn(process.pid(), Syscall.CLOCK_NANOSLEEP);
            assertThat(process.proc().tasks()).singleElement().satisfies(task -> {
                assertThat(task.isAsleepIn(Syscall.CLOCK_NANOSLEEP)).isTrue();
                assertThat(task.isAsleepIn(Syscall.MSGRCV)).isFalse();
                assertThat(task).hasToString(process.pid() + " sleep S in CLOCK_NANOSLEEP");
            });
        }
    }

    @Test
    void seesNoCallOfAThreadThatRuns() {
        try (ChildProcess process =
                Command.of("sh", "-c", "while :; do :; done").start()) {
            Await.value(
                    "it runs",
                    () -> process.proc().tasks(),
                    tasks -> tasks.getFirst().state() == 'R');
            assertThat(process.proc().tasks().getFirst().isAsleepIn(Syscall.CLOCK_NANOSLEEP))
                    .isFalse();
            Await.value(
                    "it has used a core",
                    () -> process.proc().cpuTime(),
                    time -> time.compareTo(Duration.ofMillis(50)) > 0);
        }
    }

    @Test
    void countsThreadsDescriptorsMemoryAndSwitches() throws InterruptedException {
        Proc self = Proc.self();
        try (ChildProcess process = Command.of("sleep", "60").start()) {
            assertThat(process.proc().threadCount()).isEqualTo(1);
        }
        // More than the compilers that the JVM starts and ends as it likes.
        int many = 50;
        int threads = self.threadCount();
        CountDownLatch end = new CountDownLatch(1);
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            waiting.add(Thread.ofPlatform().start(() -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        assertThat(self.threadCount()).isBetween(threads + many / 2, threads + 2 * many);
        end.countDown();
        for (Thread thread : waiting) {
            thread.join();
        }
        assertThat(self.descriptorCount()).isGreaterThan(3);
        assertThat(self.residentBytes()).isGreaterThan(10_000_000);
        assertThat(self.contextSwitches()).isPositive();
        assertThat(self.cpuTime()).isPositive();
    }

    @Test
    void anIdleProcessSwitchesNoMore() {
        try (ChildProcess process = Command.of("sleep", "60").start()) {
            process.proc().awaitAsleepIn(Syscall.CLOCK_NANOSLEEP);
            long before = process.proc().contextSwitches();
            Command.of("sleep", "0.05").run();
            assertThat(process.proc().contextSwitches()).isEqualTo(before);
        }
    }

    @Test
    void tellsZombiesFromTheLiving() {
        // The shell's child ends, and the program that took the shell's place never asks for it.
        try (ChildProcess process =
                Command.of("sh", "-c", "true & exec sleep 60").start()) {
            Proc zombie = Await.value(
                            "a zombie is there",
                            () -> process.proc().children(),
                            children -> children.stream().anyMatch(Proc::isZombie))
                    .getFirst();
            assertThat(zombie.isAlive()).isFalse();
            assertThat(process.proc().isZombie()).isFalse();
            assertThat(process.proc().isAlive()).isTrue();
        }
    }

    @Test
    void tellsNothingOfAProcessThatIsGone() {
        ChildProcess process = Command.of("true").start();
        process.exit();
        process.close();
        Proc gone = process.proc();
        assertThat(gone.isAlive()).isFalse();
        assertThat(gone.isZombie()).isFalse();
        assertThat(gone.tasks()).isEmpty();
        assertThat(gone.children()).isEmpty();
        assertThatThrownBy(gone::cpuTime).isInstanceOf(AssertionError.class).hasMessageContaining("does not exist");
        assertThatThrownBy(gone::residentBytes).isInstanceOf(AssertionError.class);
        assertThatThrownBy(gone::descriptorCount).isInstanceOf(AssertionError.class);
    }
}
