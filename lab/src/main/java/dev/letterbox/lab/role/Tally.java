package dev.letterbox.lab.role;

import dev.letterbox.lab.result.Latencies;
import java.util.Arrays;

/** Collects how long each request took. This class is thread-safe. */
final class Tally {
    private long[] micros = new long[1_024];
    private int count;

    synchronized void add(long took) {
        if (count == micros.length) {
            micros = Arrays.copyOf(micros, 2 * count);
        }
        micros[count] = took;
        count++;
    }

    /** Returns what was collected since the last call, in one line. */
    synchronized String take() {
        String taken = Latencies.write(Arrays.copyOf(micros, count));
        count = 0;
        return taken;
    }
}
