package dev.letterbox.engine;

import java.lang.System.Logger.Level;

/**
 * Logs a condition that a hostile or broken client can cause at will: the first time at once, then at most once for each
 * period, with the number of times that were passed over.
 */
public final class PeriodicWarning {
    private static final long PERIOD_NANOS = 10_000_000_000L;

    private final System.Logger log;
    private long passedOver;
    private long lastLogged;
    private boolean logged;

    /**
     * Creates a warning that has not been logged yet.
     *
     * @param log where it goes
     */
    public PeriodicWarning(System.Logger log) {
        this.log = log;
    }

    /**
     * Logs a text, unless one was logged in this period.
     *
     * @param text what happened
     */
    public synchronized void warn(String text) {
        long now = System.nanoTime();
        if (logged && now - lastLogged < PERIOD_NANOS) {
            passedOver++;
            return;
        }
        log.log(Level.WARNING, passedOver == 0 ? text : text + " (and " + passedOver + " more like it)");
        logged = true;
        lastLogged = now;
        passedOver = 0;
    }
}
