package dev.letterbox.cli.files;

import dev.letterbox.Access;
import dev.letterbox.Outcome;
import dev.letterbox.Service;
import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.command.EngineOption;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.OutputPath;
import dev.letterbox.cli.output.PathName;
import dev.letterbox.cli.output.StandardOutput;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.cli.output.Words;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileService;
import dev.letterbox.files.Rights;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.metrics.Metrics;
import dev.letterbox.metrics.MetricsFile;
import dev.letterbox.process.WorkerProcesses;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerBuilder;
import dev.letterbox.server.ServerStatistics;
import dev.letterbox.sysv.Waiting;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code serve}. */
@Command(
        name = "serve",
        description = "Serve the files of a directory, read-only, until SIGINT (Ctrl-C) or SIGTERM.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "The kernel confines the server to DIR: no name and no link leads out of it. Clients can only read. Each"
                    + " request is logged to stderr.",
            "",
            "SIGTERM, SIGINT and SIGHUP stop it: it answers what is in progress for a few seconds, removes its queue"
                    + " and exits with status 0. A second signal, a second later or more, ends it at once, and may leave"
                    + " its queue for the next server.",
            "",
            "Examples:",
            "  letterbox serve .                              the current directory, for you",
            "  letterbox serve /srv/files --access all        for all users of this machine",
            "  letterbox serve /srv/files --key ftok:/srv:1   on another key",
            "  letterbox serve . --isolation process --workers 4",
            "  letterbox serve . --on amqp://files@host/prod  on RabbitMQ",
            "  letterbox serve . --metrics-file /var/lib/node_exporter/letterbox.prom"
        })
public final class Serve implements Callable<Integer> {
    private static final System.Logger LOG = System.getLogger(Serve.class.getName());

    @Parameters(
            paramLabel = "DIR",
            converter = PathName.class,
            description = "The directory. Clients name files relative to it.")
    private Path directory = Path.of("");

    @Mixin
    private EngineOption engine = new EngineOption();

    @Option(
            names = "--access",
            paramLabel = "WHO",
            defaultValue = "owner",
            converter = AccessWords.class,
            completionCandidates = AccessWords.class,
            description = "Which users may send requests: owner (only you), group or all. Default: ${DEFAULT-VALUE}.")
    private Access access = Access.OWNER;

    /** Reads an access. */
    static final class AccessWords extends Words<Access> {
        AccessWords() {
            super(Access.class);
        }
    }

    @Option(
            names = "--ignore-modes",
            description = "Answer classic clients also on queues whose mode does not let this user write, as root can."
                    + " Anybody can name another user's queue, so this lets every user make the server write there.")
    private boolean ignoreModes;

    @Option(
            names = "--stall-timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description =
                    "How long a client may go without reading before its response is aborted, and how long a worker"
                            + " process may produce nothing before it is killed. Default: ${DEFAULT-VALUE}.")
    private Duration stallTimeout = Duration.ofSeconds(60);

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "32768",
            description =
                    "The most requests in progress at once. A single user gets at most half. Default: ${DEFAULT-VALUE}.")
    private int limit = 32_768;

    @Option(
            names = "--waiting",
            paramLabel = "HOW",
            defaultValue = "adaptive",
            converter = WaitingWords.class,
            completionCandidates = WaitingWords.class,
            description =
                    "How to wait for requests, and for room in clients' queues: adaptive (poll briefly where that pays,"
                            + " then sleep), asleep (least processor time) or spin (fastest; uses up to two cores while"
                            + " there is work). Default: ${DEFAULT-VALUE}.")
    private HowToWait waiting = HowToWait.ADAPTIVE;

    /** Reads a way of waiting. */
    static final class WaitingWords extends Words<HowToWait> {
        WaitingWords() {
            super(HowToWait.class);
        }
    }

    /** A way of waiting. */
    enum HowToWait {
        ADAPTIVE,
        ASLEEP,
        SPIN;

        Waiting waiting() {
            return switch (this) {
                case ADAPTIVE -> Waiting.ADAPTIVE;
                case ASLEEP -> Waiting.ASLEEP;
                case SPIN -> Waiting.trying(Duration.ofMillis(1));
            };
        }
    }

    @Option(
            names = "--isolation",
            paramLabel = "HOW",
            defaultValue = "thread",
            converter = IsolationWords.class,
            completionCandidates = IsolationWords.class,
            description =
                    "Where requests are served: in a thread of the server, or in a worker process, whose crash fails only"
                            + " the request that it was serving. Default: ${DEFAULT-VALUE}.")
    private Isolation isolation = Isolation.THREAD;

    /** Reads an isolation. */
    static final class IsolationWords extends Words<Isolation> {
        IsolationWords() {
            super(Isolation.class);
        }
    }

    /** Where a request is served. */
    enum Isolation {
        THREAD,
        PROCESS
    }

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "With --isolation process: the number of worker processes. Default: the number of processors."
                    + " While clients do not read, there are up to four times as many.")
    private @Nullable Integer workers;

    @Option(
            names = "--as-caller",
            description =
                    "Open each file with the rights of the user who sent the request; the kernel checks them. Requires root.")
    private boolean asCaller;

    @Option(
            names = "--metrics-file",
            paramLabel = "FILE",
            converter = OutputPath.OfFile.class,
            description =
                    "Write the server's metrics to FILE, in Prometheus' text format, for the textfile collector of the"
                            + " node exporter, which requires a name that ends in .prom.")
    private @Nullable Path metricsFile;

    @Option(
            names = "--metrics-interval",
            paramLabel = "TIME",
            defaultValue = "15s",
            converter = DurationConverter.class,
            description = "How often to write the metrics file. Default: ${DEFAULT-VALUE}.")
    private Duration metricsInterval = Duration.ofSeconds(15);

    @Option(names = "--quiet", description = "Log only warnings.")
    private boolean quiet;

    /** For classes that are loaded late, for the log, and for what is served. */
    private static final int SPARE_FILES = 12;

    private final Metrics metrics = new Metrics();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (limit < 2) {
            throw new ParameterException(spec.commandLine(), "--limit must be 2 or more.");
        }
        if (workers != null && isolation == Isolation.THREAD) {
            throw new ParameterException(spec.commandLine(), "--workers needs --isolation process.");
        }
        if (workers != null && workers < 1) {
            throw new ParameterException(spec.commandLine(), "--workers must be 1 or more.");
        }
        if (metricsFile == null && engine.isGiven("--metrics-interval")) {
            throw new ParameterException(spec.commandLine(), "--metrics-interval needs --metrics-file.");
        }
        requireOptionsOfEngine();
        requireFiles();
        ServerLog.configure(quiet);
        IdleCollection.start();
        Rights rights = asCaller ? Rights.ofCaller() : Rights.ofServer();
        try (ServedRoot root = ServedRoot.open(directory);
                @Nullable WorkerProcesses processes = processes(root);
                StopSignals signals = StopSignals.handle();
                Server server = start(isolated(new FileService(root, rights), processes));
                @Nullable MetricsFile file = metricsFile()) {
            signals.stopBy(() -> stop(server, processes, file));
            Terminal.ofStdout()
                    .say(
                            out,
                            "Serving %s on %s. Stop with Ctrl-C."
                                    .formatted(directory.toAbsolutePath().normalize(), place(server)));
            if (out.checkError()) {
                // The line is for people: clients are served without it.
                LOG.log(Level.WARNING, StandardOutput.problem() + ".");
                StandardOutput.setTold();
            }
            if (processes != null) {
                metrics.watch(processes);
                processes.onFailure(server::close);
            }
            server.awaitClose();
            if (processes != null) {
                processes.requireWorking();
            }
            return 0;
        } catch (IOException | RuntimeException failed) {
            if (ServerLog.flush()) {
                throw failed;
            }
            // Nobody reads stderr: to say there why it failed would keep this process for ever.
            return CommandLine.ExitCode.SOFTWARE;
        } finally {
            ServerLog.flush();
        }
    }

    private String place(Server server) {
        return engine.broker().isPresent()
                ? server.queueName()
                : "key %s (queue %d, for %s)"
                        .formatted(
                                engine.key(),
                                server.queueId(),
                                access == Access.OWNER
                                        ? "its owner"
                                        : access == Access.GROUP ? "its group" : "all users");
    }

    /** Rejects options for what only the kernel's queues can do. */
    private void requireOptionsOfEngine() {
        if (engine.broker().isEmpty()) {
            return;
        }
        if (asCaller) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--as-caller cannot be combined with --on: the users of a broker are not accounts of this machine.");
        }
        for (String option : List.of("--access", "--waiting", "--ignore-modes")) {
            if (engine.isGiven(option)) {
                throw new ParameterException(
                        spec.commandLine(),
                        option + " cannot be combined with --on: "
                                + (option.equals("--access")
                                        ? "rights in the broker decide which users may send requests (letterbox rabbitmq setup)."
                                        : "it concerns the kernel's queues."));
            }
        }
    }

    /** Without them it would start, and then fail in the middle of anything. */
    private static void requireFiles() throws IOException, CommandFailure {
        List<InputStream> open = new ArrayList<>();
        try {
            while (open.size() < SPARE_FILES) {
                open.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException lacking) {
            throw new CommandFailure(
                    "A server needs to open %d more files, and can open only %d (%s). Allow more open files (ulimit -n)."
                            .formatted(SPARE_FILES, open.size(), lacking.getMessage()));
        } finally {
            for (InputStream each : open) {
                each.close();
            }
        }
    }

    private @Nullable WorkerProcesses processes(ServedRoot root) throws InterruptedException {
        if (isolation == Isolation.THREAD) {
            return null;
        }
        int count = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
        return WorkerProcesses.start(count, stallTimeout, FileWorker.command(root, asCaller));
    }

    private static Service isolated(FileService files, @Nullable WorkerProcesses processes) {
        return processes == null ? files : processes.service(FileService.NAME, files::describe);
    }

    private @Nullable MetricsFile metricsFile() throws IOException {
        return metricsFile == null ? null : MetricsFile.start(metrics, metricsFile, metricsInterval);
    }

    private Server start(Service files) {
        ServerBuilder builder = Server.on(engine.transport(waiting.waiting(), ignoreModes))
                .access(access)
                .dialects(List.of(ClassicDialect.values()))
                .service("", files)
                .service(FileService.NAME, files)
                .service(Metrics.SERVICE, metrics)
                .observer(metrics)
                .stallTimeout(stallTimeout);
        // Who names a limit is told if there are means for less.
        return (engine.isGiven("--limit") ? builder.limit(limit) : builder).start();
    }

    private static void stop(Server server, @Nullable WorkerProcesses processes, @Nullable MetricsFile file) {
        server.close();
        if (processes != null) {
            processes.close();
        }
        if (file != null) {
            file.close();
        }
        ServerStatistics counts = server.statistics();
        ServerLog.note(
                "Stopped. %s received: %d completed, %d answered with FAILURE, %d busy, %s gone, %d denied, %d stalled, %d aborted, %d dropped."
                        .formatted(
                                Counted.of(counts.received(), "message"),
                                counts.ended(Outcome.END),
                                counts.ended(Outcome.FAILURE),
                                counts.ended(Outcome.BUSY),
                                Counted.of(counts.ended(Outcome.GONE), "client"),
                                counts.ended(Outcome.DENIED),
                                counts.ended(Outcome.STALLED),
                                counts.ended(Outcome.STOPPED)
                                        + counts.ended(Outcome.CANCELLED)
                                        + counts.ended(Outcome.EXPIRED),
                                counts.malformed()
                                        + counts.misaddressed()
                                        + counts.forged()
                                        + counts.repeated()
                                        + counts.stale()));
        ServerLog.flush();
    }
}
