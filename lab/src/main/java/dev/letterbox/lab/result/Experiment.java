package dev.letterbox.lab.result;

import java.util.Locale;

/** An experiment of the laboratory. */
public enum Experiment {
    /** Clients that keep to the rules bring one shared queue to a standstill. */
    DEADLOCK,
    /** One client breaks the rules; what the others get is measured. */
    MALICIOUS,
    /** Long messages, large files, and small requests beside them. */
    LARGE,
    /** A client is killed in the middle of a response. */
    CRASH,
    /** Clients start until the kernel has no more queues. */
    LIMIT,
    /** What a request costs: queues, processor time, system calls. */
    COST;

    /**
     * Returns the name as users type it.
     *
     * @return the name in lower case
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
