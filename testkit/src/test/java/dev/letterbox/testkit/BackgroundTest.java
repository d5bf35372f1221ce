package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackgroundTest {
    @Test
    void returnsWhatTheCallReturns() {
        try (Background<String> call = Background.start("caller", () -> "done")) {
            assertThat(call.result()).isEqualTo("done");
            assertThatThrownBy(call::failure).isInstanceOf(AssertionError.class).hasMessageContaining("returned done");
        }
    }

    @Test
    void returnsWhatTheCallThrows() {
        try (Background<String> call = Background.start("caller", () -> {
            throw new IOException("refused");
        })) {
            assertThat(call.failure()).isInstanceOf(IOException.class);
            assertThatThrownBy(call::result).isInstanceOf(AssertionError.class).hasMessageContaining("refused");
        }
    }

    @Test
    void canBeSeenAsleepAndInterrupted() {
        try (Background<String> call = Background.start("sleeper", () -> {
            Thread.sleep(Duration.ofHours(1));
            return "never";
        })) {
            call.awaitAsleepIn(Syscall.FUTEX);
            assertThat(call.isDone()).isFalse();
            call.interrupt();
            assertThat(call.failure()).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void closeEndsIt() {
        Background<String> call = Background.start("sleeper", () -> {
            Thread.sleep(Duration.ofHours(1));
            return "never";
        });
        call.close();
        assertThat(call.thread().isAlive()).isFalse();
    }
}
