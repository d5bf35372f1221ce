package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.Processes;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.queues.ServerStatus;
import dev.letterbox.queues.ServerStatus.State;
import dev.letterbox.sysv.Key;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Checks for queues of servers that were killed, and of servers whose lock was removed, on every key. The default key has a
 * check of its own.
 */
final class LostServerCheck implements Check {
    private static final Set<State> LOST = Set.of(State.LEFT_OVER, State.UNLOCKED);

    /** A program that makes many servers can leave many queues. */
    private static final int MOST = 5;

    @Override
    public List<Finding> findings(Scene scene) {
        List<ListedQueue> lost = scene.queues().stream()
                .filter(queue -> queue.status().keyValue() != DefaultKeyCheck.KEY.value())
                .filter(queue -> queue.server().filter(LostServerCheck::isLost).isPresent())
                .toList();
        List<ListedQueue> more = lost.subList(Math.min(MOST, lost.size()), lost.size());
        return Stream.concat(
                        lost.stream().limit(MOST).map(queue -> of(queue.server().orElseThrow(), queue)),
                        more.isEmpty() ? Stream.empty() : Stream.of(further(more)))
                .toList();
    }

    /** A stopped process is reported by another check. */
    private static boolean isLost(ServerStatus server) {
        return LOST.contains(server.state()) && server.process().stream().noneMatch(Processes::isStopped);
    }

    private static Finding further(List<ListedQueue> more) {
        return Finding.note(
                "key",
                "%d more queues belong to servers that were killed or whose lock was removed (queues %s)."
                        .formatted(more.size(), Scene.ids(more)),
                "letterbox queues; letterbox rm removes those whose servers will not be started again");
    }

    /** Describes the queue of a server that was killed or whose lock was removed. */
    static Finding of(ServerStatus server, ListedQueue queue) {
        return server.state() == State.LEFT_OVER ? leftOver(queue) : unlocked(server, queue);
    }

    private static Finding leftOver(ListedQueue queue) {
        Key key = queue.status().key().orElseThrow();
        return Finding.note(
                "key",
                "A server on %s was killed and left its queue (queue %d, %s)."
                        .formatted(
                                name(key),
                                queue.status().id(),
                                Counted.of(queue.status().messages(), "message")),
                "nothing to do: the next letterbox serve of user %s takes it over"
                                .formatted(queue.creator().user())
                        + otherwise(key));
    }

    /** The server, or the next one, makes the lock again. */
    private static Finding unlocked(ServerStatus server, ListedQueue queue) {
        Key key = queue.status().key().orElseThrow();
        String name = name(key);
        String text =
                "%s belongs to a Letterbox server's queue without a lock (queue %d, user %s): the lock was removed."
                        .formatted(
                                Character.toUpperCase(name.charAt(0)) + name.substring(1),
                                queue.status().id(),
                                queue.creator().user());
        if (server.process().isEmpty()) {
            return Finding.note(
                    "key",
                    text
                            + " The server was killed, with %s in its queue."
                                    .formatted(Counted.of(queue.status().messages(), "message")),
                    "start a server, letterbox serve of user %s: it takes over the queue"
                                    .formatted(queue.creator().user())
                            + otherwise(key));
        }
        long process = server.process().getAsLong();
        if (Processes.isStopped(process)) {
            return Finding.warning(
                    "key",
                    text
                            + " Its process %d is %s, and cannot create the lock again."
                                    .formatted(process, StoppedCheck.STOPPED),
                    StoppedCheck.remedy(process));
        }
        return Finding.note(
                "key",
                text + " Its process %d is running, and will create the lock again in a moment.".formatted(process),
                "nothing to do; if letterbox doctor still says so later, restart process " + process);
    }

    private static String name(Key key) {
        return (key.equals(DefaultKeyCheck.KEY) ? "the default key " : "key ") + key;
    }

    /** On another key than the default, perhaps no server will ever be started again. */
    private static String otherwise(Key key) {
        return key.equals(DefaultKeyCheck.KEY) ? "" : "; if no server is to serve that key again: letterbox rm " + key;
    }
}
