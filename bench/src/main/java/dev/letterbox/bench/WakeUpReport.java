package dev.letterbox.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Holds what {@link WakeUp} measured.
 *
 * @param ended how soon blocked calls ended
 * @param asleep what calls cost while they were asleep
 */
record WakeUpReport(List<Ended> ended, List<Asleep> asleep) {
    /**
     * Holds one case.
     *
     * @param cause what ended the call
     * @param call what was blocked
     * @param kind whose call it was
     * @param times from the cause to the end
     * @param others what other programs used meanwhile, in per cent of one core
     */
    record Ended(String cause, String call, String kind, Times times, double others) {}

    /**
     * Holds one case.
     *
     * @param sleepers who was asleep
     * @param seconds for how long
     * @param cpuMillis the processor time of the process
     * @param others what other programs used meanwhile, in per cent of one core
     */
    record Asleep(String sleepers, double seconds, double cpuMillis, double others) {}

    String table() {
        return ended.stream()
                        .map(row -> String.format(
                                Locale.ROOT,
                                "| %s | %s | %s | %d | %.0f | %.0f | %.0f | %.0f |",
                                row.cause,
                                row.call,
                                row.kind,
                                row.times.count(),
                                row.times.microsAt(0.5),
                                row.times.microsAt(0.99),
                                row.times.microsAt(1),
                                row.others))
                        .collect(Collectors.joining("\n", """
                        | ended by | call | thread | times | median µs | p99 µs | worst µs | others, % of a core |
                        |---|---|---|--:|--:|--:|--:|--:|
                        """, "\n\n"))
                + asleep.stream()
                        .map(row -> String.format(
                                Locale.ROOT,
                                "| %s | %.1f | %.2f | %.3f | %.0f |",
                                row.sleepers,
                                row.seconds,
                                row.cpuMillis,
                                row.cpuMillis / row.seconds / 10,
                                row.others))
                        .collect(Collectors.joining("\n", """
                        | asleep | for s | processor time of the process, ms | % of a core | others, % of a core |
                        |---|--:|--:|--:|--:|
                        """, "\n"));
    }

    String json() {
        return ended.stream()
                        .map(row -> String.format(
                                Locale.ROOT,
                                "{\"endedBy\": \"%s\", \"call\": \"%s\", \"thread\": \"%s\", \"count\": %d, \"medianMicros\": %.1f,"
                                        + " \"p99Micros\": %.1f, \"worstMicros\": %.1f, \"othersPercent\": %.1f}",
                                row.cause,
                                row.call,
                                row.kind,
                                row.times.count(),
                                row.times.microsAt(0.5),
                                row.times.microsAt(0.99),
                                row.times.microsAt(1),
                                row.others))
                        .collect(Collectors.joining(",\n  ", "{\"wakeUp\": [\n  ", "\n], \"asleep\": [\n  "))
                + asleep.stream()
                        .map(row -> String.format(
                                Locale.ROOT,
                                "{\"sleepers\": \"%s\", \"seconds\": %.3f, \"cpuMillis\": %.3f, \"othersPercent\": %.1f}",
                                row.sleepers,
                                row.seconds,
                                row.cpuMillis,
                                row.others))
                        .collect(Collectors.joining(",\n  ", "", "\n]}\n"));
    }
}
