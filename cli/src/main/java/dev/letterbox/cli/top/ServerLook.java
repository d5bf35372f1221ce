package dev.letterbox.cli.top;

import dev.letterbox.metrics.Latencies;
import dev.letterbox.metrics.Snapshot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Is one look at a server.
 *
 * @param says why it tells no metrics; empty where it does, or was only just asked
 * @param runs whether there is a server
 * @param now its metrics
 * @param before its metrics at the look before, of the same run of the server
 * @param nanoTime when this was
 */
record ServerLook(String says, boolean runs, Optional<Snapshot> now, Optional<Snapshot> before, long nanoTime) {
    /** Makes the look before the first one. */
    static ServerLook first() {
        return without("", true);
    }

    /** Makes the look that follows this one, with an answer. */
    ServerLook next(Snapshot answer) {
        Optional<Snapshot> last = now.filter(
                earlier -> earlier.pid() == answer.pid() && earlier.started().equals(answer.started()));
        return new ServerLook("", true, Optional.of(answer), last, System.nanoTime());
    }

    /** Makes a look without an answer. */
    static ServerLook without(String says, boolean runs) {
        return new ServerLook(says, runs, Optional.empty(), Optional.empty(), System.nanoTime());
    }

    /** How much of something there was in each second since the look before; 0 where there was none. */
    double rate(ToLongFunction<Snapshot> count) {
        return now.isEmpty() || before.isEmpty()
                ? 0
                : (count.applyAsLong(now.get()) - count.applyAsLong(before.get())) / seconds();
    }

    private double seconds() {
        long nanos =
                now.orElseThrow().uptime().minus(before.orElseThrow().uptime()).toNanos();
        return Math.max(1, nanos) / 1e9;
    }

    /** How long requests took since the look before. */
    Latencies latencies() {
        return now.isEmpty() || before.isEmpty()
                ? Latencies.NONE
                : now.get().latencies().since(before.get().latencies());
    }

    /** How much of the time a processor was at work for the server, as a fraction. */
    double cpu() {
        return rate(snapshot -> snapshot.cpu().toNanos()) / 1e9;
    }

    /**
     * Is what one user asked for since the look before, in each second.
     *
     * @param uid the user, or {@link Snapshot#OTHERS}
     * @param total how many requests since the server's start
     */
    record UserRates(
            long uid,
            long total,
            double requests,
            double bytes,
            double failed,
            double refused,
            double stalls,
            Latencies latencies) {}

    /** Returns what each user did, the busiest first; empty where that is not told. */
    Optional<List<UserRates>> users() {
        return now.flatMap(Snapshot::users).map(users -> {
            Map<Long, Snapshot.User> earlier = new HashMap<>();
            before.flatMap(Snapshot::users).ifPresent(all -> all.forEach(user -> earlier.put(user.uid(), user)));
            return users.stream()
                    .map(user -> rates(user, earlier.get(user.uid())))
                    .sorted(Comparator.comparingDouble(UserRates::requests)
                            .thenComparingLong(UserRates::total)
                            .reversed())
                    .toList();
        });
    }

    private UserRates rates(Snapshot.User user, Snapshot.@org.jspecify.annotations.Nullable User earlier) {
        Snapshot.User then = earlier == null ? new Snapshot.User(user.uid(), 0, 0, 0, 0, Latencies.NONE) : earlier;
        long total = user.latencies().count();
        if (before.isEmpty()) {
            return new UserRates(user.uid(), total, 0, 0, 0, 0, 0, Latencies.NONE);
        }
        Latencies since = user.latencies().since(then.latencies());
        double seconds = seconds();
        return new UserRates(
                user.uid(),
                total,
                since.count() / seconds,
                (user.bytes() - then.bytes()) / seconds,
                (user.failed() - then.failed()) / seconds,
                (user.refused() - then.refused()) / seconds,
                (user.stalls() - then.stalls()) / seconds,
                since);
    }
}
