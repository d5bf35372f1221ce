package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.JsonOption;
import dev.letterbox.cli.command.QueueName;
import dev.letterbox.cli.command.Readers;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.IpcNamespaces;
import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.QueueColumn;
import dev.letterbox.cli.host.WaiterText;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.OutputPath;
import dev.letterbox.cli.output.Screen;
import dev.letterbox.cli.output.Table;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.metrics.MetricsFile;
import dev.letterbox.sysv.MessageQueues;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command {@code queues}. */
@Command(
        name = "queues",
        description = "List message queues with owners, fill, last users and signs of a leak.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Columns: key id kind server owner creator mode messages bytes capacity full sender receiver sent received"
                    + " changed waiting idle. SERVER is the key of a client's server, and is shown if there are"
                    + " clients. On a terminal, only the columns that fit are shown; in a pipe, all of them.",
            "",
            "Kinds: server (of a running Letterbox server), left-over (of a Letterbox server that was killed), client"
                    + " (the private queue of a running Letterbox client), orphan (of a Letterbox client that was"
                    + " killed), private (other queues without a key), keyed (other queues with a key). Letterbox"
                    + " knows for certain whether its clients are running: the kernel removes a mark when a client"
                    + " exits.",
            "",
            "A process is 'gone' if it has exited, 'gone?' if it, or only its receiving thread, has exited, and '?' if"
                    + " it is invisible from here: hidden, or in another container.",
            "",
            "WAITING counts the threads that sleep in the queue until a message comes (receivers) or until there is"
                    + " room (senders). If you name queues, each waiting thread is shown, with the type that it waits"
                    + " for or the size that it sends. The kernel does not record how long it has been waiting, and"
                    + " shows other users' threads only to root.",
            "",
            "Examples:",
            "  letterbox queues                            all",
            "  letterbox queues 5 0x1aaaaaa1               these; exit status 1: one missing",
            "  letterbox queues --fuller-than 80%% --watch  nearly full ones, repeatedly",
            "  letterbox queues --orphans --older-than 1h  leaked ones",
            "  letterbox queues --all-namespaces           those of containers too",
            "  letterbox queues --metrics-file /var/lib/node_exporter/letterbox-queues.prom",
            "  letterbox queues --sort full --json | jq '.queues[0].lastReceiver'"
        })
public final class Queues implements Callable<Integer> {
    private static final Set<String> OF_ALL_NAMESPACES = Set.of("--all-namespaces", "--json", "--verbose");

    @Parameters(paramLabel = QueueName.LABEL, arity = "0..*", description = "Only these: an " + QueueName.FORMS + ".")
    private List<String> names = List.of();

    @Mixin
    private QueueFilter filter = new QueueFilter();

    @Option(
            names = "--sort",
            paramLabel = "COLUMN",
            converter = QueueColumn.Names.class,
            completionCandidates = QueueColumn.Names.class,
            description = "Sort by this column: names alphabetically, amounts and ages largest first. Default: id.")
    private QueueColumn sort = QueueColumn.ID;

    @Option(
            names = {"-r", "--reverse"},
            description = "Reverse the order.")
    private boolean reverse;

    @Option(
            names = {"-c", "-o", "--columns"},
            paramLabel = "COLUMN",
            split = ",",
            converter = QueueColumn.Names.class,
            completionCandidates = QueueColumn.Names.class,
            description = "Show these columns, separated by commas, in this order, however narrow the terminal is.")
    private List<QueueColumn> columns = List.of();

    @Option(
            names = {"--no-header", "--noheadings"},
            description = "Leave out the line of headings.")
    private boolean noHeader;

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(
            names = "--prometheus",
            description = "Write the queues and the kernel's limits in Prometheus' text format. The " + QueueSeries.MOST
                    + " fullest queues have series of their own.")
    private boolean prometheus;

    @Option(
            names = "--metrics-file",
            paramLabel = "FILE",
            converter = OutputPath.OfFile.class,
            description =
                    "Write the same to FILE, for the textfile collector of Prometheus' node exporter, which requires a"
                            + " name that ends in .prom: once, or with --watch repeatedly until a signal, and then remove FILE.")
    private @Nullable Path metricsFile;

    @Option(
            names = "--all-namespaces",
            description =
                    "List the queues of all IPC namespaces, such as those of containers. Only root may enter those of"
                            + " other users. Namespaces are found by their processes and mounts.")
    private boolean allNamespaces;

    @Option(
            names = {"-w", "--watch"},
            paramLabel = "TIME",
            arity = "0..1",
            fallbackValue = "2s",
            converter = DurationConverter.class,
            preprocessor = TimeOrQueue.class,
            description =
                    "Repeat every TIME, until Ctrl-C. Default: ${FALLBACK-VALUE}. With --json, one line each time.")
    private @Nullable Duration watch;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** A bare number after a blank names a queue: as a time it has a unit, or the form {@code --watch=5}. */
    static final class TimeOrQueue implements IParameterPreprocessor {
        private static final Pattern QUEUE = Pattern.compile("\\d+|0x\\p{XDigit}+");

        @Override
        @SuppressWarnings("JdkObsolete") // picocli's own type
        public boolean preprocess(Stack<String> words, CommandSpec spec, ArgSpec option, Map<String, Object> facts) {
            if (" ".equals(facts.get("separator"))
                    && !words.isEmpty()
                    && QUEUE.matcher(words.peek()).matches()) {
                words.push("2s");
            }
            return false;
        }
    }

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        if (json.isGiven() && (!columns.isEmpty() || noHeader)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--columns and --no-header cannot be combined with --json, which writes all details.");
        }
        if (allNamespaces) {
            return listNamespaces();
        }
        boolean series = prometheus || metricsFile != null;
        if (series && (json.isGiven() || !columns.isEmpty() || noHeader || (prometheus && metricsFile != null))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--prometheus and --metrics-file choose the format and cannot be combined with each other, --json, --columns"
                            + " or --no-header.");
        }
        List<QueueName> wanted = QueueName.read(names, spec.commandLine());
        Terminal terminal = Terminal.ofStdout();
        PrintWriter out = spec.commandLine().getOut();
        Failures.sayWhatIsRefused(spec.commandLine().getErr());
        if (metricsFile != null) {
            return writeMetrics(metricsFile, wanted);
        }
        Duration interval = watch;
        if (interval != null) {
            return Readers.workFor(() -> watch(wanted, terminal, out, interval));
        }
        FoundQueues found = find(wanted);
        out.print(prometheus ? series(found) : json.isGiven() ? object(found) + "\n" : text(found, terminal));
        out.flush();
        found.reportMissing(spec.commandLine().getErr());
        return found.status();
    }

    private int watch(List<QueueName> wanted, Terminal terminal, PrintWriter out, Duration interval)
            throws InterruptedException {
        while (true) {
            FoundQueues found = find(wanted);
            // Its size may have changed.
            Terminal now = terminal.interactive() ? Terminal.ofStdout() : terminal;
            if (prometheus) {
                out.print(series(found));
            } else if (json.isGiven()) {
                out.println(object(found).inOneLine());
            } else if (terminal.interactive() && !Terminal.isDumb()) {
                out.print(Screen.show(text(found, now), now.rows()));
            } else {
                out.print(text(found, now) + "\n");
            }
            if (out.checkError()) {
                return 1; // stdout has no reader, or its disk is full
            }
            TimeUnit.NANOSECONDS.sleep(interval.toNanos());
        }
    }

    private int listNamespaces() {
        ParseResult given = spec.commandLine().getParseResult();
        long others = given.matchedArgs().stream()
                .filter(each -> each instanceof OptionSpec option && !OF_ALL_NAMESPACES.contains(option.longestName()))
                .count();
        if (others > 0 || !names.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--all-namespaces lists all queues and can be combined with --json only. To use other options in a"
                            + " namespace: nsenter --ipc=/proc/PID/ns/ipc letterbox queues");
        }
        PrintWriter out = spec.commandLine().getOut();
        IpcNamespaces found = IpcNamespaces.look();
        if (json.isGiven()) {
            out.println(found.json());
        } else {
            NamespaceTable.lines(found, Terminal.ofStdout()).forEach(out::println);
        }
        out.flush();
        return 0;
    }

    private int writeMetrics(Path file, List<QueueName> wanted) throws IOException, InterruptedException {
        Duration interval = watch;
        if (interval == null) {
            FoundQueues found = find(wanted);
            MetricsFile.write(file, series(found));
            found.reportMissing(spec.commandLine().getErr());
            return found.status();
        }
        MetricsFile.startUntilExit(() -> series(find(wanted)), file, interval);
        new CountDownLatch(1).await();
        return 0; // a signal ends it
    }

    private static String series(FoundQueues found) {
        return QueueSeries.text(found.queues(), KernelLimit.all(MessageQueues.list()));
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
        boolean somebodyWaits = names.isEmpty()
                && found.queues().stream().anyMatch(queue -> !queue.waiters().isEmpty());
        String table = table(
                found.queues(),
                shown,
                column -> !columns.isEmpty() || column == sort || (somebodyWaits && column == QueueColumn.WAITING),
                !noHeader,
                terminal);
        if (!columns.isEmpty() || noHeader || (names.isEmpty() && !terminal.interactive())) {
            return table;
        }
        List<String> below = names.isEmpty() ? hidden(found, terminal) : found.waitersText(terminal);
        return below.stream().map(line -> line + "\n").collect(Collectors.joining("", table, ""));
    }

    /** Says why the column WAITING has question marks, or is not there. */
    private static List<String> hidden(FoundQueues found, Terminal terminal) {
        return found.queues().stream().anyMatch(ListedQueue::waitersHidden)
                ? found.whyHidden()
                        .map(why -> terminal.labelled("WAITING: ", why))
                        .orElse(List.of())
                : List.of();
    }

    /** Returns queues as a table. Columns that are wanted are shown whatever the width. */
    static String table(
            List<ListedQueue> queues,
            List<QueueColumn> columns,
            Predicate<QueueColumn> wanted,
            boolean header,
            Terminal terminal) {
        Table table = new Table(columns.stream()
                .map(column -> wanted.test(column) ? column.indispensable() : column.column())
                .toList());
        for (ListedQueue queue : queues) {
            table.add(columns.stream().map(column -> column.cell(queue)).toList());
        }
        StringBuilder text = new StringBuilder();
        table.lines(terminal, header).forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    static JsonObject object(FoundQueues found) {
        return new JsonObject()
                .put("queues", found.queues().stream().map(ListedQueue::json).toList())
                .put(
                        "waitersSomewhere",
                        found.waiters().somewhere().stream()
                                .map(WaiterText::json)
                                .toList())
                .put("waitersHidden", found.waiters().areSomeHidden())
                .put("waitersHiddenWhy", found.whyHidden());
    }
}
