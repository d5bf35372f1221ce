package dev.letterbox.cli.files;

import dev.letterbox.Access;
import dev.letterbox.Outcome;
import dev.letterbox.Service;
import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.command.EngineOption;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.Words;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileService;
import dev.letterbox.files.Rights;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.metrics.Metrics;
import dev.letterbox.metrics.MetricsFile;
import dev.letterbox.process.WorkerProcesses;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerStatistics;
import dev.letterbox.sysv.Waiting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Is the command that serves a directory. */
@Command(
        name = "serve",
        description = "Serve the files of a directory, until Ctrl-C or TERM.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Nothing outside DIR can be reached by any name or link. Requests are logged on stderr.",
            "",
            "Examples:",
            "  letterbox serve .                              this directory, for yourself",
            "  letterbox serve /srv/files --access all        for every user of this machine",
            "  letterbox serve /srv/files --key ftok:/srv:1   on a key of your own",
            "  letterbox serve . --isolation process --workers 4",
            "  letterbox serve . --on amqp://files@host/prod  on RabbitMQ, beside other servers",
            "  letterbox serve . --metrics-file /var/lib/node_exporter/letterbox.prom"
        })
public final class Serve implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The directory; it is the root of all names that clients ask for.")
    private Path directory = Path.of("");

    @Mixin
    private EngineOption engine = new EngineOption();

    @Option(
            names = "--access",
            paramLabel = "WHO",
            defaultValue = "owner",
            converter = AccessWords.class,
            completionCandidates = AccessWords.class,
            description = "Who may ask: owner (only you), group, all. Default: ${DEFAULT-VALUE}.")
    private Access access = Access.OWNER;

    /** Reads it. */
    static final class AccessWords extends Words<Access> {
        AccessWords() {
            super(Access.class);
        }
    }

    @Option(
            names = "--stall-timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description =
                    "How long a client may not read before its response is ended, and how long a worker process may"
                            + " give nothing before it is. Default: ${DEFAULT-VALUE}.")
    private Duration stallTimeout = Duration.ofSeconds(60);

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "32768",
            description =
                    "How many requests are at work at once, in all; one user alone gets half. Default: ${DEFAULT-VALUE}.")
    private int limit = 32_768;

    @Option(
            names = "--waiting",
            paramLabel = "HOW",
            defaultValue = "adaptive",
            converter = WaitingWords.class,
            completionCandidates = WaitingWords.class,
            description =
                    "How to wait for requests and for room: adaptive (try for a while where that pays, then sleep), asleep"
                            + " (least work for the processor), spin (quickest; uses up to two cores while there is work)."
                            + " Default: ${DEFAULT-VALUE}.")
    private HowToWait waiting = HowToWait.ADAPTIVE;

    /** Reads it. */
    static final class WaitingWords extends Words<HowToWait> {
        WaitingWords() {
            super(HowToWait.class);
        }
    }

    /** Says how to wait. */
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
                    "What answers a request: a thread of the server, or a process of its own, whose end costs that request"
                            + " and no other. Default: ${DEFAULT-VALUE}.")
    private Isolation isolation = Isolation.THREAD;

    /** Reads it. */
    static final class IsolationWords extends Words<Isolation> {
        IsolationWords() {
            super(Isolation.class);
        }
    }

    /** Says what answers a request. */
    enum Isolation {
        THREAD,
        PROCESS
    }

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "With --isolation process: how many answer at a time. Default: as many as there are"
                    + " processors. While clients do not read, there are up to four times as many.")
    private @Nullable Integer workers;

    @Option(
            names = "--as-caller",
            description = "Open each file with the rights of the user who asks, as the kernel judges them. Takes root.")
    private boolean asCaller;

    @Option(
            names = "--metrics-file",
            paramLabel = "FILE",
            description =
                    "Write what the server does to FILE, in the text format of Prometheus, for the textfile collector"
                            + " of its node exporter: FILE ends in .prom there.")
    private @Nullable Path metricsFile;

    @Option(
            names = "--metrics-interval",
            paramLabel = "TIME",
            defaultValue = "15s",
            converter = DurationConverter.class,
            description = "How often FILE is written. Default: ${DEFAULT-VALUE}.")
    private Duration metricsInterval = Duration.ofSeconds(15);

    @Option(names = "--quiet", description = "Log only what went wrong.")
    private boolean quiet;

    private final Metrics metrics = new Metrics();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        ServerLog.configure(quiet);
        PrintWriter out = spec.commandLine().getOut();
        if (limit < 2) {
            throw new ParameterException(spec.commandLine(), "--limit is 2 or more.");
        }
        if (workers != null && isolation == Isolation.THREAD) {
            throw new ParameterException(spec.commandLine(), "--workers goes with --isolation process.");
        }
        if (workers != null && workers < 1) {
            throw new ParameterException(spec.commandLine(), "--workers is 1 or more.");
        }
        requireOptionsOfEngine();
        CompletableFuture<Runnable> stop = new CompletableFuture<>();
        Rights rights = asCaller ? Rights.ofCaller() : Rights.ofServer();
        try (ServedRoot root = ServedRoot.open(directory);
                @Nullable WorkerProcesses processes = processes(root);
                Server server = start(isolated(new FileService(root, rights), processes), stop);
                @Nullable MetricsFile file = metricsFile()) {
            stop.complete(() -> stop(server, processes, file));
            out.println("Serving %s on %s. Stop: Ctrl-C"
                    .formatted(directory.toAbsolutePath().normalize(), place(server)));
            out.flush();
            if (processes != null) {
                metrics.watch(processes);
                processes.onFailure(server::close);
            }
            server.awaitClose();
            if (processes != null) {
                processes.requireWorking();
            }
            return 0;
        } finally {
            // Where it did not come to that, there is nothing to stop.
            stop.complete(() -> {});
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

    /** What the kernel attests or decides, no broker does. */
    private void requireOptionsOfEngine() {
        if (engine.broker().isEmpty()) {
            return;
        }
        if (asCaller) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--as-caller does not go with --on: a broker knows its users by name, and there is no map from these names"
                            + " to accounts of this machine.");
        }
        for (String option : List.of("--access", "--waiting")) {
            if (engine.isGiven(option)) {
                throw new ParameterException(
                        spec.commandLine(),
                        option + " does not go with --on: "
                                + (option.equals("--access")
                                        ? "who may ask is decided by rights in the broker (letterbox rabbitmq setup)."
                                        : "it is about the kernel's queues."));
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

    /**
     * Starts the server. A signal may come as soon as there is a queue: what stops all waits until it knows what there is.
     */
    private Server start(Service files, CompletableFuture<Runnable> stop) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop.join().run(), "letterbox-stop"));
        return Server.on(engine.transport(waiting.waiting()))
                .access(access)
                .dialects(List.of(ClassicDialect.values()))
                .service("", files)
                .service(FileService.NAME, files)
                .service(Metrics.SERVICE, metrics)
                .observer(metrics)
                .stallTimeout(stallTimeout)
                .limit(limit)
                .start();
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
                "Stopped. %s: %d sent whole, %d refused, %d busy, %s gone, %d denied, %d stalled, %d cut off, %d dropped."
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
    }
}
