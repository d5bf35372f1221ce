package dev.letterbox.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class DurationConverterTest {
    @ParameterizedTest
    @CsvSource({
        "30, 30000",
        "0.5, 500",
        "500ms, 500",
        "0.5s, 500",
        "1.5m, 90000",
        "1h30m, 5400000",
        "1m0.25s, 60250",
        "2d, 172800000",
        "00001ms, 1",
        "1.999999999d, 172799999",
        "0.123456789s, 123",
        "9.999999999h9.999999999m, 36599999"
    })
    void timesAreWrittenAsPeopleWriteThem(String text, long millis) {
        assertThat(new DurationConverter().convert(text))
                .satisfies(time -> assertThat(time.toMillis()).isEqualTo(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1s", "1.s", ".5s", "1h 30m", "1x", "0", "0.0001s", "1e3"})
    void whatIsNoTimeIsRejectedWithExamples(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new DurationConverter().convert(text))
                .withMessageMatching(".*(is not a time: write 500ms|is too short: the shortest time is 1ms).*");
    }

    @Test
    void aTimeIsExactToTheNanosecond() {
        assertThat(new DurationConverter().convert("1m0.000000001s")).isEqualTo(Duration.ofNanos(60_000_000_001L));
        assertThat(new DurationConverter().convert("1.000000001d")).isEqualTo(Duration.ofNanos(86_400_000_086_400L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10001d", "999999999", "999999999.9d", "999999999d999999999d", "10000d1ms"})
    void aTimeThatIsTooLongIsTheLongest(String text) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(Duration.ofDays(10_000));
    }

    @Test
    void theLongestTimeCanBeWaitedFor() {
        Duration longest = new DurationConverter().convert("999999999h");
        assertThat(longest.toNanos()).isPositive();
        assertThat(2 * longest.toNanos()).isPositive();
    }
}
