package dev.letterbox.cli.lab;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.OwnProgram;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.OutputPath;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.lab.Laboratory;
import dev.letterbox.lab.PrivateNamespace;
import dev.letterbox.lab.report.Report;
import dev.letterbox.lab.result.Experiment;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.Result;
import dev.letterbox.metrics.file.OutputFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code lab}: shows why private queues. */
@Command(
        name = "lab",
        description = "Show on this kernel why one queue for all clients deadlocks, and private queues do not.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            LabCommand.Deadlock.class,
            LabCommand.Malicious.class,
            LabCommand.Large.class,
            LabCommand.Crash.class,
            LabCommand.Limit.class,
            LabCommand.Cost.class,
            LabCommand.ReportCommand.class
        },
        synopsisSubcommandLabel = "EXPERIMENT",
        footer = {
            "",
            "Each experiment runs a server and clients, each a process, in both designs: requests and responses in one"
                    + " queue, and a private queue for each client's responses. It takes up to a minute, runs in an IPC"
                    + " namespace of its own if this user may create one, and leaves nothing behind.",
            "",
            "Exit status: 0 if the effect was seen, 1 if it was not or the experiment failed.",
            "",
            "Examples:",
            "  letterbox lab deadlock               one experiment",
            "  letterbox lab report -o report.html  all experiments, on one page with plots"
        })
public final class LabCommand implements Runnable {
    /** Environment variable that is set in the process inside the namespace. */
    private static final String INSIDE = "LETTERBOX_LAB_INSIDE";

    /** Environment variable that makes the experiments run without a namespace of their own. */
    private static final String SHARED = "LETTERBOX_LAB_SHARED_NAMESPACE";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Fails: the name of an experiment is missing. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "missing experiment: use one of "
                        + String.join(", ", spec.subcommands().keySet()) + ".");
    }

    /** Something that a laboratory is opened for. */
    @FunctionalInterface
    private interface Task {
        int run(Laboratory lab) throws LabFailure, IOException, InterruptedException, CommandFailure;
    }

    /** Runs a task in a process with an IPC namespace of its own, or in this process if that is impossible. */
    private static int inNamespace(CommandSpec spec, Task task)
            throws IOException, InterruptedException, CommandFailure {
        boolean inside = System.getenv(INSIDE) != null;
        Optional<List<String>> prefix =
                inside || System.getenv(SHARED) != null ? Optional.empty() : PrivateNamespace.prefix();
        if (prefix.isPresent()) {
            List<String> command = new ArrayList<>(prefix.get());
            command.addAll(OwnProgram.command(
                    spec.root().commandLine().getParseResult().originalArgs().toArray(String[]::new)));
            return PrivateNamespace.run(command, INSIDE);
        }
        try (Laboratory lab = Laboratory.open(inside)) {
            if (inside) {
                lab.endWithStandardInput();
            }
            return task.run(lab);
        } catch (LabFailure failed) {
            throw new CommandFailure(Failures.describe(failed));
        } catch (InterruptedException over) {
            throw new CommandFailure("The experiment was stopped: the process that started it has exited.");
        }
    }

    /** A command that runs one experiment. */
    abstract static class OfExperiment implements Callable<Integer> {
        @Option(names = "--json", description = "Write JSON; see docs/schemas/lab.schema.json.")
        private boolean json;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        private final Experiment experiment;

        OfExperiment(Experiment experiment) {
            this.experiment = experiment;
        }

        @Override
        public Integer call() throws IOException, InterruptedException, CommandFailure {
            return inNamespace(spec, this::show);
        }

        private int show(Laboratory lab) throws LabFailure, IOException, InterruptedException {
            Result result = lab.run(experiment);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(json(experiment, result));
            } else {
                Terminal terminal = Terminal.ofStdout();
                result.story().forEach(line -> terminal.say(out, line));
            }
            out.flush();
            return result.shown() ? 0 : 1;
        }
    }

    private static JsonObject json(Experiment experiment, Result result) {
        return new JsonObject()
                .put("experiment", experiment.word())
                .put("shown", result.shown())
                .put("figures", JsonObject.of((Record) result));
    }

    @Command(
            name = "deadlock",
            description = "Bring one shared queue to a standstill with clients that keep to the rules.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            footer = {
                "",
                "Shows which process sleeps in which call, as the kernel reports it in /proc, and that the same clients are"
                        + " answered with private queues.",
                "",
                "Examples:",
                "  letterbox lab deadlock           what happened, in words",
                "  letterbox lab deadlock --json    with the queue's level over time"
            })
    static final class Deadlock extends OfExperiment {
        Deadlock() {
            super(Experiment.DEADLOCK);
        }
    }

    @Command(
            name = "malicious",
            description = "Measure what clients get while another one floods, steals or never reads.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            footer = {"", "Examples:", "  letterbox lab malicious", "  letterbox lab malicious --json"})
    static final class Malicious extends OfExperiment {
        Malicious() {
            super(Experiment.MALICIOUS);
        }
    }

    @Command(
            name = "large",
            description = "Measure how fast large files are sent, and how long small requests take meanwhile.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            footer = {"", "Examples:", "  letterbox lab large", "  letterbox lab large --json"})
    static final class Large extends OfExperiment {
        Large() {
            super(Experiment.LARGE);
        }
    }

    @Command(
            name = "crash",
            description = "Kill a client in the middle of a response, and show what it leaves behind.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            footer = {"", "Examples:", "  letterbox lab crash", "  letterbox lab crash --json"})
    static final class Crash extends OfExperiment {
        Crash() {
            super(Experiment.CRASH);
        }
    }

    @Command(
            name = "limit",
            description = "Start clients until the kernel has no more queues (msgmni).",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            footer = {
                "",
                "Needs an IPC namespace of its own, in which it lowers the limit, so that other programs are not denied queues.",
                "",
                "Examples:",
                "  letterbox lab limit",
                "  letterbox lab limit --json"
            })
    static final class Limit extends OfExperiment {
        Limit() {
            super(Experiment.LIMIT);
        }
    }

    @Command(
            name = "cost",
            description = "Measure what a request costs: queues, processor time, system calls.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            footer = {
                "",
                "System calls are counted by strace, if it is installed.",
                "",
                "Examples:",
                "  letterbox lab cost",
                "  letterbox lab cost --json"
            })
    static final class Cost extends OfExperiment {
        Cost() {
            super(Experiment.COST);
        }
    }

    @Command(
            name = "report",
            description = "Run all experiments, and write what they measured to one page of HTML.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            footer = {
                "",
                "The page is self-contained: it needs no scripts and no network.",
                "",
                "Examples:",
                "  letterbox lab report -o report.html",
                "  letterbox lab report -o report.html --figures .  plots as files too",
                "  letterbox lab report -o report.html --json > all.jsonl"
            })
    static final class ReportCommand implements Callable<Integer> {
        @Option(
                names = {"-o", "--output"},
                required = true,
                paramLabel = "FILE",
                converter = OutputPath.OfFile.class,
                description = "Where to write the page.")
        private Path output = Path.of("");

        @Option(
                names = "--figures",
                paramLabel = "DIR",
                converter = OutputPath.class,
                description = "Write each plot into DIR as well, as SVG.")
        private @Nullable Path figures;

        @Option(
                names = "--json",
                description =
                        "Write the results to stdout, one JSON line per experiment; see docs/schemas/lab.schema.json.")
        private boolean json;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException, InterruptedException, CommandFailure {
            Path folder = figures;
            if (folder != null && !Files.isDirectory(folder)) {
                throw new CommandFailure(folder + ": Not a directory");
            }
            return inNamespace(spec, this::show);
        }

        private int show(Laboratory lab) throws IOException, InterruptedException {
            try (OutputFile page = OutputFile.create(output)) {
                PrintWriter err = spec.commandLine().getErr();
                Map<Experiment, Result> results = new EnumMap<>(Experiment.class);
                Map<Experiment, String> missing = new EnumMap<>(Experiment.class);
                for (Experiment experiment : Experiment.values()) {
                    err.println("letterbox: " + experiment.word() + " ...");
                    err.flush();
                    try {
                        results.put(experiment, lab.run(experiment));
                    } catch (LabFailure failed) {
                        missing.put(experiment, Failures.describe(failed));
                        Failures.say(err, Failures.describe(failed));
                    }
                }
                Report report = new Report(results, missing);
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(report.html());
                while (bytes.hasRemaining()) {
                    page.channel().write(bytes);
                }
                page.commit();
                if (figures != null) {
                    for (var figure : report.figures().entrySet()) {
                        Files.writeString(figures.resolve(figure.getKey() + ".svg"), figure.getValue());
                    }
                }
                PrintWriter out = spec.commandLine().getOut();
                if (json) {
                    results.forEach((experiment, result) ->
                            out.println(LabCommand.json(experiment, result).inOneLine()));
                } else {
                    Terminal.ofStdout().say(out, "Written: " + output);
                }
                out.flush();
                return missing.isEmpty() && results.values().stream().allMatch(Result::shown) ? 0 : 1;
            }
        }
    }
}
