package dev.letterbox.campaign;

import java.util.List;
import java.util.Optional;

/**
 * Is what became of one scenario.
 *
 * @param name the scenario
 * @param what what it does
 * @param rounds how many rounds were done
 * @param seconds how long that took
 * @param tally what was counted and measured
 * @param failures what did not hold
 * @param skipped why it could not be run here
 */
record Result(
        String name,
        String what,
        int rounds,
        double seconds,
        Tally tally,
        List<Failure> failures,
        Optional<String> skipped) {
    /**
     * Is one thing that did not hold.
     *
     * @param round the round in which it did not; -1 for what was found after the last
     * @param text what happened
     */
    record Failure(int round, String text) {}
}
