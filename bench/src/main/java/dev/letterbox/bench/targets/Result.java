package dev.letterbox.bench.targets;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Is one line of the table.
 *
 * @param kind what was measured
 * @param ours what Letterbox reached
 * @param other what was measured beside it, in turns; nothing where ours stands alone
 */
record Result(Kind kind, Figures ours, @Nullable Figures other) {
    /**
     * Says what was measured.
     *
     * @param row the row it belongs to
     * @param what what it is
     * @param unit of the figures
     * @param target what the figure or the ratio should be
     * @param cpuUnit what the processor time is for; empty if it was not measured
     */
    record Kind(String row, String what, String unit, Target target, String cpuUnit) {
        /** Says what was measured without its processor time. */
        Kind(String row, String what, String unit, Target target) {
            this(row, what, unit, target, "");
        }
    }

    static final String HEADER = """
            | what | unit | Letterbox | beside it | | ratio | target | | CPU µs, ours | beside it |
            |---|---|--:|---|--:|--:|--:|---|--:|--:|
            """;

    /** Returns ours by the other's: of the medians. */
    double ratio() {
        return other == null ? Double.NaN : ours.median() / other.median();
    }

    /** Returns the ratios of the rounds: what one round had beside the other. */
    private double[] ratios() {
        if (other == null || other.values().length != ours.values().length) {
            return new double[0];
        }
        double[] ratios = new double[ours.values().length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours.values()[i] / other.values()[i];
        }
        return ratios;
    }

    boolean met() {
        return kind.target().met(kind.target().isRatio() ? ratio() : ours.median());
    }

    private String verdict() {
        return kind.target().kind() == Target.Kind.NONE ? "" : met() ? "met" : "**missed**";
    }

    String line() {
        double[] ratios = ratios();
        String spread = ratios.length < 2
                ? ""
                : " (%s–%s)"
                        .formatted(
                                Figures.text(DoubleStream.of(ratios).min().orElseThrow()),
                                Figures.text(DoubleStream.of(ratios).max().orElseThrow()));
        return "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |%n"
                .formatted(
                        kind.what(),
                        kind.unit(),
                        withSpread(ours),
                        other == null ? "" : other.who(),
                        other == null ? "" : withSpread(other),
                        other == null ? "" : Figures.text(ratio()) + spread,
                        kind.target().text(kind.unit()),
                        verdict(),
                        kind.cpuUnit().isEmpty() ? "" : Figures.text(ours.cpuMedian()) + " / " + kind.cpuUnit(),
                        other == null || kind.cpuUnit().isEmpty() ? "" : Figures.text(other.cpuMedian()));
    }

    private static String withSpread(Figures figures) {
        return figures.values().length < 2
                ? Figures.text(figures.median())
                : "%s (%s–%s)"
                        .formatted(
                                Figures.text(figures.median()),
                                Figures.text(figures.least()),
                                Figures.text(figures.most()));
    }

    String json() {
        return """
                {"row": "%s", "what": "%s", "unit": "%s", "target": %s, "met": %s, "ratio": %s, "cpuPer": %s,
                   "ours": %s,
                   "other": %s}""".formatted(
                        kind.row(),
                        kind.what(),
                        kind.unit(),
                        kind.target().json(),
                        kind.target().kind() == Target.Kind.NONE ? "null" : Boolean.toString(met()),
                        number(ratio()),
                        kind.cpuUnit().isEmpty() ? "null" : "\"" + kind.cpuUnit() + "\"",
                        json(ours),
                        other == null ? "null" : json(other));
    }

    private static String json(Figures figures) {
        return "{\"who\": \"%s\", \"values\": %s, \"median\": %s, \"cpuMicros\": %s, \"latencyMicros\": %s}"
                .formatted(
                        figures.who(),
                        numbers(figures.values()),
                        number(figures.median()),
                        numbers(figures.cpuMicros()),
                        latencies(figures));
    }

    private static String latencies(Figures figures) {
        var latencies = figures.latencies();
        return latencies == null
                ? "null"
                : DoubleStream.of(50, 90, 99, 99.9, 99.99, 100)
                        .mapToObj(percentile -> "\"p%s\": %s"
                                .formatted(
                                        percentile == Math.rint(percentile)
                                                ? Long.toString((long) percentile)
                                                : Double.toString(percentile),
                                        number(latencies.getValueAtPercentile(percentile) / 1e3)))
                        .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String numbers(double[] values) {
        return DoubleStream.of(values).mapToObj(Result::number).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "null";
    }
}
