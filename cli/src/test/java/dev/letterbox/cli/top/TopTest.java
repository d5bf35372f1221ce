package dev.letterbox.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.cli.top.QueueLook.Row;
import dev.letterbox.metrics.Snapshot;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.waiters.Waiter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the live screen draws, and what keys do to it, without a terminal. */
class TopTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final TopFrame FRAME =
            new TopFrame(Key.parse(KeyOption.DEFAULT), Duration.ofSeconds(1), new Accounts());

    /** The id of a queue in which a stopped thread waits. */
    private static final int WAITED_IN = 123_456;

    private static final Waiter STOPPED = new Waiter(
            4_194_303,
            4_194_303,
            "a-reader",
            Waiter.Call.RECEIVE,
            OptionalInt.of(WAITED_IN),
            OptionalLong.of(7),
            OptionalInt.of(0),
            OptionalLong.empty(),
            true);

    private final TopView view = new TopView(TopColumn.FULL, false, "");

    private static Row row(int id, int key, long bytes, double growth) {
        ListedQueue.Account root = new ListedQueue.Account(0, 0, "root", "root");
        QueueStatus status = new QueueStatus(
                id,
                key,
                0,
                0,
                0,
                0,
                Mode.OWNER,
                bytes / 100,
                bytes,
                OptionalLong.of(16_384),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                NOW);
        return new Row(
                new ListedQueue(
                        status,
                        Optional.empty(),
                        Optional.empty(),
                        root,
                        root,
                        Optional.empty(),
                        Optional.empty(),
                        id == WAITED_IN ? List.of(STOPPED) : List.of(),
                        false,
                        false,
                        NOW),
                growth / 100,
                growth);
    }

    private static QueueLook look(Row... rows) {
        return new QueueLook(List.of(rows), 32_000, NOW, 1, Optional.empty());
    }

    private static QueueLook many() {
        return look(IntStream.range(0, 500).mapToObj(id -> row(id, 0, id, 0)).toArray(Row[]::new));
    }

    private List<String> draw(QueueLook look, int columns, int rows) {
        return FRAME.screen(
                view,
                look,
                ServerLook.without("No server is running on key 0x1aaaaaa1 (msgget: ENOENT)", false),
                new Terminal(true, columns, rows, false));
    }

    private void press(QueueLook look, String text) {
        text.chars().forEach(character -> view.press(TopKey.of((char) character), look, 10));
    }

    private void press(QueueLook look, TopKey.Kind kind) {
        view.press(TopKey.of(kind), look, 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 40, 80, 120, 200, 1000})
    void titleHelpAndTextsFitAnyWidth(int columns) {
        for (String keys : List.of("", "?", "q/" + "long".repeat(50))) {
            press(many(), keys);
            List<String> lines = draw(many(), columns, 24);
            assertThat(lines).hasSize(24);
            assertThat(lines.getFirst().length()).isLessThanOrEqualTo(columns);
            assertThat(lines.getLast().length()).isLessThanOrEqualTo(columns);
        }
    }

    /** The metrics of a server, as it sends them. */
    private static Snapshot snapshot(Duration uptime, long requests) {
        String latencies = "%d 1000000:%d 250000000:1".formatted(requests * 1_000_000 + 250_000_000, requests);
        return Snapshot.parse("""
                letterbox-metrics 1
                pid 1234567
                queue 0
                key %d
                started %s
                uptime %d
                cpu 1000000000
                received %d
                ended end %s
                bytes %d
                stalls 12345
                at-work 12345
                stalled 12345
                sessions 1023
                waiting 100 16000 16384
                queues 1024
                max-queues 32000
                users 2
                user 0 3 4 5 %d %s
                user 4294967294 3 4 5 %d %s
                """.formatted(
                        0x1aaaaaa1,
                        NOW,
                        uptime.toNanos(),
                        requests,
                        latencies,
                        requests * 1_000_000,
                        requests * 1_000_000,
                        latencies,
                        requests * 1_000_000,
                        latencies));
    }

    /** Of a busy server with large numbers, and of full queues with long names. */
    @Test
    void eachLineFitsEachWidthFrom40To220() {
        ServerLook server = ServerLook.first()
                .next(snapshot(Duration.ofHours(1), 1_000))
                .next(snapshot(Duration.ofHours(2), 9_999_999));
        QueueLook queues = look(row(2_147_483_647, 0x42424242, 16_000, 1_000_000), row(WAITED_IN, 0, 16_384, -9_999));
        int columnsBefore = 0;
        for (int columns = 40; columns <= 220; columns++) {
            for (QueueLook look : List.of(queues, look())) {
                for (ServerLook each : List.of(server, ServerLook.without("No server is running.", false))) {
                    List<String> lines = FRAME.screen(view, look, each, new Terminal(true, columns, 24, false));
                    int width = columns;
                    assertThat(lines)
                            .as("%d columns", columns)
                            .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
                    assertThat(lines.getFirst()).hasSize(columns).endsWith(" of 32000 queues");
                }
            }
            List<String> shown = FRAME.screen(view, queues, server, new Terminal(true, columns, 24, false));
            int headings = shown.stream()
                    .filter(line -> line.matches(".*\\bID +.*FULL\\*.*"))
                    .mapToInt(line -> line.strip().split(" +").length)
                    .sum();
            assertThat(headings)
                    .as("a wider terminal shows no less")
                    .isGreaterThanOrEqualTo(Math.max(2, columnsBefore));
            columnsBefore = headings;
        }
        assertThat(columnsBefore).as("the widest shows all").isGreaterThanOrEqualTo(TopColumn.values().length - 1);
    }

    /** With {@code --once} and the help too. */
    @Test
    void theMetricsAndTheDetailsFitEachWidthFrom40To220() {
        Snapshot snapshot = snapshot(Duration.ofHours(2), 9_999_999);
        QueueLook queues = look(row(WAITED_IN, 0x42424242, 16_000, 1_000_000));
        int linesBefore = Integer.MAX_VALUE;
        for (int columns = 40; columns <= 220; columns++) {
            Terminal terminal = new Terminal(true, columns, 24, false);
            List<String> metrics = MetricsReport.text(snapshot, terminal);
            int width = columns;
            for (List<String> lines :
                    List.of(metrics, QueueContents.lines(WAITED_IN, queues, terminal), TopHelp.lines(terminal))) {
                assertThat(lines)
                        .as("%d columns", columns)
                        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
            }
            assertThat(metrics).anyMatch(line -> line.matches("ENDED IN +REQUESTS .*P99.*"));
            assertThat(metrics.size()).isLessThanOrEqualTo(linesBefore);
            linesBefore = metrics.size();
        }
    }

    @Test
    void aSentenceAboutTheServerIsWrappedWhereTheScreenHasRoom() {
        String silent =
                "The server was silent for 1.0 s when greeted. Is the server of another program, or does it hang?";
        QueueLook queues = look(row(1, 0, 0, 0));
        for (int columns = 40; columns <= 220; columns++) {
            Terminal terminal = new Terminal(true, columns, 24, false);
            String screen = String.join(
                    " ",
                    FRAME.screen(view, queues, ServerLook.without(silent, true), terminal).stream()
                            .map(String::strip)
                            .toList());
            assertThat(screen).contains("0x1aaaaaa1: " + silent);
        }
        List<String> low =
                FRAME.screen(view, queues, ServerLook.without(silent, true), new Terminal(true, 40, 8, false));
        assertThat(low).anyMatch(line -> line.endsWith("+")).anyMatch(line -> line.matches(" *- +1 .*"));
    }

    @Test
    void theListShowsThatAWaitingReaderIsStopped() {
        for (int columns : List.of(60, 80, 120)) {
            assertThat(draw(look(row(WAITED_IN, 0x42424242, 100, 0), row(7, 0, 0, 0)), columns, 24))
                    .anyMatch(line -> line.contains("WAITING"))
                    .anyMatch(line -> line.contains("1 receiver (stopped)"));
        }
        assertThat(draw(look(row(7, 0x42424242, 100, 0)), 80, 24)).anyMatch(line -> line.contains("WAITING"));
    }

    @Test
    void helpIsShownOverTheDetailsAndGoesBackToThem() {
        QueueLook look = look(row(1, 0, 0, 0));
        press(look, TopKey.Kind.ENTER);
        press(look, "?");
        assertThat(view.shown()).isEqualTo(TopView.Shown.HELP);
        press(look, "?");
        assertThat(view.shown()).isEqualTo(TopView.Shown.QUEUE);
        press(look, "h");
        press(look, TopKey.Kind.ESCAPE);
        assertThat(view.shown()).isEqualTo(TopView.Shown.QUEUE);
        press(look, TopKey.Kind.ESCAPE);
        assertThat(view.shown()).isEqualTo(TopView.Shown.LIST);
        press(look, "?q");
        assertThat(view.shown()).isEqualTo(TopView.Shown.LIST);
        assertThat(view.isOver()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 10, 24, 100, 1000})
    void aScreenHasAsManyLinesAsTheTerminal(int rows) {
        assertThat(draw(many(), 80, rows)).hasSize(rows);
        assertThat(draw(look(), 80, rows)).hasSize(rows);
        press(many(), "?");
        assertThat(draw(many(), 80, rows)).hasSize(rows);
    }

    @Test
    void theFullestQueueComesFirstAndTheCursorStaysOnItsQueue() {
        QueueLook before = look(row(1, 0, 100, 0), row(2, 0, 16_000, 0), row(3, 0, 5_000, 0));
        assertThat(view.rows(before)).extracting(Row::id).containsExactly(2, 3, 1);
        press(before, TopKey.Kind.DOWN);
        press(before, TopKey.Kind.DOWN);
        assertThat(view.marked()).isEqualTo(3);
        QueueLook after = look(row(1, 0, 100, 0), row(2, 0, 16_000, 0), row(3, 0, 16_100, 0));
        assertThat(view.rows(after)).extracting(Row::id).containsExactly(3, 2, 1);
        assertThat(view.marked()).isEqualTo(3);
        press(after, "r");
        assertThat(view.rows(after)).extracting(Row::id).containsExactly(1, 2, 3);
    }

    @Test
    void theCursorIsAlwaysVisible() {
        QueueLook look = many();
        press(look, TopKey.Kind.DOWN);
        press(look, TopKey.Kind.END);
        assertThat(view.marked()).isZero();
        assertThat(draw(look, 80, 24)).anyMatch(line -> line.matches("\u001b\\[7m- +0 +private.*"));
        press(look, TopKey.Kind.PAGE_UP);
        assertThat(view.marked()).isEqualTo(10);
        assertThat(draw(look, 80, 24)).anyMatch(line -> line.matches("\u001b\\[7m- +10 +private.*"));
    }

    @Test
    void aFilterIsTypedAndKeptOrDropped() {
        QueueLook look = look(row(1, 0x77, 0, 0), row(2, 0x4242, 0, 0));
        press(look, "/42x");
        assertThat(view.rows(look)).isEmpty();
        press(look, TopKey.Kind.BACKSPACE);
        assertThat(view.rows(look)).extracting(Row::id).containsExactly(2);
        press(look, TopKey.Kind.ENTER);
        assertThat(view.isTyping()).isFalse();
        assertThat(view.rows(look)).extracting(Row::id).containsExactly(2);
        press(look, "/q");
        press(look, TopKey.Kind.ESCAPE);
        assertThat(view.isOver()).isFalse();
        assertThat(view.filter()).isEqualTo("42");
        press(look, TopKey.Kind.ESCAPE);
        assertThat(view.rows(look)).hasSize(2);
    }

    @Test
    void theTimeUntilAQueueIsFullIsEstimated() {
        assertThat(row(1, 0, 6_384, 1_000).fullIn()).hasValue(10);
        assertThat(row(1, 0, 6_384, -1_000).fullIn()).isEmpty();
        assertThat(row(1, 0, 6_384, 0).fullIn()).isEmpty();
        assertThat(row(1, 0, 16_384, 1_000).fullIn()).isEmpty();
        assertThat(TopColumn.FULL_IN.cell(row(1, 0, 6_384, 1_000)).text()).isEqualTo("10 s");
        assertThat(TopColumn.FULL_IN.cell(row(1, 0, 0, 0.001)).text()).isEqualTo("days");
        assertThat(TopColumn.BYTE_RATE.cell(row(1, 0, 0, -2_048)).text()).isEqualTo("-2 KiB");
    }

    @Test
    void aBarIsFullOnlyForAFullQueue() {
        assertThat(List.of(0L, 1L, 16_383L, 16_384L))
                .extracting(bytes -> TopColumn.BAR.cell(row(1, 0, bytes, 0)).text())
                .containsExactly("[          ]", "[|         ]", "[||||||||| ]", "[||||||||||]");
    }

    @Test
    void aRemovedQueueIsReportedAsRemoved() {
        QueueLook look = look(row(1, 0, 0, 0));
        press(look, TopKey.Kind.ENTER);
        assertThat(draw(look(), 80, 24)).contains("Queue 1 has been removed.");
        press(look, "q");
        assertThat(view.isOver()).isFalse();
        press(look, "q");
        assertThat(view.isOver()).isTrue();
    }

    private static List<TopKey> keys(String sent) throws IOException {
        Queue<Integer> characters = new ArrayDeque<>(sent.chars().boxed().toList());
        TopKey.Source source = new TopKey.Source() {
            @Override
            public int next() {
                return characters.isEmpty() ? -1 : characters.remove();
            }

            @Override
            public int peek() {
                return characters.isEmpty() ? -2 : characters.element();
            }
        };
        List<TopKey> keys = new ArrayList<>();
        do {
            keys.add(TopKey.read(source));
        } while (keys.getLast().kind() != TopKey.Kind.HANG_UP);
        return keys.subList(0, keys.size() - 1);
    }

    @Test
    void keysAreDistinguished() throws IOException {
        assertThat(keys("q\u001b[A\u001bOB\u001b[5~\u001b[6~\u001b[1;5C\u001b[3~\r\u007f\f\u001a\u0001"))
                .extracting(TopKey::kind)
                .containsExactly(
                        TopKey.Kind.CHARACTER,
                        TopKey.Kind.UP,
                        TopKey.Kind.DOWN,
                        TopKey.Kind.PAGE_UP,
                        TopKey.Kind.PAGE_DOWN,
                        TopKey.Kind.OTHER,
                        TopKey.Kind.OTHER,
                        TopKey.Kind.ENTER,
                        TopKey.Kind.BACKSPACE,
                        TopKey.Kind.REDRAW,
                        TopKey.Kind.SUSPEND,
                        TopKey.Kind.OTHER);
        assertThat(keys("\u001b")).containsExactly(TopKey.of(TopKey.Kind.ESCAPE));
        assertThat(keys("\u001b?")).containsExactly(TopKey.of(TopKey.Kind.ESCAPE), TopKey.of('?'));
    }

    @Test
    void impossibleOptionsAreRejected() {
        assertThat(Operator.refusal("top", "--count", "0")).contains("--count must be 1 or more");
        assertThat(Operator.refusal("top", "--once", "--count", "2")).contains("cannot be combined");
        assertThat(Operator.refusal("top", "--sort", "colour"))
                .contains("'colour' is not one of key, id,")
                .doesNotContain("bar");
        assertThat(Operator.refusal("top", "--delay", "0s")).contains("'0s'");
    }
}
