package dev.letterbox.cli.command;

import dev.letterbox.testkit.Fuzz;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What people mistype: each reader of an option takes it, or says what is wrong with it. */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
final class ConverterFuzzTest {
    private static final List<String> VALID = List.of(
            "0x1aaaaaa1",
            "447392417",
            "-1",
            "ftok:/etc/passwd:1",
            "key:447392417",
            "65536",
            "64K",
            "1M",
            "500ms",
            "30s",
            "2m",
            "1h",
            "0-511",
            "512-",
            "0620",
            "9223372036854775807");

    static Stream<ITypeConverter<?>> converters() {
        return Stream.of(
                new KeyOption.Converter(),
                new QueueName.Converter(),
                new SizeConverter(),
                new DurationConverter(),
                new ByteRange.Converter(),
                new ModeConverter(),
                new TypeOptions.Converter());
    }

    @ParameterizedTest
    @MethodSource("converters")
    void anyTextIsAcceptedOrRejectedWithAMessage(ITypeConverter<?> converter) {
        Fuzz.texts(20_000, VALID, text -> {
            try {
                if (converter.convert(text) == null) {
                    throw new AssertionError("nothing for " + text);
                }
            } catch (TypeConversionException refused) {
                if (refused.getMessage() == null || refused.getMessage().isBlank()) {
                    throw new AssertionError("no words for " + text, refused);
                }
            }
        });
    }
}
