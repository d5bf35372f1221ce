package dev.letterbox.cli.doctor;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.Processes;
import dev.letterbox.cli.output.Printable;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.error.TransportException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.queues.ServerStatus;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.error.QueueAccessException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Checks which program has a queue on the key that servers and clients use by default. */
final class DefaultKeyCheck implements Check {
    static final Key KEY = Key.parse(KeyOption.DEFAULT);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Override
    public List<Finding> findings(Scene scene) {
        Optional<ListedQueue> holder = scene.queues().stream()
                .filter(queue -> queue.status().keyValue() == KEY.value())
                .findFirst();
        if (holder.isEmpty()) {
            return List.of(Finding.fine("key", "The default key " + KEY + " is free."));
        }
        ListedQueue queue = holder.get();
        return List.of(queue.server()
                .map(server -> of(server, queue))
                .or(() -> served(queue))
                .orElseGet(() -> squatted(queue, scene)));
    }

    private static Finding of(ServerStatus server, ListedQueue queue) {
        int id = queue.status().id();
        String user = queue.creator().user();
        return switch (server.state()) {
            case RUNNING -> asked(server.process().orElse(0), id, user);
            case LEFT_OVER, UNLOCKED -> LostServerCheck.of(server, queue);
            case HIDDEN ->
                Finding.note(
                        "key",
                        "User %s seems to serve the default key %s (queue %d); only that user and root can tell."
                                .formatted(user, KEY, id),
                        "letterbox serve DIR --key KEY, to serve beside it");
        };
    }

    /** Greets a server: that it holds its lock does not say that it serves. */
    private static Finding asked(long process, int queue, String user) {
        if (Processes.isStopped(process)) {
            return Finding.wrong(
                    "key",
                    "The server on the default key %s is %s: queue %d, process %d, user %s."
                            .formatted(KEY, StoppedCheck.STOPPED, queue, process, user),
                    StoppedCheck.remedy(process));
        }
        String server = "A server is running on the default key %s: queue %d, process %d, user %s."
                .formatted(KEY, queue, process, user);
        try (Client _ = Client.connect(new QueueTransport(KEY), PATIENCE)) {
            return Finding.fine("key", server + " It answers.");
        } catch (ResponseTimeoutException silent) {
            return Finding.wrong(
                    "key",
                    "The server on the default key %s does not answer within %d s: queue %d, process %d, user %s."
                            .formatted(KEY, PATIENCE.toSeconds(), queue, process, user),
                    "kill -KILL %d, and start the server again: it takes over the queue. Before that, jstack %d shows what the process is doing"
                            .formatted(process, process));
        } catch (RequestException | TransportException notAsked) {
            return notAsked(server, notAsked);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            return Finding.fine("key", server);
        }
    }

    private static Finding notAsked(String server, Exception failed) {
        String text = server + " Asking it whether it answers failed. ";
        if (!(failed.getCause() instanceof QueueAccessException refused)) {
            return Finding.warning(
                    "key", text + Failures.describe(failed), "letterbox doctor, once the other problems are solved");
        }
        return refused.isByLayer()
                ? Finding.refused("key", text, refused, "")
                // The check of the access to servers tells who may.
                : Finding.fine("key", server + " Its mode does not let you ask whether it answers.");
    }

    /** A program that sleeps in the queue until a message comes is the queue's server. */
    private static Optional<Finding> served(ListedQueue queue) {
        int id = queue.status().id();
        return WaitersCheck.receivers(queue).stream()
                .findFirst()
                .map(server -> Finding.note(
                        "key",
                        "Another program serves the default key %s: process %d, %s (queue %d, creator %s, mode %s)."
                                .formatted(
                                        KEY,
                                        server.pid(),
                                        Printable.inOneLine(server.command()),
                                        id,
                                        queue.creator().user(),
                                        queue.status().mode()),
                        "nothing to do; or letterbox serve DIR --key KEY, to serve beside it"));
    }

    private static Finding squatted(ListedQueue queue, Scene scene) {
        int creator = queue.status().creatorUid();
        String text = "The default key %s belongs to a queue of another program: queue %d, creator %s, mode %s. "
                .formatted(
                        KEY,
                        queue.status().id(),
                        queue.creator().user(),
                        queue.status().mode());
        if (queue.waitersHidden()) {
            return Finding.warning(
                    "key",
                    text + Scene.HIDDEN.formatted("it and serves it"),
                    Scene.ASK_ROOT + "; or use another key with --key");
        }
        text += "Clients send their requests to it, and no server can start.";
        String remedy = "letterbox rm %s, if it is not needed; or use another key with --key".formatted(KEY);
        return creator == scene.self().uid() || creator == 0
                ? Finding.warning("key", text, remedy)
                : Finding.wrong("key", text, remedy);
    }
}
