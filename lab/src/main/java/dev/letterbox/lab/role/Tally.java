package dev.letterbox.lab.role;

import dev.letterbox.lab.result.Latencies;
import java.util.Arrays;

/** Keeps how long each request took, until somebody asks. This class is safe for use by any number of threads. */
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

    /** Tells what there is since the last time. */
    synchronized String take() {
        String taken = Latencies.write(Arrays.copyOf(micros, count));
        count = 0;
        return taken;
    }
}
