package dev.letterbox.cli.php;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.PeerLanguage;
import dev.letterbox.testkit.RandomCases;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhpTest {
    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "N;|null",
                "b:0;|false",
                "b:1;|true",
                "i:42;|42",
                "i:-9223372036854775808;|-9223372036854775808",
                "d:1.5;|1.5",
                "d:1.0;|1.0",
                "d:INF;|INF",
                "d:-INF;|-INF",
                "d:NAN;|NAN",
                "s:5:\"hello\";|\"hello\"",
                "s:4:\"a\"\\b\";|\"a\\\"\\\\b\"",
                "s:2:\"\u00c3\u00a9\";|\"é\"",
                "s:2:\"\u00e9!\";|\"\\xe9!\"",
                "a:0:{}|[]",
                "a:2:{i:0;s:1:\"a\";i:1;N;}|[\"a\", null]",
                "a:2:{s:1:\"k\";i:1;i:7;a:1:{i:0;b:1;}}|{\"k\": 1, \"7\": [true]}"
            })
    void aValueIsReadAsJsonAndWrittenAgain(String serialized, String json) {
        PhpValue value = PhpReader.read(latin1(serialized)).orElseThrow();
        assertThat(PhpWriter.json(value)).isEqualTo(json);
        assertThat(PhpWriter.serialized(JsonReader.read(json))).isEqualTo(latin1(serialized));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "i:42",
                "i:42;x",
                "i:;",
                "i:99999999999999999999;",
                "s:6:\"hello\";",
                "s:-1:\"\";",
                "s:2147483647:\"\";",
                "a:1:{i:0;}",
                "a:1:{N;i:0;}",
                "a:1000000000:{}",
                "d:0x1p3;",
                "d:1f;",
                "O:8:\"stdClass\":0:{}",
                "a:1:{i:0;O:8:\"stdClass\":0:{}}",
                "R:1;"
            })
    void whatIsNoValueOfTheseIsNone(String other) {
        assertThat(PhpReader.read(latin1(other))).isEmpty();
    }

    @Test
    void arraysAreReadAndWrittenToABound() {
        String within = "[".repeat(64) + "]".repeat(64);
        byte[] serialized = PhpWriter.serialized(JsonReader.read(within));
        assertThat(PhpWriter.json(PhpReader.read(serialized).orElseThrow())).isEqualTo(within);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonReader.read("[" + within + "]"))
                .withMessageContaining("64 levels");
        assertThat(PhpReader.read(latin1("a:1:{i:0;".repeat(65) + "N;" + "}".repeat(65))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hello|at character 1: expected a value; a string is written in double quotes",
                "[1, 2|at character 6: expected ']'",
                "{\"a\" 1}|at character 6: expected ':'",
                "{1: 2}|at character 2: expected a string in double quotes",
                "\"abc|at character 5: expected more",
                "\"\\q\"|at character 3: expected one of the escapes",
                "\"\\u12\"|at character 3: expected 4 hexadecimal digits",
                "01|at character 1: expected a value",
                "1 2|at character 3: expected nothing more"
            })
    void whatIsNoJsonIsToldWithItsPlace(String json, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonReader.read(json))
                .withMessageContaining(message);
    }

    @Test
    void ofTwoWithOneNameTheLastCounts() {
        assertThat(PhpWriter.json(JsonReader.read("{\"a\": 1, \"b\": 2, \"a\": 3}")))
                .isEqualTo("{\"a\": 3, \"b\": 2}");
    }

    @Test
    void anyStringComesBack() {
        RandomCases.check(1_000, random -> {
            byte[] bytes = RandomCases.bytes(random, 100);
            String json = PhpWriter.json(new PhpValue.Text(bytes));
            assertThat(((PhpValue.Text) JsonReader.read(json)).bytes()).isEqualTo(bytes);
        });
    }

    /** PHP itself reads what is written, and what it writes is read. */
    @Test
    void phpAgrees() {
        PeerLanguage.PHP.assumeInstalled();
        String json =
                "{\"text\": \"Grüße, 5 €\", \"7\": [1, -1.5, 1.0E25, true, false, null], \"nested\": {\"a\": []}}";
        byte[] ours = PhpWriter.serialized(JsonReader.read(json));
        String script = """
                $value = unserialize(hex2bin($argv[1]));
                $expected = json_decode($argv[2], true);
                if ($value !== $expected) { var_dump($value, $expected); exit(1); }
                echo serialize($value);
                """;
        byte[] theirs = Command.of("php", "-r", script, HexFormat.of().formatHex(ours), json)
                .run()
                .expect(0)
                .out();
        assertThat(PhpWriter.json(PhpReader.read(theirs).orElseThrow())).isEqualTo(json);
    }
}
