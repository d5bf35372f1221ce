package dev.letterbox.lab.result;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * How long requests took, in microseconds.
 *
 * @param count number of requests that were answered; if 0, all other components are 0
 * @param p50 half of the requests took at most this long
 * @param p90 90 % of the requests took at most this long
 * @param p99 99 % of the requests took at most this long
 * @param max the slowest request
 */
public record Latencies(int count, long p50, long p90, long p99, long max) {
    static final Latencies NONE = new Latencies(0, 0, 0, 0, 0);

    /**
     * Summarizes single requests.
     *
     * @param micros how long each took, in microseconds, in any order
     * @return the summary
     */
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
        return sorted[(int) Math.max(0, Math.ceil(part * sorted.length) - 1)];
    }

    /**
     * Writes durations into one line, for {@link #read}.
     *
     * @param micros the durations
     * @return the line
     */
    public static String write(long[] micros) {
        return LongStream.of(micros).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param text the line
     * @return the durations
     */
    public static long[] read(String text) {
        return text.isBlank()
                ? new long[0]
                : Arrays.stream(text.strip().split(" ", -1))
                        .mapToLong(Long::parseLong)
                        .toArray();
    }
}
