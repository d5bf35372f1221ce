package dev.letterbox.cli.php;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.fuzz.Check;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** PHP's format, which any program may send, and the JSON that people write for it. */
final class PhpFuzzTest {
    static Stream<byte[]> serialized() {
        return Stream.of(
                        "N;",
                        "b:1;",
                        "i:-42;",
                        "d:1.5E+25;",
                        "d:-INF;",
                        "s:5:\"hello\";",
                        "a:2:{s:1:\"k\";i:1;i:7;a:1:{i:0;b:1;}}")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @MethodSource("serialized")
    @FuzzTest
    void anyBytesAreAValueThatIsWrittenAndReadOrNone(byte[] input) {
        PhpReader.read(input).ifPresent(value -> {
            byte[] written = PhpWriter.serialized(value);
            byte[] again = PhpWriter.serialized(PhpReader.read(written).orElseThrow());
            Check.that(Arrays.equals(again, written), "written again, it is another");
            JsonReader.read(PhpWriter.json(value));
        });
    }

    static Stream<String> json() {
        return Stream.of(
                "{\"text\": \"Gr\u00fc\u00dfe\\n\\x00\\u20ac\", \"7\": [1, -1.5, 1.0E25, true, null], \"n\": {\"a\": []}}",
                "[[[]]]",
                "NAN",
                "-0.0");
    }

    @MethodSource("json")
    @FuzzTest
    void anyTextIsJsonThatComesBackOrIsRefusedWithItsPlace(String text) {
        if (text == null) {
            return;
        }
        PhpValue value;
        try {
            value = JsonReader.read(text);
        } catch (IllegalArgumentException refused) {
            Check.that(String.valueOf(refused.getMessage()).startsWith("at character "), "no words for it");
            return;
        }
        byte[] written = PhpWriter.serialized(value);
        Check.that(Arrays.equals(PhpWriter.serialized(PhpReader.read(written).orElseThrow()), written), "PHP's format");
        String json = PhpWriter.json(value);
        Check.that(PhpWriter.json(JsonReader.read(json)).equals(json), "JSON");
    }
}
