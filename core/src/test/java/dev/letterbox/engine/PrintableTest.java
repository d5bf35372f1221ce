package dev.letterbox.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PrintableTest {
    @ParameterizedTest
    @CsvSource({"note,note", "größe,größe", "日本,日本", "😀,😀", "'a b','a b'"})
    void textInAnyLanguageIsKept(String text, String line) {
        assertThat(Printable.of(text)).isEqualTo(line);
    }

    @Test
    void whatControlsATerminalOrEndsALineIsEscaped() {
        assertThat(Printable.of("a\nb\u001b\u007f\u0085\u2028\u202e"))
                .isEqualTo("a\\u000ab\\u001b\\u007f\\u0085\\u2028\\u202e");
        assertThat(Printable.of("\ud800")).isEqualTo("\\ud800");
        assertThat(Printable.of("\ud834\udd73"))
                .as("a format character above U+FFFF")
                .isEqualTo("\\ud834\\udd73");
    }

    @Test
    void aLongTextIsCutBetweenCharacters() {
        assertThat(Printable.of("x".repeat(1_000))).isEqualTo("x".repeat(1_000));
        assertThat(Printable.of("x".repeat(1_001))).isEqualTo("x".repeat(1_000) + "...");
        assertThat(Printable.of("\n".repeat(4_090))).isEqualTo("\\u000a".repeat(166) + "...");
        assertThat(Printable.of("x".repeat(998) + "\n")).isEqualTo("x".repeat(998) + "...");
        assertThat(Printable.of("\n" + "x".repeat(994))).isEqualTo("\\u000a" + "x".repeat(994));
        assertThat(Printable.of("\n" + "x".repeat(995))).isEqualTo("\\u000a" + "x".repeat(994) + "...");
        assertThat(Printable.of("x".repeat(999) + "😀")).isEqualTo("x".repeat(999) + "...");
    }
}
