package dev.letterbox.cli.top;

import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.output.Ages;
import dev.letterbox.cli.output.Amounts;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Table;
import dev.letterbox.cli.output.Table.Cell;
import dev.letterbox.cli.output.Table.Column;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.cli.output.Words;
import dev.letterbox.metrics.Latencies;
import dev.letterbox.metrics.Snapshot;
import dev.letterbox.sysv.Key;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Shows a server's metrics as text and as JSON. */
final class MetricsReport {
    private static final Accounts ACCOUNTS = new Accounts();

    private MetricsReport() {}

    static List<String> text(Snapshot now, Terminal terminal) {
        List<String> lines = new ArrayList<>();
        lines.addAll(terminal.labelled(
                "Server   ",
                "process %d%s, for %s, CPU %s"
                        .formatted(
                                now.pid(),
                                now.queueId() < 0
                                        ? ""
                                        : " on key %s (queue %d)"
                                                .formatted(
                                                        key(now).map(Object::toString)
                                                                .orElse("none"),
                                                        now.queueId()),
                                Ages.words(now.uptime()),
                                Amounts.time(now.cpu().toNanos()))));
        String queues = now.waiting()
                        .map(waiting -> "the server's holds %s of %s in %s; "
                                .formatted(
                                        Amounts.bytes((double) waiting.bytes()),
                                        Amounts.bytes((double) waiting.capacity()),
                                        Counted.of(waiting.messages(), "message")))
                        .orElse("")
                + (now.maxQueues() > 0 ? "%d of %d exist".formatted(now.queues(), now.maxQueues()) : "");
        if (!queues.isEmpty()) {
            lines.addAll(terminal.labelled("Queues   ", queues));
        }
        lines.addAll(terminal.labelled(
                "Now      ",
                "%s in progress, %d of them stalled; %s"
                        .formatted(
                                Counted.of(now.atWork(), "request"),
                                now.stalled(),
                                Counted.of(now.sessions(), "session"))));
        lines.addAll(terminal.labelled(
                "Sent     ",
                "%s; %s; %d refused%s; %s dropped%s"
                        .formatted(
                                Amounts.bytes((double) now.bytes()),
                                Counted.of(now.stalls(), "stall"),
                                now.allRefused(),
                                reasons(now.refused()),
                                Counted.of(now.allDropped(), "message"),
                                reasons(now.dropped()))));
        now.workers()
                .ifPresent(workers -> lines.addAll(terminal.labelled(
                        "Workers  ",
                        "%s; %s exited unexpectedly"
                                .formatted(
                                        workers.processes() == 1 ? "1 process" : workers.processes() + " processes",
                                        workers.ends() == 0 ? "none" : workers.ends()))));
        lines.add("");
        lines.addAll(outcomes(now).lines(terminal, true));
        now.users().ifPresent(users -> {
            lines.add("");
            lines.addAll(users(users).lines(terminal, true));
        });
        return lines;
    }

    private static String reasons(Map<? extends Enum<?>, Long> counts) {
        String text = counts.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> Words.word(entry.getKey()) + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "" : " (" + text + ")";
    }

    private static Column number(String heading, int dispensable) {
        return new Column(heading, true, false, dispensable);
    }

    private static Table outcomes(Snapshot now) {
        Table table = new Table(List.of(
                new Column("ENDED IN", false, false, 0),
                number("REQUESTS", 0),
                number("P50", 1),
                number("P99", 0),
                number("P99.9", 3),
                number("MAX", 2)));
        now.ended().forEach((how, latencies) -> {
            if (latencies.count() > 0) {
                table.add(List.of(
                        Cell.of(how.name()),
                        Cell.of(latencies.count()),
                        percentile(latencies, 50),
                        percentile(latencies, 99),
                        percentile(latencies, 99.9),
                        percentile(latencies, 100)));
            }
        });
        return table;
    }

    private static Table users(List<Snapshot.User> users) {
        Table table = new Table(List.of(
                new Column("USER", false, true, 0),
                number("REQUESTS", 0),
                number("P50", 2),
                number("P99", -2),
                number("MAX", 1),
                number("SENT", -1),
                number("FAILED", 3),
                number("REFUSED", -3),
                number("STALLS", 4)));
        users.stream()
                .sorted(Comparator.comparingLong(user -> -user.latencies().count()))
                .forEach(user -> table.add(List.of(
                        Cell.of(name(user.uid(), ACCOUNTS)),
                        Cell.of(user.latencies().count()),
                        percentile(user.latencies(), 50),
                        percentile(user.latencies(), 99),
                        percentile(user.latencies(), 100),
                        Cell.of(Amounts.bytes((double) user.bytes())),
                        Cell.of(user.failed()),
                        Cell.of(user.refused()),
                        Cell.of(user.stalls()))));
        return table;
    }

    private static Cell percentile(Latencies latencies, double percent) {
        return Cell.of(Amounts.time(latencies.percentileNanos(percent)));
    }

    static String name(long uid, Accounts accounts) {
        return uid == Snapshot.OTHERS ? "others" : accounts.user((int) uid);
    }

    static Optional<Key> key(Snapshot now) {
        return now.key() == 0 ? Optional.empty() : Optional.of(Key.of(now.key()));
    }

    static JsonObject json(Snapshot now) {
        JsonObject ended = new JsonObject();
        now.ended().forEach((how, latencies) -> ended.put(Words.word(how), json(latencies)));
        return new JsonObject()
                .put("process", now.pid())
                .put("queue", now.queueId() < 0 ? Optional.empty() : Optional.of(now.queueId()))
                .put("key", key(now).map(Object::toString))
                .put("started", now.started())
                .put("uptimeSeconds", seconds(now.uptime().toNanos()))
                .put("cpuSeconds", seconds(now.cpu().toNanos()))
                .put("received", now.received())
                .put("dropped", json(now.dropped()))
                .put("refused", json(now.refused()))
                .put("ended", ended)
                .put("bytes", now.bytes())
                .put("stalls", now.stalls())
                .put("atWork", now.atWork())
                .put("stalled", now.stalled())
                .put("sessions", now.sessions())
                .put(
                        "serverQueue",
                        now.waiting()
                                .map(waiting -> new JsonObject()
                                        .put("messages", waiting.messages())
                                        .put("bytes", waiting.bytes())
                                        .put("capacity", waiting.capacity())))
                .put("queues", now.queues())
                .put("maxQueues", now.maxQueues())
                .put(
                        "workers",
                        now.workers()
                                .map(workers -> new JsonObject()
                                        .put("processes", workers.processes())
                                        .put("ends", workers.ends())))
                .put(
                        "users",
                        now.users()
                                .map(users -> users.stream()
                                        .map(user -> json(user.latencies())
                                                .put(
                                                        "uid",
                                                        user.uid() == Snapshot.OTHERS ? Optional.empty() : user.uid())
                                                .put("user", name(user.uid(), ACCOUNTS))
                                                .put("failed", user.failed())
                                                .put("refused", user.refused())
                                                .put("stalls", user.stalls())
                                                .put("bytes", user.bytes()))
                                        .toList()));
    }

    private static JsonObject json(Map<? extends Enum<?>, Long> counts) {
        JsonObject object = new JsonObject();
        counts.forEach((what, count) -> object.put(Words.word(what), count));
        return object;
    }

    private static JsonObject json(Latencies latencies) {
        return new JsonObject()
                .put("requests", latencies.count())
                .put("seconds", seconds(latencies.sumNanos()))
                .put("p50", seconds(latencies.percentileNanos(50)))
                .put("p99", seconds(latencies.percentileNanos(99)))
                .put("p999", seconds(latencies.percentileNanos(99.9)))
                .put("max", seconds(latencies.percentileNanos(100)));
    }

    private static BigDecimal seconds(long nanos) {
        return BigDecimal.valueOf(nanos, 9).stripTrailingZeros();
    }
}
