package dev.letterbox.lab;

import java.io.IOException;
import java.util.Locale;

/** Names the experiments, and makes them. */
public enum Experiment {
    /** Clients that keep to the rules bring one shared queue to a standstill. */
    DEADLOCK,
    /** One client that does not keep to the rules, and what the others get. */
    MALICIOUS,
    /** Long messages, large files, and whoever waits behind them. */
    LARGE,
    /** A client that is killed in the middle of a response. */
    CRASH,
    /** Clients come until the kernel has no more queues. */
    LIMIT,
    /** What a request costs. */
    COST;

    /**
     * Returns its name as people write it.
     *
     * @return in lower case
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Makes the experiment, in some seconds.
     *
     * @param lab where
     * @return what was measured
     * @throws LabFailure where it could not be made
     * @throws IOException where a process could not be started
     * @throws InterruptedException where the thread was interrupted
     */
    public Result run(Laboratory lab) throws LabFailure, IOException, InterruptedException {
        return switch (this) {
            case DEADLOCK -> new DeadlockExperiment(lab).run();
            case MALICIOUS -> new MaliciousExperiment(lab).run();
            case LARGE -> new LargeExperiment(lab).run();
            case CRASH -> new CrashExperiment(lab).run();
            case LIMIT -> new LimitExperiment(lab).run();
            case COST -> new CostExperiment(lab).run();
        };
    }
}
