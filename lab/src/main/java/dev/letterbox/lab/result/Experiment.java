package dev.letterbox.lab.result;

import java.util.Locale;

/** Names the experiments. */
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
}
