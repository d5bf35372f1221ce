package dev.letterbox.cli.top;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.error.QueueException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All queues at one moment, and what has changed since the previous look.
 *
 * @param rows the queues
 * @param most the kernel's limit of queues
 * @param moment when it was
 * @param nanoTime the same, by a monotonic clock
 * @param failure why the queues could not be listed; empty if they could
 */
record QueueLook(List<Row> rows, int most, Instant moment, long nanoTime, Optional<String> failure) {
    static final QueueLook NONE = new QueueLook(List.of(), 0, Instant.EPOCH, 0, Optional.empty());

    /**
     * A queue, and how fast its backlog grows. The kernel does not count the messages that pass through.
     *
     * @param queue the queue
     * @param messages the growth in messages per second; negative if the backlog shrinks
     * @param bytes the growth in bytes per second
     */
    record Row(ListedQueue queue, double messages, double bytes) {
        int id() {
            return queue.status().id();
        }

        /** Returns in how many seconds it is full at this rate; empty if it does not grow. */
        OptionalDouble fullIn() {
            if (queue.status().capacity().isEmpty() || queue.fill().orElse(1) >= 1) {
                return OptionalDouble.empty();
            }
            double capacity = queue.status().capacity().getAsLong();
            double byBytes = bytes > 0 ? (capacity - queue.status().bytes()) / bytes : Double.MAX_VALUE;
            double byMessages = messages > 0 ? (capacity - queue.status().messages()) / messages : Double.MAX_VALUE;
            double seconds = Math.min(byBytes, byMessages);
            return seconds < Double.MAX_VALUE ? OptionalDouble.of(seconds) : OptionalDouble.empty();
        }
    }

    /** Returns whether this is the state before the first look. */
    boolean isNone() {
        return nanoTime == 0;
    }

    /** Looks again. */
    QueueLook next(Accounts accounts) {
        long now = System.nanoTime();
        try {
            ListedQueue.Finder finder = new ListedQueue.Finder(accounts);
            List<ListedQueue> queues =
                    MessageQueues.list().stream().map(finder::of).toList();
            int limit = MessageQueues.limits().maxQueues();
            return new QueueLook(after(queues, now), limit, Instant.now(), now, Optional.empty());
        } catch (QueueException refused) {
            return new QueueLook(List.of(), most, Instant.now(), now, Optional.of(Failures.describe(refused)));
        }
    }

    private List<Row> after(List<ListedQueue> queues, long now) {
        Map<Integer, QueueStatus> before = new HashMap<>();
        rows.forEach(row -> before.put(row.id(), row.queue().status()));
        double seconds = (now - nanoTime) / 1e9;
        return queues.stream()
                .map(queue -> {
                    QueueStatus status = queue.status();
                    QueueStatus then = before.getOrDefault(status.id(), status);
                    return new Row(
                            queue,
                            (status.messages() - then.messages()) / seconds,
                            (status.bytes() - then.bytes()) / seconds);
                })
                .toList();
    }
}
