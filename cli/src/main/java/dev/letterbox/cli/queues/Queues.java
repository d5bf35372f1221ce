package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.command.JsonOption;
import dev.letterbox.cli.command.QueueName;
import dev.letterbox.cli.command.Readers;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.QueueColumn;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Screen;
import dev.letterbox.cli.output.Table;
import dev.letterbox.cli.output.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Is the command that lists queues. */
@Command(
        name = "queues",
        description = "List the message queues: whose they are, how full, who used them last, which look leaked.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Columns: key id kind server owner creator mode messages bytes capacity full sender receiver sent received changed"
                    + " idle. A narrow terminal shows those that fit, and SERVER, the key that a client asks, where there are"
                    + " clients; a pipe gets all.",
            "",
            "Kinds: server (a Letterbox server runs on it), left-over (of a Letterbox server that was killed), client (the"
                    + " private queue of a Letterbox client), orphan (of one that was killed), private (no key), keyed (any"
                    + " other). Whether a client lives is certain, by marks that the kernel takes away with it.",
            "",
            "A process is 'gone' when it ended, 'gone?' when it, or only its thread that received, ended, and '?' when the"
                    + " kernel does not tell: it is in another container, or hidden.",
            "",
            "Examples:",
            "  letterbox queues                            all",
            "  letterbox queues 5 0x1aaaaaa1               these; status 1: one is missing",
            "  letterbox queues --fuller-than 80%% --watch  those in danger, every two seconds",
            "  letterbox queues --orphans --older-than 1h  those that look leaked",
            "  letterbox queues --sort full --json | jq '.queues[0].lastReceiver'"
        })
public final class Queues implements Callable<Integer> {
    @Parameters(paramLabel = "QUEUE", arity = "0..*", description = "Only these; an " + QueueName.FORMS + ".")
    private List<String> names = List.of();

    @Mixin
    private QueueFilter filter = new QueueFilter();

    @Option(
            names = "--sort",
            paramLabel = "COLUMN",
            converter = QueueColumn.Names.class,
            completionCandidates = QueueColumn.Names.class,
            description = "Sort by this column: names by the alphabet, amounts and ages largest first. Default: id.")
    private QueueColumn sort = QueueColumn.ID;

    @Option(
            names = {"-r", "--reverse"},
            description = "Sort the other way round.")
    private boolean reverse;

    @Option(
            names = {"-c", "--columns"},
            paramLabel = "COLUMN",
            split = ",",
            converter = QueueColumn.Names.class,
            completionCandidates = QueueColumn.Names.class,
            description = "Show these columns, in this order, whatever the width; separated by commas.")
    private List<QueueColumn> columns = List.of();

    @Option(names = "--no-header", description = "Leave out the line with the columns' names.")
    private boolean noHeader;

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(
            names = {"-w", "--watch"},
            paramLabel = "TIME",
            arity = "0..1",
            fallbackValue = "2s",
            converter = DurationConverter.class,
            description =
                    "Show it again every TIME, until Ctrl-C. Default: ${FALLBACK-VALUE}. With --json, a line each.")
    private @Nullable Duration watch;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        if (json.isGiven() && (!columns.isEmpty() || noHeader)) {
            throw new ParameterException(
                    spec.commandLine(), "--json writes all there is: --columns and --no-header are for text.");
        }
        List<QueueName> wanted = QueueName.read(names, spec.commandLine());
        Terminal terminal = Terminal.ofStdout();
        PrintWriter out = spec.commandLine().getOut();
        Duration interval = watch;
        if (interval != null) {
            return Readers.workFor(() -> watch(wanted, terminal, out, interval));
        }
        FoundQueues found = find(wanted);
        out.print(json.isGiven() ? object(found) + "\n" : text(found, terminal));
        out.flush();
        found.reportMissing(spec.commandLine().getErr());
        return found.status();
    }

    private int watch(List<QueueName> wanted, Terminal terminal, PrintWriter out, Duration interval)
            throws InterruptedException {
        while (!out.checkError()) {
            FoundQueues found = find(wanted);
            // It may have another size by now.
            Terminal now = terminal.interactive() ? Terminal.ofStdout() : terminal;
            if (json.isGiven()) {
                out.println(object(found).inOneLine());
            } else if (terminal.interactive() && !Terminal.isDumb()) {
                out.print(Screen.show(text(found, now), now.rows()));
            } else {
                out.print(text(found, now) + "\n");
            }
            out.flush();
            TimeUnit.NANOSECONDS.sleep(interval.toNanos());
        }
        return 1; // nobody reads any more
    }

    private FoundQueues find(List<QueueName> wanted) {
        Comparator<ListedQueue> order = reverse ? sort.order().reversed() : sort.order();
        return FoundQueues.find(wanted, filter, order.thenComparing(QueueColumn.ID.order()));
    }

    private String text(FoundQueues found, Terminal terminal) {
        boolean clients =
                found.queues().stream().anyMatch(queue -> queue.client().isPresent());
        List<QueueColumn> shown = columns.isEmpty()
                ? Stream.of(QueueColumn.values())
                        .filter(column -> column != QueueColumn.SERVER || clients || !terminal.interactive())
                        .toList()
                : columns;
        return table(found.queues(), shown, !columns.isEmpty(), !noHeader, terminal);
    }

    /** Lays queues out. */
    static String table(
            List<ListedQueue> queues, List<QueueColumn> columns, boolean all, boolean header, Terminal terminal) {
        Table table = new Table(columns.stream()
                .map(column -> all ? column.indispensable() : column.column())
                .toList());
        for (ListedQueue queue : queues) {
            table.add(columns.stream().map(column -> column.cell(queue)).toList());
        }
        StringBuilder text = new StringBuilder();
        table.lines(terminal, header).forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static JsonObject object(FoundQueues found) {
        return new JsonObject()
                .put("queues", found.queues().stream().map(ListedQueue::json).toList());
    }
}
