package dev.letterbox.queues;

import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.linux.Linux;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Tells that a queue is a server's, as far as this user may see.
 *
 * @param state what became of the server
 * @param process the server's process; empty if it does not run, or cannot be seen
 */
public record ServerStatus(State state, OptionalLong process) {
    /** Tells what became of a server. */
    public enum State {
        /** It runs, and serves the queue. */
        RUNNING,
        /** It was killed, and its queue stayed behind; the next server of this user takes it over. */
        LEFT_OVER,
        /** It looks like a server, but its lock is another user's and cannot be read. */
        HIDDEN
    }

    /**
     * Finds out whether a queue is a server's. Looks only.
     *
     * @param queue a queue
     * @return empty for a private queue, and for one that no server of Letterbox made
     */
    public static Optional<ServerStatus> of(QueueStatus queue) {
        return queue.key().flatMap(key -> ServerLock.look(Linux.host(), key, queue));
    }
}
