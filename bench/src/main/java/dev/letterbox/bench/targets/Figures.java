package dev.letterbox.bench.targets;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Holds what one contender reached in a row.
 *
 * @param who the contender
 * @param values one figure for each round
 * @param cpuMicros the processor time for one unit of work, both sides, one figure for each round; empty if it was not
 *     measured
 * @param latencies of all rounds, in nanoseconds
 */
@SuppressWarnings("ArrayRecordComponent") // figures that are printed, never compared
record Figures(
        String who,
        double[] values,
        double[] cpuMicros,
        @Nullable Histogram latencies) {
    static Figures of(String who, List<Sample> samples, ToDoubleFunction<Sample> value, double unitsPerOperation) {
        return new Figures(
                who,
                samples.stream().mapToDouble(value).toArray(),
                samples.stream()
                        .mapToDouble(sample -> sample.cpuMicrosPerOperation() / unitsPerOperation)
                        .toArray(),
                allLatencies(samples));
    }

    static Figures of(String who, double... values) {
        return new Figures(who, values, new double[0], null);
    }

    private static @Nullable Histogram allLatencies(List<Sample> samples) {
        Histogram all = null;
        for (Sample sample : samples) {
            Histogram latencies = sample.latencies();
            if (latencies != null) {
                if (all == null) {
                    all = JavaSide.histogram();
                }
                all.add(latencies);
            }
        }
        return all;
    }

    double median() {
        return median(values);
    }

    double cpuMedian() {
        return median(cpuMicros);
    }

    double least() {
        return Arrays.stream(values).min().orElse(Double.NaN);
    }

    double most() {
        return Arrays.stream(values).max().orElse(Double.NaN);
    }

    static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Shows three digits, and more where there are more before the point. */
    static String text(double figure) {
        if (Double.isNaN(figure)) {
            return "";
        }
        double size = Math.abs(figure);
        int digits = size == 0 || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        String text = String.format(Locale.ROOT, "%,." + digits + "f", figure);
        return digits == 0 ? text : text.replaceFirst("\\.?0+$", "");
    }
}
