package dev.letterbox.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
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
    private final AtomicReference<Runnable> then = new AtomicReference<>(() -> {});
    private volatile String awaited = "";
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            String text = TEXT.formatMessage(entry);
            synchronized (lines) {
                lines.add(entry.getLevel() + " " + text);
            }
            if (text.contains(awaited)) {
                then.getAndSet(() -> {}).run();
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
     * Has something done when a text is logged for the next time, once, on the thread that logs it.
     *
     * @param text a part of the text
     * @param then what is done
     * @return this
     */
    public Logged when(String text, Runnable then) {
        awaited = text;
        this.then.set(then);
        return this;
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
