package dev.letterbox.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DurationConverterTest {
    @Test
    void theLongestTimeCanBeWaitedFor() {
        Duration longest = new DurationConverter().convert("999999999h");
        assertThat(longest.toNanos()).isPositive();
        assertThat(2 * longest.toNanos()).isPositive();
    }
}
