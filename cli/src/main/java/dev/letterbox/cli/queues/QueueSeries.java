package dev.letterbox.cli.queues;

import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.waiters.Waiter.Call;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Writes the queues and limits of a machine in the text format of Prometheus, version 0.0.4. Only the largest queues have
 * series of their own: each costs whoever stores them.
 */
final class QueueSeries {
    /** How many queues have series of their own. */
    static final int MOST = 100;

    private static final String PREFIX = "letterbox_";

    private final StringBuilder out = new StringBuilder();

    private QueueSeries() {}

    /**
     * Writes queues and limits.
     *
     * @param queues the queues
     * @param limits the limits, with their use
     * @return lines, each with its end
     */
    static String text(List<ListedQueue> queues, List<KernelLimit> limits) {
        QueueSeries series = new QueueSeries();
        series.totals(queues);
        series.limits(limits);
        List<ListedQueue> largest = queues.stream()
                .sorted(Comparator.<ListedQueue>comparingDouble(
                                queue -> -queue.fill().orElse(0))
                        .thenComparingLong(queue -> -queue.status().bytes())
                        .thenComparingInt(queue -> queue.status().id()))
                .limit(MOST)
                .toList();
        series.single(
                "queues_omitted",
                "Queues that have no series of their own, as they are less full.",
                queues.size() - largest.size());
        series.queues(largest);
        return series.out.toString();
    }

    private void totals(List<ListedQueue> queues) {
        single("queues", "Message queues in the IPC namespace.", queues.size());
        single(
                "queues_messages",
                "Messages in all queues.",
                queues.stream().mapToLong(queue -> queue.status().messages()).sum());
        single(
                "queues_bytes",
                "Bytes in all queues.",
                queues.stream().mapToLong(queue -> queue.status().bytes()).sum());
        single(
                "queues_orphaned",
                "Private queues whose processes have exited, or seem to have exited.",
                queues.stream()
                        .filter(queue -> queue.status().isPrivate() && queue.looksOrphaned())
                        .count());
    }

    private void limits(List<KernelLimit> limits) {
        family("limit", "The kernel's limits for System V IPC, by name.");
        limits.forEach(limit -> sample("limit", "" + limit.value(), "name", limit.name()));
        family("limit_used", "How much of a limit is used: queues, segments, pages, semaphores.");
        limits.stream()
                .filter(limit -> limit.used().isPresent() && !limit.name().equals("msgmnb"))
                .forEach(limit -> sample("limit_used", "" + limit.used().getAsLong(), "name", limit.name()));
    }

    private void queues(List<ListedQueue> queues) {
        each(
                queues,
                "queue_messages",
                "Messages in a queue.",
                queue -> Optional.of(queue.status().messages()));
        each(
                queues,
                "queue_bytes",
                "Bytes in a queue.",
                queue -> Optional.of(queue.status().bytes()));
        each(
                queues,
                "queue_capacity_bytes",
                "Bytes, and messages, that a queue can hold.",
                queue -> queue.status().capacity().stream().boxed().findFirst());
        each(
                queues,
                "queue_last_receive_timestamp_seconds",
                "When a message was last received, in seconds since 1970; no series if never.",
                queue -> queue.status().received().map(Instant::getEpochSecond));
        each(
                queues,
                "queue_last_send_timestamp_seconds",
                "When a message was last sent, in seconds since 1970; no series if never.",
                queue -> queue.status().sent().map(Instant::getEpochSecond));
        family("queue_waiting", "Threads that sleep in a queue, as far as they are visible.");
        for (ListedQueue queue : queues) {
            waiting(queue, Call.RECEIVE, "receive");
            waiting(queue, Call.SEND, "send");
        }
    }

    private void waiting(ListedQueue queue, Call call, String word) {
        long count =
                queue.waiters().stream().filter(waiter -> waiter.call() == call).count();
        sample(
                "queue_waiting",
                "" + count,
                "id",
                "" + queue.status().id(),
                "key",
                key(queue),
                "owner",
                queue.owner().user(),
                "call",
                word);
    }

    private void each(List<ListedQueue> queues, String name, String help, Function<ListedQueue, Optional<Long>> value) {
        family(name, help);
        for (ListedQueue queue : queues) {
            value.apply(queue)
                    .ifPresent(number -> sample(
                            name,
                            "" + number,
                            "id",
                            "" + queue.status().id(),
                            "key",
                            key(queue),
                            "owner",
                            queue.owner().user()));
        }
    }

    private static String key(ListedQueue queue) {
        return queue.status().key().map(Key::toString).orElse("private");
    }

    private void single(String name, String help, long value) {
        family(name, help);
        sample(name, "" + value);
    }

    private void family(String name, String help) {
        out.append("# HELP ")
                .append(PREFIX)
                .append(name)
                .append(' ')
                .append(help)
                .append('\n');
        out.append("# TYPE ").append(PREFIX).append(name).append(" gauge\n");
    }

    private void sample(String name, String value, String... labels) {
        out.append(PREFIX).append(name);
        for (int each = 0; each < labels.length; each += 2) {
            out.append(each == 0 ? '{' : ',')
                    .append(labels[each])
                    .append("=\"")
                    .append(labels[each + 1].replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        out.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
    }
}
