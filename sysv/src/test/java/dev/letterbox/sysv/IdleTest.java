package dev.letterbox.sysv;

import dev.letterbox.testkit.Await;
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
    void sleepersWithAndWithoutDeadlineAndTheirWakerAreNotRunOnceInThreeSeconds() {
        List<Background<?>> sleepers = new ArrayList<>();
        try (OwnedQueue empty = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue full = Samples.fullQueue()) {
            sleepers.add(Background.start("receives", () -> empty.receive(Selector.any())));
            sleepers.add(Background.start("receives until", () -> empty.receive(Selector.any(), LONG)));
            sleepers.add(Background.start("sends until", () -> full.trySend(Samples.message(1, 1), LONG)));
            sleepers.get(0).awaitAsleepIn(Syscall.MSGRCV);
            sleepers.get(1).awaitAsleepIn(Syscall.MSGRCV);
            sleepers.get(2).awaitAsleepIn(Syscall.MSGSND);
            // A thread has its name a moment after its start.
            List<Long> threads = new ArrayList<>(
                    Await.value("there is one waker for all", IdleTest::wakers, wakers -> wakers.size() == 1));
            sleepers.forEach(sleeper -> threads.add(sleeper.tid()));

            // The time is what is measured: a poll every second would be seen three times. The waker may be on its way
            // to
            // sleep, and have a round left from a test before.
            Await.value(
                    "none of them runs in three seconds",
                    () -> {
                        long before = runs(threads);
                        Thread.sleep(Duration.ofSeconds(3));
                        return runs(threads) - before;
                    },
                    during -> during == 0);
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

    private static List<Long> wakers() {
        return Proc.self().tasks().stream()
                .filter(task -> task.name().startsWith("letterbox-waker"))
                .map(Proc.Task::tid)
                .toList();
    }

    @Test
    void aProcessWhoseThreadsAllSleepInQueuesUsesNoCpu() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                ChildProcess child = JavaProcess.running(Sleeps.class)
                        .command(String.valueOf(queue.id()))
                        .start()) {
            child.awaitLine("asleep");
            // The JVM compiles and collects for a while after its start. Ten threads that poll every second would use
            // more.
            Await.value(
                    "it has used next to nothing in three seconds",
                    () -> {
                        Duration before = child.proc().cpuTime();
                        Thread.sleep(Duration.ofSeconds(3));
                        return child.proc().cpuTime().minus(before);
                    },
                    used -> used.compareTo(QUIET) <= 0);
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
