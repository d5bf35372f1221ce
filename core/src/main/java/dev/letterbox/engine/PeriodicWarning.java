package dev.letterbox.engine;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

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
    public void warn(String text) {
        warn(() -> text);
    }

    /**
     * Logs a text that costs something to make, unless one was logged in this period.
     *
     * @param text makes the text; asked only if it is logged
     */
    public synchronized void warn(Supplier<String> text) {
        if (!isDue()) {
            passedOver++;
            return;
        }
        log.log(Level.WARNING, text.get() + (passedOver == 0 ? "" : " (and " + passedOver + " more like it)"));
        logged = true;
        lastLogged = System.nanoTime();
        passedOver = 0;
    }

    /** Returns whether the next warning would be logged. */
    synchronized boolean isDue() {
        return !logged || System.nanoTime() - lastLogged >= PERIOD_NANOS;
    }
}
