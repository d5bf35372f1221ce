package dev.letterbox.cli.top;

import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.output.Ages;
import dev.letterbox.cli.output.Amounts;
import dev.letterbox.cli.output.Printable;
import dev.letterbox.cli.output.Style;
import dev.letterbox.cli.output.Table;
import dev.letterbox.cli.output.Table.Cell;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.cli.top.QueueLook.Row;
import dev.letterbox.cli.top.ServerLook.UserRates;
import dev.letterbox.metrics.Latencies;
import dev.letterbox.metrics.Snapshot;
import dev.letterbox.sysv.Key;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Draws what {@code letterbox top} shows: lines that fit a terminal, with its colours. */
final class TopFrame {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final String GAP = "   ";
    private static final int LABEL = 10;
    private static final String SERVER = "%-10s".formatted("Server");

    private final Key key;
    private final Duration delay;
    private final Accounts accounts;

    TopFrame(Key key, Duration delay, Accounts accounts) {
        this.key = key;
        this.delay = delay;
        this.accounts = accounts;
    }

    /** Returns about how many queues a screen of this height shows. */
    static int page(Terminal terminal) {
        return Math.max(1, terminal.rows() - 10);
    }

    /** Draws a whole screen. */
    List<String> screen(TopView view, QueueLook queues, ServerLook server, Terminal terminal) {
        List<String> lines = new ArrayList<>();
        lines.add(title(view, queues, terminal));
        String last = view.isTyping() ? "Filter: " + view.filter() + "_   (Enter keeps it, Esc drops it)" : keys(view);
        int room = Math.max(0, terminal.rows() - 2);
        switch (view.shown()) {
            case LIST -> lines.addAll(list(view, queues, server, terminal, room));
            case QUEUE -> lines.addAll(text(QueueContents.lines(view.marked(), queues, terminal), view, room));
            case HELP -> lines.addAll(text(TopHelp.lines(terminal), view, room));
        }
        while (lines.size() < terminal.rows() - 1) {
            lines.add("");
        }
        lines.add(Style.HEADING.paint(cut(last, terminal.columns()), terminal.colours()));
        return lines.stream().limit(terminal.rows()).toList();
    }

    /** Draws all lines, for a pipe or a file. */
    List<String> plain(TopView view, QueueLook queues, ServerLook server, Terminal terminal) {
        List<String> lines = new ArrayList<>();
        lines.add(title(view, queues, terminal));
        lines.addAll(list(view, queues, server, terminal, Integer.MAX_VALUE));
        return lines;
    }

    private String title(TopView view, QueueLook look, Terminal terminal) {
        String what = switch (view.shown()) {
            case LIST ->
                "by " + view.sort().word() + (view.reverse() ? " reversed" : "")
                        + (view.filter().isEmpty() ? "" : ", with '" + Printable.inOneLine(view.filter()) + "'");
            case QUEUE -> "queue " + view.marked();
            case HELP -> "help";
        };
        String left = "letterbox top  " + CLOCK.format(LocalTime.ofInstant(look.moment(), ZoneId.systemDefault()))
                + "  every " + Amounts.time(delay.toNanos()) + "  " + what;
        String right = (view.paused() ? "PAUSED  " : "")
                + (look.most() == 0 ? "" : look.rows().size() + " of " + look.most() + " queues");
        if (terminal.columns() == Integer.MAX_VALUE) {
            return left + GAP + right;
        }
        String cut = cut(left, Math.max(0, terminal.columns() - right.length() - 2));
        String line = cut + " ".repeat(Math.max(0, terminal.columns() - cut.length() - right.length())) + right;
        return Style.HEADING.paint(cut(line, terminal.columns()), terminal.colours());
    }

    private static String keys(TopView view) {
        return view.shown() == TopView.Shown.LIST
                ? "q quit  s sort  r reverse  / filter  p pause  u users  Enter details  ? help"
                : "Esc back  up, down scroll  p pause  ? help  Q quit";
    }

    private static List<String> text(List<String> lines, TopView view, int room) {
        view.scrollAtMost(lines.size() - room);
        return lines.stream().skip(view.scrolled()).limit(room).toList();
    }

    private List<String> list(TopView view, QueueLook queues, ServerLook server, Terminal terminal, int room) {
        List<String> lines = new ArrayList<>(server(server, terminal, room));
        if (view.users()) {
            // At most a third of the screen: the queues matter more.
            lines.addAll(users(server, terminal, room == Integer.MAX_VALUE ? room : (room - lines.size()) / 3));
        }
        lines.add("");
        queues.failure().ifPresent(failure -> lines.addAll(sentence("", failure, Style.BAD, terminal, room)));
        lines.addAll(queues(view, queues, terminal, room == Integer.MAX_VALUE ? room : room - lines.size()));
        return lines;
    }

    // The server

    /** A name with a value in a fixed width, so that nothing moves when the value changes. */
    private record Field(String name, String value, int width, Style style) {
        static Field of(String name, String value, int width) {
            return new Field(name, value, width, Style.PLAIN);
        }

        static Field trouble(String name, double rate) {
            return new Field(name, Amounts.count(rate) + "/s", 7, rate > 0 ? Style.WARNING : Style.PLAIN);
        }

        String text(boolean colours) {
            return name + " ".repeat(1 + Math.max(0, width - value.length())) + style.paint(value, colours);
        }

        int length() {
            return name.length() + 1 + Math.max(width, value.length());
        }
    }

    private List<String> server(ServerLook look, Terminal terminal, int room) {
        if (look.now().isEmpty()) {
            return absent(look, terminal, room);
        }
        Snapshot now = look.now().get();
        List<String> lines = new ArrayList<>();
        String late = silence(look);
        String who = "%s, process %d, up %s".formatted(key, now.pid(), Ages.words(now.uptime()));
        if (late.isEmpty()) {
            lines.add(fields(
                    SERVER + who,
                    List.of(
                            Field.of("CPU", Math.round(look.cpu() * 100) + "%", 4),
                            Field.of("sessions", "" + now.sessions(), 4),
                            queueFill(now)),
                    terminal));
        } else {
            lines.addAll(sentence(SERVER, who + late, Style.BAD, terminal, room));
        }
        Latencies latencies = look.latencies();
        List<Field> work = List.of(
                Field.of("", Amounts.count(look.rate(Snapshot::requests)) + "/s", 8),
                Field.of("sent", Amounts.bytes(look.rate(Snapshot::bytes)) + "/s", 10),
                Field.of("in progress", "" + now.atWork(), 5),
                new Field("stalled", "" + now.stalled(), 5, now.stalled() > 0 ? Style.WARNING : Style.PLAIN));
        List<Field> trouble = List.of(
                Field.trouble("failed", look.rate(TopFrame::failed)),
                Field.trouble("refused", look.rate(Snapshot::allRefused)),
                Field.trouble("stalls", look.rate(Snapshot::stalls)),
                Field.trouble("dropped", look.rate(Snapshot::allDropped)));
        List<Field> speed = List.of(
                percentile("p50", latencies, 50),
                percentile("p99", latencies, 99),
                percentile("p99.9", latencies, 99.9),
                percentile("max", latencies, 100));
        lines.add(fields("Requests", work, terminal));
        lines.add(fields("Trouble", trouble, terminal));
        lines.add(fields("Latency", speed, terminal));
        return lines;
    }

    private List<String> absent(ServerLook look, Terminal terminal, int room) {
        if (!look.runs()) {
            return sentence(SERVER, look.says() + ". Queues only:", Style.WARNING, terminal, room);
        }
        String late = silence(look);
        if (look.says().isEmpty() && late.isEmpty()) {
            return sentence(SERVER, key + ": no answer yet", Style.PLAIN, terminal, room);
        }
        return sentence(SERVER, key + (look.says().isEmpty() ? late : ": " + look.says()), Style.BAD, terminal, room);
    }

    /** Returns a sentence in the lines that it needs, but at most a third of the room: what is beyond is cut. */
    private static List<String> sentence(String label, String text, Style style, Terminal terminal, int room) {
        List<String> lines = terminal.labelled(label, text);
        int most = Math.clamp(room / 3, 1, lines.size());
        List<String> shown = new ArrayList<>(lines.subList(0, most));
        if (most < lines.size()) {
            shown.set(most - 1, lines.get(most - 1) + " " + lines.get(most).strip());
        }
        return shown.stream()
                .map(line -> style.paint(cut(line, terminal.columns()), terminal.colours()))
                .toList();
    }

    private static Field queueFill(Snapshot now) {
        Optional<Snapshot.Waiting> waiting = now.waiting();
        String full =
                waiting.map(state -> KernelLimit.percent(state.fill()) + "%").orElse("?");
        Style style = waiting.map(state -> KernelLimit.style(state.fill())).orElse(Style.PLAIN);
        return new Field("queue", full, 4, style);
    }

    private static long failed(Snapshot snapshot) {
        return snapshot.requests()
                - snapshot.ended()
                        .getOrDefault(dev.letterbox.Outcome.END, Latencies.NONE)
                        .count();
    }

    /** Returns for how long the server has not answered; empty for a normal delay. */
    private String silence(ServerLook look) {
        long nanos = System.nanoTime() - look.nanoTime();
        return nanos > 3 * delay.toNanos() + Duration.ofSeconds(1).toNanos()
                ? ": no answer for " + Ages.words(Duration.ofNanos(nanos))
                : "";
    }

    private static Field percentile(String name, Latencies latencies, double percent) {
        return Field.of(name, Amounts.time(latencies.percentileNanos(percent)), 8);
    }

    /** Returns a line with as many fields as fit. */
    private static String fields(String label, List<Field> fields, Terminal terminal) {
        StringBuilder line = new StringBuilder(cut("%-10s".formatted(label), terminal.columns()));
        int length = Math.max(LABEL, label.length());
        boolean first = label.length() <= LABEL;
        for (Field field : fields) {
            // A value without a name follows its label directly.
            int gap = first ? 0 : GAP.length();
            if (length + gap + field.length() > terminal.columns()) {
                break;
            }
            line.repeat(' ', gap).append(field.text(terminal.colours()));
            length += gap + field.length();
            first = false;
        }
        return line.toString();
    }

    private List<String> users(ServerLook look, Terminal terminal, int room) {
        List<UserRates> users = look.users().orElse(List.of());
        if (users.isEmpty() || room < 3) {
            return List.of();
        }
        Table table = new Table(List.of(
                new Table.Column("USER", false, true, 0),
                new Table.Column("REQUESTS/S", true, false, 0),
                new Table.Column("SENT/S", true, false, -1),
                new Table.Column("P50", true, false, 2),
                new Table.Column("P99", true, false, -2),
                new Table.Column("MAX", true, false, 1),
                new Table.Column("FAILED/S", true, false, 3),
                new Table.Column("REFUSED/S", true, false, -3),
                new Table.Column("STALLS/S", true, false, 4),
                new Table.Column("TOTAL", true, false, 5)));
        int shown = room == Integer.MAX_VALUE ? users.size() : Math.min(users.size(), room - 2);
        users.stream().limit(shown).forEach(user -> table.add(row(user)));
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.addAll(table.lines(terminal, true));
        if (shown < users.size()) {
            lines.set(lines.size() - 1, "and %d more".formatted(users.size() - shown + 1));
        }
        return lines;
    }

    private List<Cell> row(UserRates user) {
        return List.of(
                Cell.of(MetricsReport.name(user.uid(), accounts)),
                Cell.of(Amounts.count(user.requests())),
                Cell.of(Amounts.bytes(user.bytes())),
                Cell.of(Amounts.time(user.latencies().percentileNanos(50))),
                Cell.of(Amounts.time(user.latencies().percentileNanos(99))),
                Cell.of(Amounts.time(user.latencies().percentileNanos(100))),
                trouble(user.failed()),
                trouble(user.refused()),
                trouble(user.stalls()),
                Cell.of(Amounts.count((double) user.total())));
    }

    private static Cell trouble(double rate) {
        return new Cell(Amounts.count(rate), rate > 0 ? Style.WARNING : Style.PLAIN);
    }

    // The queues

    private static List<String> queues(TopView view, QueueLook look, Terminal terminal, int room) {
        if (room < 1) {
            return List.of();
        }
        List<Row> rows = view.rows(look);
        boolean somebodyWaits =
                rows.stream().anyMatch(row -> !row.queue().waiters().isEmpty());
        Table table = new Table(Arrays.stream(TopColumn.values())
                .map(column -> column.column(column == view.sort(), somebodyWaits))
                .toList());
        int shown = Math.min(rows.size(), room - 1);
        int first = first(rows, view.marked(), shown);
        List<Row> visible = rows.subList(first, first + shown);
        for (Row row : visible) {
            table.add(Arrays.stream(TopColumn.values())
                    .map(column -> column.cell(row))
                    .toList());
        }
        List<String> lines = new ArrayList<>(table.lines(terminal, true));
        for (int i = 0; i < visible.size(); i++) {
            if (visible.get(i).id() == view.marked()) {
                lines.set(i + 1, marked(lines.get(i + 1), terminal));
            }
        }
        if (rows.isEmpty()) {
            lines.add(cut(
                    look.rows().isEmpty() ? "There are no queues." : "No queue matches the filter; Esc shows all.",
                    terminal.columns()));
        }
        return lines;
    }

    /** Returns the first visible row, so that the cursor is visible. */
    private static int first(List<Row> rows, int marked, int shown) {
        int place = 0;
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).id() == marked) {
                place = i;
            }
        }
        return Math.max(0, Math.min(place - shown / 2, rows.size() - shown));
    }

    private static String marked(String line, Terminal terminal) {
        if (!terminal.interactive()) {
            return line;
        }
        String text = line.replaceAll("\u001b\\[[0-9;]*m", "");
        return "\u001b[7m" + text + " ".repeat(Math.max(0, terminal.columns() - text.length())) + "\u001b[0m";
    }

    private static String cut(String text, int columns) {
        return text.length() <= columns ? text : columns < 1 ? "" : text.substring(0, columns - 1) + "+";
    }
}
