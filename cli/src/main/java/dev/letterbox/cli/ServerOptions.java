package dev.letterbox.cli;

import dev.letterbox.Client;
import dev.letterbox.RequestException;
import dev.letterbox.ServerStatus;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import dev.letterbox.metrics.Snapshot;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.NoSuchQueueException;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Is what every command says that asks a server. */
final class ServerOptions {
    @Mixin
    private KeyOption key = new KeyOption();

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description = "Give up when the server is silent for so long. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(30);

    /** Asks what the server did. */
    Snapshot metrics() throws RequestException, InterruptedException, CommandFailure {
        requireServer();
        try (Client client = Client.connect(key.key(), timeout)) {
            return MetricsReader.read(client, timeout);
        } catch (NoSuchQueueException absent) {
            throw noServer();
        }
    }

    /** Another program's queue gets no message that it does not know, and would keep for ever. */
    private void requireServer() throws CommandFailure {
        try (MessageQueue queue = MessageQueue.open(key.key())) {
            Optional<ServerStatus> server = MessageQueues.find(queue.id()).flatMap(ServerStatus::of);
            if (server.isEmpty()) {
                throw new CommandFailure(
                        "Queue %d, with key %s, is no Letterbox server's, and is asked nothing. See whose it is: letterbox queues %d"
                                .formatted(queue.id(), key.key(), queue.id()));
            }
            if (server.get().state() == ServerStatus.State.LEFT_OVER) {
                throw noServer("the one that had queue %d was killed".formatted(queue.id()));
            }
        } catch (NoSuchQueueException absent) {
            throw noServer();
        }
    }

    /** Tells whether there is a server by now, or may be. */
    boolean isThere() {
        try {
            return MessageQueues.find(MessageQueue.open(key.key()).id())
                    .filter(queue -> ServerStatus.of(queue)
                            .filter(found -> found.state() == ServerStatus.State.LEFT_OVER)
                            .isEmpty())
                    .isPresent();
        } catch (NoSuchQueueException absent) {
            return false;
        }
    }

    FileClient connect() throws RequestException, InterruptedException, CommandFailure {
        try {
            return FileClient.connect(key.key(), timeout);
        } catch (NoSuchQueueException absent) {
            throw noServer();
        }
    }

    FileClient connect(ClassicDialect dialect) throws CommandFailure {
        try {
            return FileClient.connect(key.key(), dialect, timeout);
        } catch (NoSuchQueueException absent) {
            throw noServer();
        }
    }

    private CommandFailure noServer() {
        return noServer("there is no queue with this key (msgget: ENOENT)");
    }

    private CommandFailure noServer(String why) {
        return new CommandFailure("No server on key %s: %s. Start one: letterbox serve DIR%s"
                .formatted(
                        key.key(), why, key.key().toString().equals(KeyOption.DEFAULT) ? "" : " --key " + key.key()));
    }
}
