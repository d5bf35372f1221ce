package dev.letterbox.cli.files;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.text.MessageFormat;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Writes log records to stderr, one line each: warnings always, and requests once {@code serve} asks for them.
 *
 * <p>The JDK's own logging stops when the JVM begins to shut down, when a server still has things to log.
 */
public final class ServerLog extends System.LoggerFinder {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");

    /** The logger of a line for each request. */
    private static final String REQUESTS = "dev.letterbox.requests";

    private static volatile Level threshold = Level.WARNING;

    /** Makes the finder that {@link System#getLogger} uses. */
    public ServerLog() {}

    /** Logs every request from now on, or only warnings. */
    static void configure(boolean onlyWarnings) {
        threshold = onlyWarnings ? Level.WARNING : Level.INFO;
    }

    @Override
    public Logger getLogger(String name, Module module) {
        return new ToStderr(name);
    }

    /** Writes a line without a time. */
    static void note(String text) {
        if (threshold == Level.INFO) {
            System.err.println(text);
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

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String text, @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                write(level, String.valueOf(text), thrown);
            }
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object... parameters) {
            if (isLoggable(level)) {
                String pattern = String.valueOf(format);
                // Without parameters it is plain text, in which braces and quotes have no meaning.
                boolean plain = parameters == null || parameters.length == 0;
                write(level, plain ? pattern : MessageFormat.format(pattern, parameters), null);
            }
        }

        private static void write(Level level, String text, @Nullable Throwable thrown) {
            boolean warning = level.getSeverity() >= Level.WARNING.getSeverity();
            String line = TIME.format(LocalDateTime.now(ZoneId.systemDefault())) + (warning ? " WARNING " : " ") + text;
            // Keeps the lines of a record together.
            synchronized (System.err) {
                System.err.println(line);
                if (thrown != null) {
                    thrown.printStackTrace();
                }
            }
        }
    }
}
