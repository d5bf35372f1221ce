package dev.letterbox.cli.command;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.fuzz.Check;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What people mistype: each reader of an option takes it, or says what is wrong with it. */
final class OptionsFuzzTest {
    private static final List<ITypeConverter<?>> CONVERTERS = List.of(
            new KeyOption.Converter(),
            new QueueName.Converter(),
            new SizeConverter(),
            new DurationConverter(),
            new ByteRange.Converter(),
            new ModeConverter(),
            new TypeOptions.Converter());

    static Stream<String> words() {
        return Stream.of(
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
                "1h30m",
                "0.5s",
                "-5",
                "0-511",
                "512-",
                "0620",
                "9223372036854775807");
    }

    @MethodSource("words")
    @FuzzTest
    void anyTextIsAcceptedOrRejectedWithAMessage(String text) throws Exception {
        if (text == null) {
            return;
        }
        for (ITypeConverter<?> converter : CONVERTERS) {
            try {
                Check.that(converter.convert(text) != null, "it is read as nothing");
            } catch (TypeConversionException refused) {
                Check.that(refused.getMessage() != null && !refused.getMessage().isBlank(), "no words for it");
            }
        }
    }
}
