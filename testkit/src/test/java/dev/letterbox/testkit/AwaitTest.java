package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {
    private static final Duration SHORT = Duration.ofMillis(30);

    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void returnsTheValueOnceItIsAsWanted() {
        assertThat(Await.value("five looks", looks::incrementAndGet, seen -> seen == 5))
                .isEqualTo(5);
    }

    @Test
    void failsWithWhatItWaitedForAndSawLast() {
        assertThatThrownBy(() -> Await.value("the queue is empty", SHORT, () -> "3 messages", String::isEmpty))
                .isInstanceOf(AssertionError.class)
                .hasMessage("Waited 0.0 s in vain until the queue is empty; last seen: 3 messages");
    }

    @Test
    void looksOnceEvenWithoutAnyTime() {
        Await.until("it holds", Duration.ZERO, () -> true);
        assertThatThrownBy(() -> Await.until("it holds", Duration.ZERO, () -> looks.incrementAndGet() < 0))
                .isInstanceOf(AssertionError.class);
        assertThat(looks).hasValue(1);
    }

    @Test
    void waitsForAnAssertionAndFailsWithItsLastFailure() {
        Await.asserted(() -> assertThat(looks.incrementAndGet()).isEqualTo(3));
        assertThatThrownBy(() -> Await.asserted(SHORT, () -> assertThat(looks).hasValue(4)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("After 0.0 s still:")
                .hasCauseInstanceOf(AssertionError.class);
    }

    @Test
    void triesLongerSpansUntilOneIsLongEnough() throws Exception {
        List<Duration> spans = new ArrayList<>();
        Await.longEnough(SHORT, span -> {
            spans.add(span);
            return spans.size() == 3;
        });
        assertThat(spans).containsExactly(SHORT, SHORT.multipliedBy(2), SHORT.multipliedBy(4));
        assertThatThrownBy(() -> Await.longEnough(Deadline.PATIENCE, span -> looks.incrementAndGet() > 1))
                .isInstanceOf(AssertionError.class)
                .hasMessage("This machine was too slow in every span of up to 60.0 s");
        assertThat(looks).hasValue(1);
    }

    @Test
    void endsAtOnceWhenTheLookFails() {
        assertThatThrownBy(() -> Await.until("it holds", () -> {
                    throw new IOException("no table");
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no table");
    }

    @Test
    void keepsAnInterrupt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Await.until("it holds", () -> false)).hasMessageContaining("Interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}
