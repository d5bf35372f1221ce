package dev.letterbox.cli.files;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Writes log records to stderr, one line each: warnings always, and requests once {@code serve} asks for them. From then on
 * one thread writes, and nobody waits for it; see {@link LogWriter}.
 *
 * <p>The JDK's own logging stops when the JVM begins to shut down, when a server still has things to log.
 */
public final class ServerLog extends System.LoggerFinder {
    /** The logger of a line for each request. */
    private static final String REQUESTS = "dev.letterbox.requests";

    /** At the end, for a reader that is slow. */
    private static final long FLUSH_MILLIS = 2_000;

    private static volatile Level threshold = Level.WARNING;
    private static volatile @Nullable LogWriter writer;

    /** Makes the finder that {@link System#getLogger} uses. */
    public ServerLog() {}

    /** Logs every request from now on, or only warnings, by a thread of its own. */
    static void configure(boolean onlyWarnings) {
        configure(onlyWarnings, new FileOutputStream(FileDescriptor.err));
    }

    static synchronized void configure(boolean onlyWarnings, OutputStream to) {
        threshold = onlyWarnings ? Level.WARNING : Level.INFO;
        writer = LogWriter.start(to, System.err.charset());
    }

    @Override
    public Logger getLogger(String name, Module module) {
        return new ToStderr(name);
    }

    /** Writes a line without a time. */
    static void note(String text) {
        if (threshold == Level.INFO) {
            write(null, text, null, null);
        }
    }

    /**
     * Waits until all lines so far are written, but not for long if nobody reads them.
     *
     * @return false if nobody does
     */
    static boolean flush() {
        LogWriter current = writer;
        return current == null || current.flush(FLUSH_MILLIS);
    }

    private static void write(
            @Nullable Level level, Object what, @Nullable Object @Nullable [] parameters, @Nullable Throwable thrown) {
        LogWriter current = writer;
        if (current == null) {
            StringBuilder text = new StringBuilder();
            new LogFormat().append(LogLine.now(level, what, parameters, thrown), text);
            System.err.print(text);
            System.err.flush();
        } else {
            current.add(level, what, parameters, thrown);
        }
    }

    private record ToStderr(String name) implements Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            // What each request came to is for a library's user at DEBUG, and here it is what the log is for.
            boolean request = name.equals(REQUESTS) && threshold == Level.INFO && level == Level.DEBUG;
            return request || (level.getSeverity() >= threshold.getSeverity() && level != Level.OFF);
        }

        /** Makes the text of an object when it is written, not now. */
        @Override
        public void log(Level level, Object what) {
            if (isLoggable(level)) {
                write(level, what, null, null);
            }
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String text, @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                write(level, String.valueOf(text), null, thrown);
            }
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object... parameters) {
            if (isLoggable(level)) {
                write(level, String.valueOf(format), parameters, null);
            }
        }
    }
}
