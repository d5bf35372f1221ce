package dev.letterbox.cli;

import dev.letterbox.Access;
import dev.letterbox.Outcome;
import dev.letterbox.Server;
import dev.letterbox.ServerStatistics;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileService;
import dev.letterbox.files.ServedRoot;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
            "  letterbox serve /srv/files --key ftok:/srv:1   on a key of your own"
        })
final class Serve implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The directory; it is the root of all names that clients ask for.")
    private Path directory = Path.of("");

    @Mixin
    private KeyOption key = new KeyOption();

    @Option(
            names = "--access",
            paramLabel = "WHO",
            defaultValue = "owner",
            description = "Who may ask: owner (only you), group, all. Default: ${DEFAULT-VALUE}.")
    private Access access = Access.OWNER;

    @Option(
            names = "--stall-timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "How long a client may not read before its response is ended. Default: ${DEFAULT-VALUE}.")
    private Duration stallTimeout = Duration.ofSeconds(60);

    @Option(names = "--quiet", description = "Log only what went wrong.")
    private boolean quiet;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        ServerLog.configure(quiet);
        PrintWriter out = spec.commandLine().getOut();
        try (ServedRoot root = ServedRoot.open(directory);
                Server server = Server.start(
                        key.key(), access, List.of(ClassicDialect.values()), new FileService(root), stallTimeout)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "letterbox-stop"));
            out.println("Serving %s on key %s (queue %d, for %s). Stop: Ctrl-C"
                    .formatted(
                            directory.toAbsolutePath().normalize(),
                            key.key(),
                            server.queueId(),
                            access == Access.OWNER ? "its owner" : access == Access.GROUP ? "its group" : "all users"));
            out.flush();
            server.awaitClose();
            return 0;
        }
    }

    private static void stop(Server server) {
        server.close();
        ServerStatistics counts = server.statistics();
        ServerLog.note(
                "Stopped. %d messages: %d sent whole, %d refused, %d clients gone, %d denied, %d stalled, %d cut off, %d dropped."
                        .formatted(
                                counts.received(),
                                counts.ended(Outcome.END),
                                counts.ended(Outcome.FAILURE),
                                counts.ended(Outcome.GONE),
                                counts.ended(Outcome.DENIED),
                                counts.ended(Outcome.STALLED),
                                counts.ended(Outcome.STOPPED),
                                counts.malformed() + counts.misaddressed() + counts.stale()));
    }
}
