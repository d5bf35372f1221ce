package dev.letterbox.campaign;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts what a scenario did and saw, and keeps the worst of what it measured. This class is safe for use by any number of threads. */
final class Tally {
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final Map<String, Times> times = new LinkedHashMap<>();
    private final StringBuilder series = new StringBuilder();

    /** Holds how long something took: how often, in all, and at worst. */
    record Times(long count, double totalMillis, double worstMillis) {
        double meanMillis() {
            return totalMillis / count;
        }
    }

    void add(String what) {
        add(what, 1);
    }

    synchronized void add(String what, long count) {
        if (count > 0) {
            counts.merge(what, count, Long::sum);
        }
    }

    synchronized void took(String what, long nanos) {
        double millis = nanos / 1e6;
        times.merge(
                what,
                new Times(1, millis, millis),
                (before, now) ->
                        new Times(before.count + 1, before.totalMillis + millis, Math.max(before.worstMillis, millis)));
    }

    /** Adds a line to what is printed below the table. */
    synchronized void print(String line) {
        series.append(line).append('\n');
    }

    synchronized Map<String, Long> counts() {
        return new LinkedHashMap<>(counts);
    }

    synchronized Map<String, Times> times() {
        return new LinkedHashMap<>(times);
    }

    synchronized String series() {
        return series.toString();
    }

    synchronized long count(String what) {
        return counts.getOrDefault(what, 0L);
    }

    @Override
    public String toString() {
        return counts().entrySet().stream()
                .map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
    }
}
