package dev.letterbox.cli.top;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.MetricsReader;
import dev.letterbox.cli.command.ServerPlace;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.TransportException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server for its metrics again and again, over one session as long as that lasts. Another program's queue gets no
 * message. For one thread, which may be interrupted.
 */
final class ServerWatch implements AutoCloseable {
    static final Duration LONGEST = Duration.ofSeconds(10);

    private final Key key;
    private final Duration patience;
    private @Nullable Client client;

    /** A filter stays as long as the process does, and each client that it lets down may leave a queue behind. */
    private @Nullable ServerLook forGood;

    private ServerLook last = ServerLook.first();

    /**
     * Prepares to ask; sends nothing yet.
     *
     * @param key the server's key
     * @param patience the longest time to wait for an answer
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
        if (forGood != null) {
            return forGood;
        }
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
            // That a server has just exited is no failure.
            ServerLook without = obstacle()
                    .orElseGet(() -> ServerLook.without(
                            ServerPlace.refusal(key, refused).orElseGet(() -> Failures.describe(refused)), true));
            if (refused.getCause() instanceof QueueAccessException denied && denied.isByLayer()) {
                forGood = without;
            }
            return without;
        }
    }

    /** Returns why there is no server to ask; empty if there is one. */
    private Optional<ServerLook> obstacle() {
        try {
            ServerPlace place = ServerPlace.look(key);
            return place.state() == ServerPlace.State.SERVED
                    ? Optional.empty()
                    : Optional.of(ServerLook.without(place.whyNot(), false));
        } catch (QueueException refused) {
            return Optional.of(ServerLook.without(Failures.describe(refused), true));
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
