package dev.letterbox.server;

import java.util.Arrays;

/**
 * Lets each request id of a session through once. Ids may come in any order within a window of 4096 behind the highest;
 * older ones are refused, since nobody remembers whether they came.
 */
final class ReplayWindow {
    static final int SIZE = 4096;

    private final long[] seen = new long[SIZE / Long.SIZE];
    private long highest;

    /**
     * Marks an id as used.
     *
     * @return false if it was used before, or is too old to know
     */
    boolean accept(long id) {
        if (id <= highest - SIZE) {
            return false;
        }
        if (id > highest) {
            forgetUpTo(id);
            highest = id;
        } else if (isSet(id)) {
            return false;
        }
        seen[word(id)] |= 1L << id;
        return true;
    }

    private void forgetUpTo(long id) {
        if (id - highest >= SIZE) {
            Arrays.fill(seen, 0);
            return;
        }
        // Counted from below: the highest id there can be has none after it to end at.
        for (long each = highest; each < id; each++) {
            seen[word(each + 1)] &= ~(1L << (each + 1));
        }
    }

    private boolean isSet(long id) {
        return (seen[word(id)] & 1L << id) != 0;
    }

    private static int word(long id) {
        return (int) (id / Long.SIZE % (SIZE / Long.SIZE));
    }
}
