package dev.letterbox.cli.top;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.MetricsReader;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.TransportException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.queues.ServerStatus;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server for its metrics again and again, over one session as long as that lasts. A queue that is no Letterbox
 * server's gets no message. For one thread, which may be interrupted.
 */
final class ServerWatch implements AutoCloseable {
    static final Duration LONGEST = Duration.ofSeconds(10);

    private final Key key;
    private final Duration patience;
    private @Nullable Client client;
    private ServerLook last = ServerLook.first();

    /**
     * Makes one.
     *
     * @param key the server's key
     * @param patience how long the server may be silent
     */
    ServerWatch(Key key, Duration patience) {
        this.key = key;
        this.patience = patience;
    }

    ServerLook look() throws InterruptedException {
        last = ask();
        return last;
    }

    private ServerLook ask() throws InterruptedException {
        try {
            if (client == null) {
                Optional<ServerLook> obstacle = obstacle();
                if (obstacle.isPresent()) {
                    return obstacle.get();
                }
                client = Client.connect(new QueueTransport(key), patience);
            }
            return last.next(MetricsReader.read(client, patience));
        } catch (RequestException | TransportException | QueueException | CommandFailure refused) {
            close();
            // One that has just ended is no failure: there is none.
            return obstacle().orElseGet(() -> ServerLook.without(String.valueOf(refused.getMessage()), true));
        }
    }

    /** Why nobody can be asked. */
    private Optional<ServerLook> obstacle() {
        try (MessageQueue queue = MessageQueue.open(key)) {
            Optional<ServerStatus.State> state =
                    MessageQueues.find(queue.id()).flatMap(ServerStatus::of).map(ServerStatus::state);
            if (state.isEmpty()) {
                return Optional.of(ServerLook.without(
                        "no Letterbox server's: queue %d is another program's".formatted(queue.id()), false));
            }
            return state.get() == ServerStatus.State.LEFT_OVER
                    ? Optional.of(ServerLook.without("none runs; one that was killed left queue " + queue.id(), false))
                    : Optional.empty();
        } catch (NoSuchQueueException none) {
            return Optional.of(ServerLook.without("none runs", false));
        } catch (QueueException refused) {
            return Optional.of(ServerLook.without(String.valueOf(refused.getMessage()), true));
        }
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
