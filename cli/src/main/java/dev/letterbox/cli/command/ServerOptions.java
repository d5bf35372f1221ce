package dev.letterbox.cli.command;

import dev.letterbox.cli.output.SlowNotice;
import dev.letterbox.client.Client;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.TransportException;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import dev.letterbox.metrics.Snapshot;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Waiting;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of every command that asks a server, and the way to that server. */
public final class ServerOptions {
    @Mixin
    private EngineOption engine = new EngineOption();

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description = "Give up if the server sends nothing for this time. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(30);

    /**
     * Makes the options without their annotations being read.
     *
     * @param spec the command that they belong to
     * @param key null for the default
     * @param timeout null for the default
     */
    public static ServerOptions plain(CommandSpec spec, @Nullable Key key, @Nullable Duration timeout) {
        ServerOptions plain = new ServerOptions();
        plain.engine = EngineOption.plain(spec, key);
        if (timeout != null) {
            plain.timeout = timeout;
        }
        return plain;
    }

    /** Fetches the server's metrics. Another program's queue gets no message, since that program would not understand it. */
    public Snapshot metrics() throws RequestException, InterruptedException, CommandFailure {
        if (engine.broker().isEmpty()) {
            ServerPlace place = requirePlace();
            if (place.state() == ServerPlace.State.FOREIGN) {
                throw new CommandFailure("%s. See: letterbox queues %d".formatted(place.whyNot(), place.queue()));
            }
        }
        try (SlowNotice _ = notice();
                Client client = Client.connect(engine.transport(Waiting.ADAPTIVE), timeout)) {
            return MetricsReader.read(client, timeout);
        } catch (NoServerException absent) {
            throw noServer(absent);
        } catch (TransportException failed) {
            throw closed(failed);
        }
    }

    /** Tells the person at the terminal that the server is slow to answer, until it is closed. */
    public SlowNotice notice() {
        return SlowNotice.of(engine.err(), timeout);
    }

    /** Refuses a key without a queue, or with a queue that a killed server left: nobody would answer. */
    private ServerPlace requirePlace() throws CommandFailure {
        ServerPlace place = ServerPlace.look(engine.key());
        if (!place.mayBeServed()) {
            throw noServer(place);
        }
        return place;
    }

    /** A broker is asked itself. */
    private void requireServer() throws CommandFailure {
        if (engine.broker().isEmpty()) {
            requirePlace();
        }
    }

    public FileClient connect() throws RequestException, InterruptedException, CommandFailure {
        requireServer();
        try (SlowNotice _ = notice()) {
            return FileClient.connect(engine.transport(Waiting.ADAPTIVE), timeout);
        } catch (NoServerException absent) {
            throw noServer(absent);
        } catch (TransportException failed) {
            throw closed(failed);
        }
    }

    /** Connects to a server that can do more than send whole files. */
    public FileClient session() throws RequestException, InterruptedException, CommandFailure {
        FileClient client = connect();
        if (!client.isSession()) {
            client.close();
            throw classic();
        }
        return client;
    }

    /** Checks names of a server's files before any of them is sent. */
    public static void requireNames(List<String> names, CommandLine command) {
        try {
            names.forEach(FileClient::requireName);
        } catch (IllegalArgumentException unusable) {
            throw new ParameterException(command, unusable.getMessage(), unusable);
        }
    }

    public static CommandFailure classic() {
        return new CommandFailure("The server speaks only classic dialects, and can only send whole files.");
    }

    public FileClient connect(ClassicDialect dialect) throws CommandFailure {
        requireServer();
        try (SlowNotice _ = notice()) {
            return FileClient.connect(engine.transport(Waiting.ADAPTIVE), dialect, timeout);
        } catch (NoServerException absent) {
            throw noServer(absent);
        } catch (TransportException failed) {
            throw closed(failed);
        }
    }

    /** Returns that a server does not accept requests of this user; throws any other failure. */
    private CommandFailure closed(TransportException failed) {
        return ServerPlace.refusal(engine.key(), failed)
                .filter(_ -> engine.broker().isEmpty())
                .map(CommandFailure::new)
                .orElseThrow(() -> failed);
    }

    private CommandFailure noServer(NoServerException absent) {
        return engine.broker().isPresent()
                ? new NoServerFailure(
                        absent.getMessage() + " Start one: letterbox serve DIR --on "
                                + engine.broker().get(),
                        false)
                : noServer();
    }

    /** For a server that exited a moment ago. */
    private CommandFailure noServer() {
        return noServer(new ServerPlace(engine.key(), ServerPlace.State.EMPTY, -1));
    }

    private static CommandFailure noServer(ServerPlace place) {
        String option = place.key().toString().equals(KeyOption.DEFAULT) ? "" : " --key " + place.key();
        return new NoServerFailure(
                "%s. Start one: letterbox serve DIR%s".formatted(place.whyNot(), option),
                place.state() == ServerPlace.State.LEFT_OVER);
    }
}
