package dev.letterbox.bench.targets;

/**
 * Says how thoroughly to measure.
 *
 * @param quick whether the figures say nothing
 * @param rounds how often each contender has its turn
 * @param roundSeconds how long a turn is to take
 * @param warmUpSeconds how long each works before its first turn: Java compiles what runs often
 * @param largeBytes the size of the large file
 * @param hugeBytes the size of the file that whole processes fetch
 * @param stalled how many clients stall
 * @param watchSeconds for how long something is watched that should do nothing
 */
record Settings(
        boolean quick,
        int rounds,
        double roundSeconds,
        double warmUpSeconds,
        long largeBytes,
        long hugeBytes,
        int stalled,
        double watchSeconds) {
    /** For figures that are kept. */
    static Settings full(int rounds) {
        return new Settings(false, rounds, 1, 3, 256 << 20, 1 << 30, 10_000, 10);
    }

    /** Only to see that everything works: the figures say nothing. */
    static Settings quick(int rounds) {
        return new Settings(true, rounds, 0.05, 0.05, 8 << 20, 16 << 20, 200, 0.5);
    }
}
