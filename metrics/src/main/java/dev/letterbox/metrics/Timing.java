package dev.letterbox.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** Takes down how long things took, from many threads, without locks or garbage; who reads it pays for that. */
final class Timing {
    private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(1);
    /** What takes longer counts as if it took so long. */
    private static final long LONGEST = TimeUnit.DAYS.toNanos(1);

    private final Recorder recorder;
    private final LongAdder sum = new LongAdder();

    // Guarded by this object's monitor, as all reading is.
    private final Histogram all;
    private @Nullable Histogram spare;

    /** Rounds to so many decimal digits. */
    Timing(int digits) {
        recorder = new Recorder(SHORTEST, LONGEST, digits);
        all = new Histogram(SHORTEST, LONGEST, digits);
    }

    void add(long nanos) {
        long inRange = Math.clamp(nanos, 0, LONGEST);
        recorder.recordValue(inRange);
        sum.add(inRange);
    }

    synchronized Latencies read() {
        Histogram fresh = recorder.getIntervalHistogram(spare);
        all.add(fresh);
        spare = fresh;
        LongStream.Builder upTo = LongStream.builder();
        LongStream.Builder counts = LongStream.builder();
        for (HistogramIterationValue value : all.recordedValues()) {
            upTo.add(value.getValueIteratedTo());
            counts.add(value.getCountAddedInThisIterationStep());
        }
        return new Latencies(upTo.build().toArray(), counts.build().toArray(), sum.sum());
    }
}
