package dev.letterbox.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class ByteRangeTest {
    private final ByteRange.Converter converter = new ByteRange.Converter();

    @Test
    void theHighestByteThatAFileCanHaveIsRead() {
        assertThat(converter.convert("0-9223372036854775806")).isEqualTo(new ByteRange(0, Long.MAX_VALUE));
        assertThat(converter.convert("9223372036854775806-"))
                .isEqualTo(new ByteRange(Long.MAX_VALUE - 1, Long.MAX_VALUE));
        assertThat(converter.convert("-0000000000000000000001")).isEqualTo(new ByteRange(-1, Long.MAX_VALUE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775807-", "0-9223372036854775807", "-99999999999999999999"})
    void whatNoFileCanHaveIsTooLargeAndNotMalformed(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> converter.convert(text))
                .withMessage("'" + text + "' is too large: a file's last byte is at most 9223372036854775806.");
    }
}
