package dev.letterbox.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.output.Table.Cell;
import dev.letterbox.cli.output.Table.Column;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** How things are written: tables, JSON, ages, bytes. */
class TextTest {
    private static final Table TABLE = new Table(List.of(
            new Column("ID", true, false, 0),
            new Column("NAME", false, true, 0),
            new Column("EXTRA", false, false, 1),
            new Column("LEAST", false, false, 2)));

    static {
        TABLE.add(List.of(Cell.of(7), Cell.of("short"), Cell.of("x"), Cell.of("y")));
        TABLE.add(List.of(Cell.of(123), new Cell("longer than short", Style.BAD), Cell.of("xx"), Cell.of("")));
    }

    @Test
    void aPipeGetsTheWholeTable() {
        assertThat(TABLE.lines(Terminal.NONE, true))
                .containsExactly(
                        " ID  NAME               EXTRA  LEAST",
                        "  7  short              x      y",
                        "123  longer than short  xx     ");
    }

    @Test
    void onANarrowTerminalColumnsAreDroppedAndThenTextsAreCut() {
        assertThat(TABLE.lines(new Terminal(true, 30, 24, false), true).getFirst())
                .doesNotContain("LEAST");
        assertThat(TABLE.lines(new Terminal(true, 20, 24, false), false))
                .containsExactly("  7  short", "123  longer than sh+");
        assertThat(TABLE.lines(new Terminal(true, 5, 24, true), false).getLast())
                .isEqualTo("123  \u001b[31mlonger th+\u001b[0m");
    }

    @Test
    void onTheNarrowestTerminalImportantColumnsAreDroppedToo() {
        Table table = new Table(List.of(
                new Column("ID", true, false, 0),
                new Column("NAME", false, true, -2),
                new Column("SIZE", false, false, -1),
                new Column("LEAST", false, false, 1)));
        table.add(List.of(Cell.of(7), Cell.of("rather a long one"), Cell.of("12345"), Cell.of("x")));
        assertThat(table.lines(new Terminal(true, 22, 24, false), false)).containsExactly("7  rather a lo+  12345");
        assertThat(table.lines(new Terminal(true, 12, 24, false), false)).containsExactly("7  12345");
        assertThat(table.lines(new Terminal(true, 5, 24, false), false)).containsExactly("7");
        assertThat(table.lines(Terminal.NONE, false)).containsExactly("7  rather a long one  12345  x");
    }

    @Test
    void sentencesAreWrappedOnANarrowTerminal() {
        Table table = new Table(List.of(
                        new Column("ID", true, false, 0),
                        new Column("LEAST", false, false, 1),
                        new Column("WHY", false, true, 0)))
                .wrappingLast();
        table.add(
                List.of(Cell.of(12), Cell.of("x"), new Cell("its process has ended, and so has the other", Style.BAD)));
        table.add(List.of(Cell.of(7), Cell.of("y"), Cell.of("")));
        assertThat(table.lines(Terminal.NONE, false))
                .containsExactly("12  x  its process has ended, and so has the other", " 7  y  ");
        assertThat(table.lines(new Terminal(true, 48, 24, false), false))
                .containsExactly("12  x  its process has ended, and so has the", "       other", " 7  y  ");
        assertThat(table.lines(new Terminal(true, 40, 24, true), false))
                .as("before lines get short, a column is left out")
                .containsExactly(
                        "12  \u001b[31mits process has ended, and so has\u001b[0m",
                        "    \u001b[31mthe other\u001b[0m",
                        " 7  ");
    }

    @Test
    void textIsWrappedAtWordsWithItsIndentationAndColoursTakeNoRoom() {
        assertThat(Terminal.wrapped("one two three", 7)).containsExactly("one two", "three");
        assertThat(Terminal.wrapped("  one two three", 7)).containsExactly("  one", "  two", "  three");
        assertThat(Terminal.wrapped("a-word-that-is-wider than that", 7))
                .containsExactly("a-word-that-is-wider", "than", "that");
        assertThat(Terminal.wrapped("", 7)).containsExactly("");
        assertThat(Terminal.wrapped("\u001b[31mone\u001b[0m two three", 7))
                .containsExactly("\u001b[31mone\u001b[0m two", "three");
        Terminal narrow = new Terminal(true, 30, 24, true);
        assertThat(narrow.labelled("\u001b[1mNote\u001b[0m  ", "all lines stand below the first one"))
                .containsExactly("\u001b[1mNote\u001b[0m  all lines stand below", "      the first one");
        assertThat(Terminal.NONE.labelled("Note  ", "one line in a pipe, however long"))
                .containsExactly("Note  one line in a pipe, however long");
    }

    @Test
    void jsonCanBeReadBack() {
        JsonObject object = new JsonObject()
                .put("text", "a\"\\\n\t\u0001\u00e9\ud83d\ude00")
                .put("none", Optional.empty())
                .put("no", OptionalInt.empty())
                .put("some", Optional.of(1.5))
                .put("yes", true)
                .put("empty", List.of())
                .put("list", List.of(new JsonObject(), new JsonObject().put("n", Long.MAX_VALUE)));
        for (String json : List.of(object.toString(), object.inOneLine())) {
            var read = JsonMapper.shared().readTree(json);
            assertThat(read.get("text").asString()).isEqualTo("a\"\\\n\t\u0001\u00e9\ud83d\ude00");
            assertThat(read.get("none").isNull()).isTrue();
            assertThat(read.get("no").isNull()).isTrue();
            assertThat(read.get("some").asDouble()).isEqualTo(1.5);
            assertThat(read.get("list").get(1).get("n").asLong()).isEqualTo(Long.MAX_VALUE);
            assertThat(json).isASCII();
        }
        assertThat(object.inOneLine()).doesNotContain("\n");
    }

    @Test
    void agesHaveThePrecisionThatPeopleNeed() {
        assertThat(Ages.words(Duration.ofMillis(-500))).isEqualTo("now");
        assertThat(Ages.words(Duration.ofSeconds(59))).isEqualTo("59 s");
        assertThat(Ages.words(Duration.ofSeconds(60))).isEqualTo("1 min");
        assertThat(Ages.words(Duration.ofMinutes(60))).isEqualTo("1 h");
        assertThat(Ages.words(Duration.ofHours(47))).isEqualTo("47 h");
        assertThat(Ages.words(Duration.ofHours(49))).isEqualTo("2 days");
    }

    @Test
    void bytesAreShownAsTextWithControlCharactersEscaped() {
        assertThat(Printable.escaped("a\u00e9\n\0\\\u001b[2J\u009b\u202e".getBytes(UTF_8)))
                .isEqualTo("a\u00e9\\n\\0\\\\\\x1b[2J\\u009b\\u202e");
        assertThat(Printable.escaped(new byte[] {'a', (byte) 0xff, '\n'})).isEqualTo("a\\xff\\n");
        // A tag, which is invisible, with a digit behind it.
        assertThat(Printable.escaped("\udb40\udc011".getBytes(UTF_8))).isEqualTo("\\U000e00011");
        assertThat(Printable.harmless("\udb40\udc011")).isEqualTo("\\U000e00011");
    }

    @Test
    void aScreenShowsWhatFits() {
        assertThat(Screen.show("a\nb\nc\n", 4))
                .isEqualTo("\u001b[?7l\u001b[H\u001b[Ka\n\u001b[Kb\n\u001b[Kc\n\u001b[J\u001b[?7h");
        assertThat(Screen.show("a\nb\nc\nd\n", 4)).contains("\u001b[Ka\n\u001b[Kb\n\u001b[Kand 2 more\n");
        for (int rows : new int[] {0, 1, 2}) {
            assertThat(Screen.show("a\nb\n", rows)).contains("\u001b[H\u001b[Kand 2 more\n");
        }
    }

    @Test
    void amountsHaveThreeDigitsAndAUnit() {
        assertThat(List.of(0.0, 1.0, 999.0, 1_000.0, 1_024.0, 1_536.0, 16_384.0, 1_048_570.0, 7e18))
                .extracting(Amounts::bytes)
                .containsExactly(
                        "0 B", "1 B", "999 B", "0.98 KiB", "1 KiB", "1.50 KiB", "16 KiB", "1.00 MiB", "6.07 EiB");
        assertThat(List.of(0.0, 0.25, 12.0, 999.4, 999.7, 12_345.0, 2e6))
                .extracting(Amounts::count)
                .containsExactly("0", "0.25", "12", "999", "1.00 k", "12.3 k", "2 M");
        assertThat(List.of(0L, 83_967L, 999_999L, 1_250_000L, 999_999_999L, 2_500_000_000L, 90_000_000_000L))
                .extracting(Amounts::time)
                .containsExactly("-", "84.0 µs", "1.00 ms", "1.25 ms", "1.00 s", "2.50 s", "1.5 min");
    }

    @Test
    void oneIsSingular() {
        assertThat(Counted.of(0, "message")).isEqualTo("0 messages");
        assertThat(Counted.of(1, "message")).isEqualTo("1 message");
        assertThat(Counted.of(2, "message")).isEqualTo("2 messages");
    }
}
