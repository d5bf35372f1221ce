package dev.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class TimeoutTest {
    @Test
    void aTimeHasTheSameWordsInEveryCountry() {
        Locale before = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.GERMANY);
        try {
            assertThat(Timeout.words(Duration.ofMillis(99))).isEqualTo("99 ms");
            assertThat(Timeout.words(Duration.ofMillis(2_500))).isEqualTo("2.5 s");
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, before);
        }
    }
}
