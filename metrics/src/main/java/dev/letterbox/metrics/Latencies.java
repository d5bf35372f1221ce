package dev.letterbox.metrics;

import java.util.Arrays;
import java.util.StringJoiner;

/**
 * Holds how long many requests took, as counts of rounded times. The difference of two of them, the later from the
 * earlier, is what happened between. Instances are immutable.
 */
public final class Latencies {
    /** What nobody ever did. */
    public static final Latencies NONE = new Latencies(new long[0], new long[0], 0);

    private final long[] upTo;
    private final long[] counts;
    private final long sumNanos;

    /** The counts belong to the times with the same index, which grow. */
    Latencies(long[] upTo, long[] counts, long sumNanos) {
        this.upTo = upTo;
        this.counts = counts;
        this.sumNanos = sumNanos;
    }

    /**
     * Tells how many requests these are.
     *
     * @return 0 or more
     */
    public long count() {
        return Arrays.stream(counts).sum();
    }

    /**
     * Tells how long they took together.
     *
     * @return nanoseconds
     */
    public long sumNanos() {
        return sumNanos;
    }

    /**
     * Tells within which time a part of them ended.
     *
     * @param percent which part: 50 for the median, 100 for all of them
     * @return nanoseconds, rounded up; 0 if there are none
     */
    public long percentileNanos(double percent) {
        long wanted = Math.max(1, (long) Math.ceil(count() * percent / 100));
        long seen = 0;
        for (int i = 0; i < upTo.length; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return upTo[i];
            }
        }
        return 0;
    }

    /**
     * Tells how many took so long at most. Those that are rounded to just above it do not count.
     *
     * @param nanos the limit
     * @return 0 or more
     */
    public long countUpTo(long nanos) {
        long seen = 0;
        for (int i = 0; i < upTo.length && upTo[i] <= nanos; i++) {
            seen += counts[i];
        }
        return seen;
    }

    /**
     * Tells what happened since an earlier moment.
     *
     * @param earlier what there was then, of the same server
     * @return what has come since; nothing of what became less
     */
    public Latencies since(Latencies earlier) {
        long[] times = new long[upTo.length];
        long[] more = new long[upTo.length];
        int length = 0;
        for (int i = 0, j = 0; i < upTo.length; i++) {
            while (j < earlier.upTo.length && earlier.upTo[j] < upTo[i]) {
                j++;
            }
            long before = j < earlier.upTo.length && earlier.upTo[j] == upTo[i] ? earlier.counts[j] : 0;
            if (counts[i] > before) {
                times[length] = upTo[i];
                more[length++] = counts[i] - before;
            }
        }
        return new Latencies(
                Arrays.copyOf(times, length), Arrays.copyOf(more, length), Math.max(0, sumNanos - earlier.sumNanos));
    }

    /**
     * Puts two together.
     *
     * @param other the other
     * @return all of both
     */
    public Latencies and(Latencies other) {
        long[] times = new long[upTo.length + other.upTo.length];
        long[] sums = new long[times.length];
        int length = 0;
        for (int i = 0, j = 0; i < upTo.length || j < other.upTo.length; length++) {
            long mine = i < upTo.length ? upTo[i] : Long.MAX_VALUE;
            long theirs = j < other.upTo.length ? other.upTo[j] : Long.MAX_VALUE;
            times[length] = Math.min(mine, theirs);
            if (mine == times[length]) {
                sums[length] += counts[i++];
            }
            if (theirs == times[length]) {
                sums[length] += other.counts[j++];
            }
        }
        return new Latencies(Arrays.copyOf(times, length), Arrays.copyOf(sums, length), sumNanos + other.sumNanos);
    }

    /** Reads what {@link #toString} wrote. */
    static Latencies parse(String text) {
        String[] words = text.split(" ", -1);
        long[] times = new long[words.length - 1];
        long[] counts = new long[words.length - 1];
        for (int i = 1; i < words.length; i++) {
            int colon = words[i].indexOf(':');
            times[i - 1] = Long.parseLong(words[i].substring(0, colon));
            counts[i - 1] = Long.parseLong(words[i].substring(colon + 1));
        }
        return new Latencies(times, counts, Long.parseLong(words[0]));
    }

    /** Writes the sum, and then each time with its count, in nanoseconds. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(" ");
        text.add(Long.toString(sumNanos));
        for (int i = 0; i < upTo.length; i++) {
            text.add(upTo[i] + ":" + counts[i]);
        }
        return text.toString();
    }
}
