package dev.letterbox.lab.result;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Holds how long requests took, in microseconds.
 *
 * @param count how many requests ended; where none did, all else is 0
 * @param p50 half of them took no longer
 * @param p90 nine of ten took no longer
 * @param p99 99 of 100 took no longer
 * @param max the longest
 */
public record Latencies(int count, long p50, long p90, long p99, long max) {
    static final Latencies NONE = new Latencies(0, 0, 0, 0, 0);

    public static Latencies of(long[] micros) {
        if (micros.length == 0) {
            return NONE;
        }
        long[] sorted = micros.clone();
        Arrays.sort(sorted);
        return new Latencies(
                sorted.length, at(sorted, 0.5), at(sorted, 0.9), at(sorted, 0.99), sorted[sorted.length - 1]);
    }

    private static long at(long[] sorted, double part) {
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(part * sorted.length))];
    }

    public static String write(long[] micros) {
        return LongStream.of(micros).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }

    public static long[] read(String text) {
        return text.isBlank()
                ? new long[0]
                : Arrays.stream(text.strip().split(" ", -1))
                        .mapToLong(Long::parseLong)
                        .toArray();
    }
}
