package dev.letterbox.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Keeps what a class logs, in place of the console, until it is closed. */
public final class Logged implements AutoCloseable {
    private static final Formatter TEXT = new SimpleFormatter();

    private final Logger logger;
    private final List<String> lines = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            synchronized (lines) {
                lines.add(entry.getLevel() + " " + TEXT.formatMessage(entry));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private Logged(Logger logger) {
        this.logger = logger;
    }

    /**
     * Begins to keep what a class logs, on all levels.
     *
     * @param type the class
     * @return what is kept
     */
    public static Logged by(Class<?> type) {
        Logged logged = new Logged(Logger.getLogger(type.getName()));
        logged.logger.setLevel(Level.ALL);
        logged.logger.setUseParentHandlers(false);
        logged.logger.addHandler(logged.handler);
        return logged;
    }

    /**
     * Returns what was logged so far.
     *
     * @return for each entry the level, a space, and the text
     */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
        logger.setLevel(null);
    }
}
