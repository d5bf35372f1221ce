package dev.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who looks after the clients goes on doing so. */
final class CaretakerTest {
    /** As where there is no memory for a list of all queues: the next round may have some. */
    @Test
    void aRoundThatFailsIsNotTheLast() throws InterruptedException {
        AtomicInteger looks = new AtomicInteger();
        CountDownLatch again = new CountDownLatch(2);
        Coroner failing = new Coroner(
                _ -> {
                    again.countDown();
                    if (looks.incrementAndGet() == 1) {
                        throw new OutOfMemoryError("as if");
                    }
                    return false;
                },
                InstantSource.system());
        Reaper reaper = new Reaper(failing, Duration.ZERO, System::nanoTime, Reaper.Sessions.NONE);
        try (OwnedQueue _ = OwnedQueue.createPrivate(Mode.OWNER);
                Caretaker caretaker = new Caretaker(new Sessions(), reaper)) {
            caretaker.begin();
            caretaker.hurry();

            assertThat(again.await(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }
}
