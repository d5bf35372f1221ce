package dev.letterbox.bench;

import java.util.Arrays;

/** Collects durations, without garbage, and tells how they are distributed. */
final class Times {
    private final long[] nanos;
    private int count;

    Times(int capacity) {
        nanos = new long[capacity];
    }

    void add(long duration) {
        nanos[count++] = duration;
    }

    void add(Times more) {
        System.arraycopy(more.nanos, 0, nanos, count, more.count);
        count += more.count;
    }

    int count() {
        return count;
    }

    /** Returns the duration that this share of all does not exceed: 0.5 is the median, 1 the worst. */
    double microsAt(double share) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        int place = (int) Math.ceil(share * count) - 1;
        return sorted[Math.clamp(place, 0, count - 1)] / 1e3;
    }
}
