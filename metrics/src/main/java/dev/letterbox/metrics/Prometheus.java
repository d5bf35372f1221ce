package dev.letterbox.metrics;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Writes a snapshot in the text format of Prometheus, version 0.0.4. Each series has the label {@code key}, so that
 * several servers of one machine can be told apart.
 */
public final class Prometheus {
    /** The upper ends of the histogram's buckets in seconds. */
    private static final List<String> BUCKETS = List.of(
            "0.00001",
            "0.000025",
            "0.00005",
            "0.0001",
            "0.00025",
            "0.0005",
            "0.001",
            "0.0025",
            "0.005",
            "0.01",
            "0.025",
            "0.05",
            "0.1",
            "0.25",
            "0.5",
            "1",
            "2.5",
            "5",
            "10",
            "30",
            "60");

    private final String key;
    private final StringBuilder out = new StringBuilder();

    private Prometheus(String key) {
        this.key = key;
    }

    /**
     * Writes a snapshot.
     *
     * @param snapshot what a server did
     * @return lines, each with its end
     */
    public static String text(Snapshot snapshot) {
        Prometheus text = new Prometheus(snapshot.key() == 0 ? "none" : "0x%08x".formatted(snapshot.key()));
        text.write(snapshot);
        return text.out.toString();
    }

    private void write(Snapshot now) {
        single(
                "start_time_seconds",
                "gauge",
                "When the server started, in seconds since 1970.",
                decimal(BigDecimal.valueOf(now.started().toEpochMilli(), 3)));
        single(
                "uptime_seconds",
                "gauge",
                "How long the server has been running.",
                seconds(now.uptime().toNanos()));
        single(
                "cpu_seconds_total",
                "counter",
                "Processor time that the server's process has used.",
                seconds(now.cpu().toNanos()));
        single("messages_received_total", "counter", "Messages that arrived in the server queue.", now.received());
        byWord("messages_dropped_total", "Messages that were dropped without an answer.", "reason", now.dropped());
        requests(now);
        byWord(
                "requests_refused_total",
                "Requests that the server refused without calling a service.",
                "reason",
                now.refused());
        single("response_bytes_total", "counter", "Content that was sent.", now.bytes());
        single("stalls_total", "counter", "How often a client read nothing for a second.", now.stalls());
        single("requests_at_work", "gauge", "Requests that are being answered.", now.atWork());
        single(
                "requests_stalled",
                "gauge",
                "Requests in progress whose client has read nothing for a second.",
                now.stalled());
        single("sessions", "gauge", "Clients that are known.", now.sessions());
        now.waiting().ifPresent(waiting -> {
            single("server_queue_messages", "gauge", "Messages that wait in the server queue.", waiting.messages());
            single("server_queue_bytes", "gauge", "Bytes that wait in the server queue.", waiting.bytes());
            single(
                    "server_queue_capacity_bytes",
                    "gauge",
                    "How many bytes, and how many messages, the server queue can hold.",
                    waiting.capacity());
        });
        single("ipc_queues", "gauge", "Message queues in the IPC namespace.", now.queues());
        single("ipc_queues_limit", "gauge", "The largest number of message queues (kernel.msgmni).", now.maxQueues());
        now.workers().ifPresent(workers -> {
            single("worker_processes", "gauge", "Worker processes of the server.", workers.processes());
            single(
                    "worker_ends_total",
                    "counter",
                    "Worker processes that exited without being told to.",
                    workers.ends());
        });
        now.users().ifPresent(this::users);
    }

    private void requests(Snapshot now) {
        family("request_duration_seconds", "histogram", "How long requests took, by how they ended.");
        now.ended().forEach((how, latencies) -> {
            String outcome = SnapshotText.word(how);
            for (String end : BUCKETS) {
                long nanos = new BigDecimal(end).movePointRight(9).longValueExact();
                sample("request_duration_seconds_bucket", latencies.countUpTo(nanos), "outcome", outcome, "le", end);
            }
            sample("request_duration_seconds_bucket", latencies.count(), "outcome", outcome, "le", "+Inf");
            sample("request_duration_seconds_sum", seconds(latencies.sumNanos()), "outcome", outcome);
            sample("request_duration_seconds_count", latencies.count(), "outcome", outcome);
        });
    }

    private void users(List<Snapshot.User> users) {
        family("user_request_duration_seconds", "summary", "How long requests took, by user id.");
        for (Snapshot.User user : users) {
            sample("user_request_duration_seconds_sum", seconds(user.latencies().sumNanos()), "uid", uid(user));
            sample("user_request_duration_seconds_count", user.latencies().count(), "uid", uid(user));
        }
        byUser(
                "user_requests_failed_total",
                "Requests that did not end in END, by user id.",
                users,
                Snapshot.User::failed);
        byUser(
                "user_requests_refused_total",
                "Requests that the server refused, by user id.",
                users,
                Snapshot.User::refused);
        byUser(
                "user_stalls_total",
                "How often a client read nothing for a second, by user id.",
                users,
                Snapshot.User::stalls);
        byUser("user_response_bytes_total", "Content that was sent, by user id.", users, Snapshot.User::bytes);
    }

    private static String uid(Snapshot.User user) {
        return user.uid() == Snapshot.OTHERS ? "others" : Long.toString(user.uid());
    }

    private void byUser(String name, String help, List<Snapshot.User> users, ToLongFunction<Snapshot.User> count) {
        family(name, "counter", help);
        users.forEach(user -> sample(name, count.applyAsLong(user), "uid", uid(user)));
    }

    private void byWord(String name, String help, String label, Map<? extends Enum<?>, Long> counts) {
        family(name, "counter", help);
        counts.forEach((word, count) -> sample(name, count, label, SnapshotText.word(word)));
    }

    private void single(String name, String type, String help, Object value) {
        family(name, type, help);
        sample(name, value);
    }

    private void family(String name, String type, String help) {
        out.append("# HELP letterbox_")
                .append(name)
                .append(' ')
                .append(escapedHelp(help))
                .append('\n');
        out.append("# TYPE letterbox_").append(name).append(' ').append(type).append('\n');
    }

    private void sample(String name, Object value, String... labels) {
        out.append("letterbox_")
                .append(name)
                .append("{key=\"")
                .append(escapedLabel(key))
                .append('"');
        for (int i = 0; i < labels.length; i += 2) {
            out.append(',')
                    .append(labels[i])
                    .append("=\"")
                    .append(escapedLabel(labels[i + 1]))
                    .append('"');
        }
        out.append("} ").append(value).append('\n');
    }

    static String escapedLabel(String value) {
        return escapedHelp(value).replace("\"", "\\\"");
    }

    static String escapedHelp(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static String seconds(long nanos) {
        return decimal(BigDecimal.valueOf(nanos, 9));
    }

    private static String decimal(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }
}
