package dev.letterbox.metrics;

import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads a snapshot as text: the name of a fact, a blank, its value, in a line each. Counts of nothing are left
 * out. A reader passes over names that it does not know, so that later versions may tell more.
 */
final class SnapshotText {
    private static final String FIRST_LINE = "letterbox-metrics 1";

    private SnapshotText() {}

    static String write(Snapshot snapshot) {
        StringBuilder out = new StringBuilder(FIRST_LINE).append('\n');
        line(out, "pid", snapshot.pid());
        line(out, "queue", snapshot.queueId());
        line(out, "key", snapshot.key());
        line(out, "started", snapshot.started());
        line(out, "uptime", snapshot.uptime().toNanos());
        line(out, "cpu", snapshot.cpu().toNanos());
        line(out, "received", snapshot.received());
        snapshot.dropped().forEach((why, count) -> count(out, "dropped", why, count));
        snapshot.refused().forEach((why, count) -> count(out, "refused", why, count));
        snapshot.ended().forEach((how, latencies) -> {
            if (latencies.count() > 0) {
                line(out, "ended " + word(how), latencies);
            }
        });
        line(out, "bytes", snapshot.bytes());
        line(out, "stalls", snapshot.stalls());
        line(out, "at-work", snapshot.atWork());
        line(out, "stalled", snapshot.stalled());
        line(out, "sessions", snapshot.sessions());
        snapshot.waiting()
                .ifPresent(waiting ->
                        line(out, "waiting", waiting.messages() + " " + waiting.bytes() + " " + waiting.capacity()));
        line(out, "queues", snapshot.queues());
        line(out, "max-queues", snapshot.maxQueues());
        snapshot.workers().ifPresent(workers -> line(out, "workers", workers.processes() + " " + workers.ends()));
        snapshot.users().ifPresent(users -> {
            line(out, "users", users.size());
            for (Snapshot.User user : users) {
                line(
                        out,
                        "user " + user.uid(),
                        "%d %d %d %d %s"
                                .formatted(
                                        user.failed(), user.refused(), user.stalls(), user.bytes(), user.latencies()));
            }
        });
        return out.toString();
    }

    private static void count(StringBuilder out, String name, Enum<?> what, long count) {
        if (count > 0) {
            line(out, name + " " + word(what), count);
        }
    }

    private static void line(StringBuilder out, String name, Object value) {
        out.append(name).append(' ').append(value).append('\n');
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static Snapshot parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(FIRST_LINE)) {
            throw new IllegalArgumentException("This is not metrics text of version 1.");
        }
        try {
            return new Facts(lines.subList(1, lines.size())).snapshot();
        } catch (RuntimeException malformed) {
            throw new IllegalArgumentException("The metrics are malformed: " + malformed.getMessage(), malformed);
        }
    }

    /** What was read, by name. */
    private static final class Facts {
        private final Map<String, String> values = new HashMap<>();
        private final Map<Drop, Long> dropped = zeros(Drop.class);
        private final Map<FailureKind, Long> refused = zeros(FailureKind.class);
        private final Map<Outcome, Latencies> ended = new EnumMap<>(Outcome.class);
        private final List<Snapshot.User> users = new ArrayList<>();

        Facts(List<String> lines) {
            for (Outcome outcome : Outcome.values()) {
                ended.put(outcome, Latencies.NONE);
            }
            lines.forEach(this::take);
        }

        private void take(String line) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "dropped" -> put(dropped, Drop.class, words[1], Long.parseLong(words[2]));
                case "refused" -> put(refused, FailureKind.class, words[1], Long.parseLong(words[2]));
                case "ended" -> put(ended, Outcome.class, words[1], Latencies.parse(words[2]));
                case "user" -> users.add(user(Long.parseLong(words[1]), words[2].split(" ", 5)));
                default -> values.put(words[0], line.substring(words[0].length() + 1));
            }
        }

        private static Snapshot.User user(long uid, String[] words) {
            return new Snapshot.User(
                    uid,
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    Latencies.parse(words[4]));
        }

        Snapshot snapshot() {
            return new Snapshot(
                    number("pid"),
                    (int) number("queue"),
                    (int) number("key"),
                    Instant.parse(value("started")),
                    Duration.ofNanos(number("uptime")),
                    Duration.ofNanos(number("cpu")),
                    number("received"),
                    Collections.unmodifiableMap(dropped),
                    Collections.unmodifiableMap(refused),
                    Collections.unmodifiableMap(ended),
                    number("bytes"),
                    number("stalls"),
                    (int) number("at-work"),
                    (int) number("stalled"),
                    (int) number("sessions"),
                    Optional.ofNullable(values.get("waiting")).map(Facts::waiting),
                    (int) number("queues"),
                    (int) number("max-queues"),
                    Optional.ofNullable(values.get("workers")).map(Facts::workers),
                    values.containsKey("users") ? Optional.of(List.copyOf(users)) : Optional.empty());
        }

        private static Snapshot.Waiting waiting(String text) {
            String[] words = text.split(" ", 3);
            return new Snapshot.Waiting(Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
        }

        private static Snapshot.Workers workers(String text) {
            String[] words = text.split(" ", 2);
            return new Snapshot.Workers(Integer.parseInt(words[0]), Long.parseLong(words[1]));
        }

        private long number(String name) {
            return Long.parseLong(value(name));
        }

        private String value(String name) {
            @Nullable String value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException("'" + name + "' is missing");
            }
            return value;
        }

        /** What a later version calls by a new name is none of this one's. */
        private static <E extends Enum<E>, V> void put(Map<E, V> to, Class<E> type, String word, V value) {
            for (E constant : type.getEnumConstants()) {
                if (word(constant).equals(word)) {
                    to.put(constant, value);
                }
            }
        }
    }

    static <E extends Enum<E>> Map<E, Long> zeros(Class<E> type) {
        Map<E, Long> counts = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            counts.put(constant, 0L);
        }
        return counts;
    }
}
