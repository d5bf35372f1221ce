package dev.letterbox.bench.targets;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Holds all that one run measured.
 *
 * @param machine where
 * @param command how it was called
 * @param finished when, in UTC
 * @param sections the lines of each table
 * @param others what other programs used while each row was measured, in per cent of one core
 * @param skipped the rows that could not be measured, and why
 */
record Report(
        Machine machine,
        String command,
        LocalDateTime finished,
        Map<Section, List<Result>> sections,
        Map<String, Double> others,
        Map<String, String> skipped) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm", Locale.ENGLISH);

    static Report begin(Machine machine, String command) {
        return new Report(
                machine,
                command,
                LocalDateTime.now(ZoneOffset.UTC),
                new EnumMap<>(Section.class),
                new LinkedHashMap<>(),
                new LinkedHashMap<>());
    }

    void add(Section section, List<Result> results) {
        sections.computeIfAbsent(section, _ -> new ArrayList<>()).addAll(results);
    }

    private List<Result> results() {
        return sections.values().stream().flatMap(List::stream).toList();
    }

    String markdown() {
        StringBuilder text = new StringBuilder("""
                `%s`: %s UTC, on %s.

                """.formatted(command, TIME.format(finished), machine.text()));
        sections.forEach((section, results) -> {
            text.append("### ").append(section.title()).append("\n\n").append(Result.HEADER);
            results.forEach(result -> text.append(result.line()));
            text.append('\n');
        });
        text.append("Other programs used, in % of one core: ")
                .append(others.entrySet().stream()
                        .map(row -> "%s %.0f".formatted(row.getKey(), row.getValue()))
                        .collect(Collectors.joining(", ")))
                .append(".\n");
        skipped.forEach((row, why) -> text.append("\nNot measured: ")
                .append(row)
                .append(", as ")
                .append(why)
                .append(".\n"));
        return text.toString();
    }

    String json() {
        return """
                {"machine": %s,
                 "command": "%s",
                 "finished": "%sZ",
                 "othersPercent": {%s},
                 "skipped": {%s},
                 "results": [
                  %s
                 ]}
                """.formatted(
                        machine.json(),
                        command,
                        finished.withNano(0),
                        others.entrySet().stream()
                                .map(row -> String.format(Locale.ROOT, "\"%s\": %.1f", row.getKey(), row.getValue()))
                                .collect(Collectors.joining(", ")),
                        skipped.entrySet().stream()
                                .map(row -> "\"%s\": \"%s\"".formatted(row.getKey(), row.getValue()))
                                .collect(Collectors.joining(", ")),
                        results().stream().map(Result::json).collect(Collectors.joining(",\n  ")));
    }

    /** Draws the latencies that were recorded, each contender once. */
    String plot() {
        PercentilePlot plot = new PercentilePlot("Latencies: how many take longer than that");
        Map<String, Figures> drawn = new LinkedHashMap<>();
        for (Result result : results()) {
            if (isPlotted(result)) {
                drawn.putIfAbsent(label(result, result.ours()), result.ours());
                Figures other = result.other();
                if (other != null) {
                    drawn.putIfAbsent(label(result, other), other);
                }
            }
        }
        drawn.forEach((label, figures) -> plot.add(label, figures.latencies()));
        return plot.svg();
    }

    /** The round trip, and the small file over one caller. */
    private static boolean isPlotted(Result result) {
        return result.ours().latencies() != null
                && (result.kind().row().equals("echo") || result.kind().what().startsWith("1 KB file, 1 caller"));
    }

    private static String label(Result result, Figures figures) {
        String what = !result.kind().row().equals("echo")
                ? "1 KB file: "
                : result.kind().what().contains("core") ? "64 bytes, 2 cores: " : "64 bytes: ";
        return what + figures.who();
    }
}
