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
 * A server's metrics at one moment.
 *
 * @param says why there are no metrics; empty if there are, or the answer is pending
 * @param runs whether a server is running
 * @param now its metrics
 * @param before its metrics at the previous look, if the server has not restarted since
 * @param nanoTime when it was asked
 */
record ServerLook(String says, boolean runs, Optional<Snapshot> now, Optional<Snapshot> before, long nanoTime) {
    /** Returns the look before the first one. */
    static ServerLook first() {
        return without("", true);
    }

    /** Returns the look that follows this one, with an answer. */
    ServerLook next(Snapshot answer) {
        Optional<Snapshot> last = now.filter(
                earlier -> earlier.pid() == answer.pid() && earlier.started().equals(answer.started()));
        return new ServerLook("", true, Optional.of(answer), last, System.nanoTime());
    }

    /** Returns a look without an answer. */
    static ServerLook without(String says, boolean runs) {
        return new ServerLook(says, runs, Optional.empty(), Optional.empty(), System.nanoTime());
    }

    /** Returns a rate per second since the previous look; 0 if there is none. */
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

    /** Returns the latencies of requests since the previous look. */
    Latencies latencies() {
        return now.isEmpty() || before.isEmpty()
                ? Latencies.NONE
                : now.get().latencies().since(before.get().latencies());
    }

    /** Returns the processor time that the server used, in processors. */
    double cpu() {
        return rate(snapshot -> snapshot.cpu().toNanos()) / 1e9;
    }

    /**
     * The requests of one user since the previous look, per second.
     *
     * @param uid the user, or {@link Snapshot#OTHERS}
     * @param total the number of requests since the server's start
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

    /** Returns the rates of each user, the busiest first; empty if the server does not reveal them. */
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
