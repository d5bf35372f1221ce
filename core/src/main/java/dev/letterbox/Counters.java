package dev.letterbox;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts for {@link ServerStatistics}, from many threads. */
final class Counters {
    final LongAdder received = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder misaddressed = new LongAdder();
    final LongAdder forged = new LongAdder();
    final LongAdder repeated = new LongAdder();
    final LongAdder stale = new LongAdder();
    private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);

    Counters() {
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, new LongAdder());
        }
    }

    void ended(Outcome outcome) {
        outcomes.getOrDefault(outcome, received).increment();
    }

    ServerStatistics read(int atWork, int sessions) {
        Map<Outcome, Long> sums = new EnumMap<>(Outcome.class);
        outcomes.forEach((outcome, count) -> sums.put(outcome, count.sum()));
        return new ServerStatistics(
                received.sum(),
                malformed.sum(),
                misaddressed.sum(),
                forged.sum(),
                repeated.sum(),
                stale.sum(),
                Map.copyOf(sums),
                atWork,
                sessions);
    }
}
