package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.OrphanCollector;
import dev.letterbox.testkit.Deadline;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who looks after the clients goes on doing so. */
final class CaretakerTest {
    /** Fails the first time, as where there is no memory for a list of all queues: the next round may have some. */
    private static final class FailsOnce implements OrphanCollector {
        private final AtomicInteger looks = new AtomicInteger();
        private final CountDownLatch twice = new CountDownLatch(2);

        @Override
        public void suspect(ReturnAddress client) {}

        @Override
        public void collect() {
            twice.countDown();
            if (looks.incrementAndGet() == 1) {
                throw new OutOfMemoryError("as if");
            }
        }

        @Override
        public boolean hasSuspects() {
            return true;
        }

        @Override
        public Duration betweenLooks() {
            return Duration.ZERO;
        }
    }

    @Test
    void aRoundThatFailsIsNotTheLast() throws InterruptedException {
        FailsOnce orphans = new FailsOnce();
        try (Caretaker caretaker = new Caretaker(new Sessions(), orphans, Runnable::run)) {
            caretaker.begin();
            caretaker.hurry();

            assertThat(orphans.twice.await(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }
}
