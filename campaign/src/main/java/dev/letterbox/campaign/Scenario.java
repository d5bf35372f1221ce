package dev.letterbox.campaign;

import java.util.SplittableRandom;

/** Is one kind of harm that is done again and again, and what must hold all the same. */
interface Scenario extends AutoCloseable {
    /**
     * Does it once. Throws {@link AssertionError}, or anything else, where something did not hold.
     *
     * @param number which round it is, from 0
     * @param random the same for the same seed and round
     * @param tally takes what was done, seen and measured
     */
    void round(int number, SplittableRandom random, Tally tally) throws Exception;

    /**
     * Looks at the whole, after the last round.
     *
     * @param tally takes what was seen and measured
     */
    default void finish(Tally tally) throws Exception {}

    /** Ends all that it started. */
    @Override
    void close();
}
