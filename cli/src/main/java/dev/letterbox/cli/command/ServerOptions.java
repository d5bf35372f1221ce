package dev.letterbox.cli.command;

import dev.letterbox.client.Client;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.RequestException;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import dev.letterbox.metrics.Snapshot;
import dev.letterbox.queues.ServerStatus;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Waiting;
import dev.letterbox.sysv.error.NoSuchQueueException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Is what every command says that asks a server. */
public final class ServerOptions {
    @Mixin
    private EngineOption engine = new EngineOption();

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description = "Give up when the server is silent for so long. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(30);

    /** Asks what the server did. Another program's queue gets no message that it does not know, and would keep for ever. */
    public Snapshot metrics() throws RequestException, InterruptedException, CommandFailure {
        requireServer();
        try (Client client = Client.connect(engine.transport(Waiting.ADAPTIVE), timeout)) {
            return MetricsReader.read(client, timeout);
        } catch (NoServerException absent) {
            throw noServer(absent);
        }
    }

    private void requireServer() throws CommandFailure {
        if (engine.broker().isPresent()) {
            return;
        }
        if (requireNoLeftOver().isEmpty()) {
            int id = queue();
            throw new CommandFailure(
                    "Queue %d, with key %s, is no Letterbox server's, and is asked nothing. See whose it is: letterbox queues %d"
                            .formatted(id, engine.key(), id));
        }
    }

    /** A classic server is not known from what is left of one: only where a Letterbox server's lock says so, none is there. */
    private Optional<ServerStatus> requireNoLeftOver() throws CommandFailure {
        if (engine.broker().isPresent()) {
            return Optional.empty();
        }
        try {
            int id = queue();
            Optional<ServerStatus> server = server(id);
            if (server.isPresent() && isLeftOver(server.get())) {
                throw noServer("the one that was there was killed, and left queue " + id);
            }
            return server;
        } catch (NoSuchQueueException absent) {
            throw noServer();
        }
    }

    /** Tells whether there is a server by now, or may be. */
    public boolean isThere() {
        if (engine.broker().isPresent()) {
            return true;
        }
        try {
            return server(queue()).filter(ServerOptions::isLeftOver).isEmpty();
        } catch (NoSuchQueueException absent) {
            return false;
        }
    }

    private int queue() {
        return MessageQueue.open(engine.key()).id();
    }

    private static Optional<ServerStatus> server(int queue) {
        return MessageQueues.find(queue).flatMap(ServerStatus::of);
    }

    private static boolean isLeftOver(ServerStatus server) {
        return server.state() == ServerStatus.State.LEFT_OVER;
    }

    public FileClient connect() throws RequestException, InterruptedException, CommandFailure {
        requireNoLeftOver();
        try {
            return FileClient.connect(engine.transport(Waiting.ADAPTIVE), timeout);
        } catch (NoServerException absent) {
            throw noServer(absent);
        }
    }

    /** Connects where the server can do more than send whole files. */
    public FileClient session() throws RequestException, InterruptedException, CommandFailure {
        FileClient client = connect();
        if (!client.isSession()) {
            client.close();
            throw classic();
        }
        return client;
    }

    /** Checks names of a server's files before anybody is asked for them, as the session takes them. */
    public static void requireNames(List<String> names, CommandLine command) {
        try {
            names.forEach(FileClient::requireName);
        } catch (IllegalArgumentException unusable) {
            throw new ParameterException(command, unusable.getMessage(), unusable);
        }
    }

    public static CommandFailure classic() {
        return new CommandFailure("The server speaks classic dialects alone: it can only send whole files.");
    }

    public FileClient connect(ClassicDialect dialect) throws CommandFailure {
        requireNoLeftOver();
        try {
            return FileClient.connect(engine.transport(Waiting.ADAPTIVE), dialect, timeout);
        } catch (NoServerException absent) {
            throw noServer(absent);
        }
    }

    private CommandFailure noServer(NoServerException absent) {
        return engine.broker().isPresent()
                ? new CommandFailure(absent.getMessage() + " Start one: letterbox serve DIR --on "
                        + engine.broker().get())
                : noServer();
    }

    private CommandFailure noServer() {
        return noServer("there is no queue with this key (msgget: ENOENT)");
    }

    private CommandFailure noServer(String why) {
        return new CommandFailure("No server on key %s: %s. Start one: letterbox serve DIR%s"
                .formatted(
                        engine.key(),
                        why,
                        engine.key().toString().equals(KeyOption.DEFAULT) ? "" : " --key " + engine.key()));
    }
}
