package dev.letterbox.metrics;

import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds what a server did up to a moment. All counts are since its start; what happened between two moments is the
 * difference.
 *
 * @param pid the server's process
 * @param queueId the server queue; -1 if it has only a name, as on RabbitMQ
 * @param key its key as a number; 0 if it has none
 * @param started when the server started
 * @param uptime how long ago that was, by a clock that never jumps
 * @param cpu how much time its process spent on processors
 * @param received how many messages came, of any kind
 * @param dropped how many of them were dropped, by reason; every reason is there
 * @param refused how many requests the server itself refused, by what it told; every reason is there
 * @param ended how many requests ended, in which way and how fast; every way is there
 * @param bytes how much content was sent
 * @param stalls how often a client took nothing for a second
 * @param atWork how many requests are being answered
 * @param stalled how many of those have a client that has taken nothing for a second
 * @param sessions how many clients are known
 * @param waiting what waits in the server queue; empty if it cannot be seen
 * @param queues how many queues there are in the server's IPC namespace
 * @param maxQueues how many there may be
 * @param workers the worker processes; empty if the server answers by itself
 * @param users the same by user; empty if the reader may not know
 */
public record Snapshot(
        long pid,
        int queueId,
        int key,
        Instant started,
        Duration uptime,
        Duration cpu,
        long received,
        Map<Drop, Long> dropped,
        Map<FailureKind, Long> refused,
        Map<Outcome, Latencies> ended,
        long bytes,
        long stalls,
        int atWork,
        int stalled,
        int sessions,
        Optional<Waiting> waiting,
        int queues,
        int maxQueues,
        Optional<Workers> workers,
        Optional<List<User>> users) {

    /** Stands in the place of a user id for all users beyond those that are counted one by one. */
    public static final long OTHERS = -1;

    /**
     * What waits in a queue.
     *
     * @param messages how many messages
     * @param bytes how many bytes
     * @param capacity how many bytes, and how many messages, may wait
     */
    public record Waiting(long messages, long bytes, long capacity) {
        /**
         * Tells how full the queue is, by bytes or by messages, whichever is more.
         *
         * @return 1 if it is full
         */
        public double fill() {
            return capacity == 0 ? 1 : (double) Math.max(bytes, messages) / capacity;
        }
    }

    /**
     * The processes that answer for the server.
     *
     * @param processes how many there are
     * @param ends how many ended that nobody told to, since the start
     */
    public record Workers(int processes, long ends) {}

    /**
     * What one user asked for.
     *
     * @param uid the user, or {@link #OTHERS}
     * @param failed how many requests did not end in END
     * @param refused how many the server refused
     * @param stalls how often a client of the user took nothing for a second
     * @param bytes how much content was sent
     * @param latencies how many requests there were, and how fast
     */
    public record User(long uid, long failed, long refused, long stalls, long bytes, Latencies latencies) {}

    /**
     * Counts the requests that ended, in whatever way.
     *
     * @return 0 or more
     */
    public long requests() {
        return ended.values().stream().mapToLong(Latencies::count).sum();
    }

    /**
     * Tells how fast requests ended, in whatever way.
     *
     * @return all of them
     */
    public Latencies latencies() {
        return ended.values().stream().reduce(Latencies.NONE, Latencies::and);
    }

    /**
     * Counts the requests that were refused, for whatever reason.
     *
     * @return 0 or more
     */
    public long allRefused() {
        return sum(refused.values());
    }

    /**
     * Counts the messages that were dropped, for whatever reason.
     *
     * @return 0 or more
     */
    public long allDropped() {
        return sum(dropped.values());
    }

    private static long sum(Collection<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @param text what the service answered
     * @return the same
     * @throws IllegalArgumentException if it is something else, or of a later version; it says so
     */
    public static Snapshot parse(String text) {
        return SnapshotText.parse(text);
    }

    /**
     * Writes it as the service {@code metrics} answers it: a line for each fact.
     *
     * @return the text
     */
    public String text() {
        return SnapshotText.write(this);
    }
}
