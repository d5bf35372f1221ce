package dev.letterbox.bench.targets;

/**
 * Takes the start off: what a large file takes beyond a small one, by the same program right after.
 *
 * @param large the program with the large file
 * @param small the program with the small one
 */
record LessStart(WholeProcess large, WholeProcess small) implements Contender {
    @Override
    public String name() {
        return large.name();
    }

    @Override
    public Sample round(long operations) {
        Sample all = large.round(operations);
        Sample start = small.round(operations);
        // Of files that are hardly larger, as in a quick run, the noise may be more than the difference.
        return new Sample(
                operations,
                Math.max(1, all.nanos() - start.nanos()),
                Math.max(0, all.cpuNanos() - start.cpuNanos()),
                null);
    }

    @Override
    public void check() {
        large.check();
        small.check();
    }

    @Override
    public void close() {
        large.close();
        small.close();
    }
}
