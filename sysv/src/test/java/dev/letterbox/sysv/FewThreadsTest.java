package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What a wait does where the system gives this user no more threads. */
final class FewThreadsTest {
    /** Runs nothing else on this machine, so that its limit is this test's alone. */
    private static final int USER = 64_123;

    @Test
    void deadlinesAreKeptOnceThereAreThreadsAgain() {
        Privileges.assumeOtherUsers();
        List<String> words = new ArrayList<>(List.of("prlimit", "--nproc=200"));
        words.addAll(JavaProcess.running(Waiter.class)
                .readableByAll()
                .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xlog:disable")
                .command()
                .words());

        assertThat(Command.of(words).asUser(USER).run().expect(0).text())
                .isEqualTo("no thread\nOptional.empty\nOptional.empty\n");
    }

    /** Waits with a deadline while there can be no more threads, and again when there can. */
    static final class Waiter {
        private static final Duration SHORT = Duration.ofMillis(20);

        private Waiter() {}

        public static void main(String[] none) throws InterruptedException {
            CountDownLatch goOn = new CountDownLatch(1);
            List<Thread> others = new ArrayList<>();
            try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
                try {
                    while (true) {
                        others.add(Thread.ofPlatform().daemon().start(() -> await(goOn)));
                    }
                } catch (OutOfMemoryError full) {
                    print(waitShortly(queue));
                }
                goOn.countDown();
                for (Thread each : others) {
                    each.join();
                }
                print(waitShortly(queue));
                print(waitShortly(queue));
            }
        }

        private static void print(String line) {
            System.out.print(line + "\n");
        }

        private static String waitShortly(MessageQueue queue) throws InterruptedException {
            try {
                return queue.receive(Selector.any(), SHORT).toString();
            } catch (OutOfMemoryError noThread) {
                return "no thread";
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException told) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
