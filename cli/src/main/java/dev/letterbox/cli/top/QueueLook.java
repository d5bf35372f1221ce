package dev.letterbox.cli.top;

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
 * Is one look at all queues, and what changed since the look before.
 *
 * @param rows the queues
 * @param most how many queues there may be
 * @param moment when it was
 * @param nanoTime the same, by a clock that never jumps
 * @param failure why there is nothing to see; empty where there is
 */
record QueueLook(List<Row> rows, int most, Instant moment, long nanoTime, Optional<String> failure) {
    static final QueueLook NONE = new QueueLook(List.of(), 0, Instant.EPOCH, 0, Optional.empty());

    /**
     * Is a queue, and how fast what waits in it grows. The kernel does not count what passes through.
     *
     * @param queue the queue
     * @param messages how many more messages wait, each second; less than 0 where it empties
     * @param bytes how many more bytes
     */
    record Row(ListedQueue queue, double messages, double bytes) {
        int id() {
            return queue.status().id();
        }

        /** In how many seconds it is full, if it goes on like this; empty where it does not grow. */
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

    /** Whether nobody has looked yet. */
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
            return new QueueLook(
                    List.of(), most, Instant.now(), now, Optional.of(String.valueOf(refused.getMessage())));
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
