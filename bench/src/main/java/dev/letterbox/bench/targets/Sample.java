package dev.letterbox.bench.targets;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Holds what one round of one contender gave.
 *
 * @param operations how many operations were made
 * @param nanos how long they took in all
 * @param cpuNanos the processor time of all processes that took part, both sides
 * @param latencies how long each took, in nanoseconds, where that was recorded
 */
record Sample(
        long operations,
        long nanos,
        long cpuNanos,
        @Nullable Histogram latencies) {
    double perSecond() {
        return operations * 1e9 / nanos;
    }

    double cpuMicrosPerOperation() {
        return cpuNanos / 1e3 / operations;
    }

    /** Returns the latency, in µs, that this share of the operations does not exceed. */
    double microsAt(double percentile) {
        if (latencies == null) {
            throw new IllegalStateException("No latencies were recorded.");
        }
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }
}
