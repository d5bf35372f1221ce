package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever is asleep in a queue costs nothing: nothing runs to see whether it should wake up. */
final class IdleTest {
    private static final Duration LONG = Duration.ofHours(1);

    /** Told in ticks of 10 ms; the JVM's own threads may need one. */
    private static final Duration QUIET = Duration.ofMillis(10);

    @Test
    void sleepersWithAndWithoutDeadlineAndTheirWakerAreNotRunOnceInASecond() throws Exception {
        List<Background<?>> sleepers = new ArrayList<>();
        try (OwnedQueue empty = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue full = Samples.fullQueue()) {
            sleepers.add(Background.start("receives", () -> empty.receive(Selector.any())));
            sleepers.add(Background.start("receives until", () -> empty.receive(Selector.any(), LONG)));
            sleepers.add(Background.start("sends until", () -> full.trySend(Samples.message(1, 1), LONG)));
            sleepers.get(0).awaitAsleepIn(Syscall.MSGRCV);
            sleepers.get(1).awaitAsleepIn(Syscall.MSGRCV);
            sleepers.get(2).awaitAsleepIn(Syscall.MSGSND);
            List<Long> threads = new ArrayList<>(waker());
            assertThat(threads).as("one waker for all").hasSize(1);
            sleepers.forEach(sleeper -> threads.add(sleeper.tid()));

            long before = runs(threads);
            // The time is what is measured: a poll every 10 ms would be seen a hundred times.
            Thread.sleep(Duration.ofSeconds(1));
            long during = runs(threads) - before;

            // Each may have been on its way to sleep, and the waker may have had a round left from a test before.
            assertThat(during).as("runs in a second").isLessThanOrEqualTo(threads.size() + 1);
        } finally {
            sleepers.forEach(Background::close);
        }
    }

    /** Counts how often the threads were given a core: each time they went off it again. */
    private static long runs(List<Long> threads) throws IOException {
        long runs = 0;
        for (long thread : threads) {
            runs += Files.readAllLines(Path.of("/proc/self/task", String.valueOf(thread), "status")).stream()
                    .filter(line -> line.contains("voluntary_ctxt_switches:"))
                    .mapToLong(line ->
                            Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                    .sum();
        }
        return runs;
    }

    private static List<Long> waker() {
        return Proc.self().tasks().stream()
                .filter(task -> task.name().startsWith("letterbox-waker"))
                .map(Proc.Task::tid)
                .toList();
    }

    @Test
    void aProcessWhoseThreadsAllSleepInQueuesUsesNoCpu() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                ChildProcess child = JavaProcess.running(Sleeps.class)
                        .command(String.valueOf(queue.id()))
                        .start()) {
            child.awaitLine("asleep");
            // The JVM compiles and collects for a while after its start: one quiet second of ten is enough, as whoever
            // polls has none.
            List<Duration> used = new ArrayList<>();
            do {
                Duration before = child.proc().cpuTime();
                Thread.sleep(Duration.ofSeconds(1));
                used.add(child.proc().cpuTime().minus(before));
            } while (used.getLast().compareTo(QUIET) > 0 && used.size() < 10);

            assertThat(used.getLast()).as("of %s", used).isLessThanOrEqualTo(QUIET);
        }
    }

    static final class Sleeps {
        public static void main(String[] id) throws InterruptedException {
            MessageQueue queue = MessageQueue.ofId(Integer.parseInt(id[0]));
            for (int thread = 0; thread < 10; thread++) {
                Background<?> sleeper = Background.start("sleeper", () -> queue.receive(Selector.any(), LONG));
                sleeper.awaitAsleepIn(Syscall.MSGRCV);
            }
            System.out.println("asleep");
            queue.receive(Selector.any());
        }
    }
}
