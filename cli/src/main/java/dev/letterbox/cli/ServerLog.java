package dev.letterbox.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Writes the server's log to stderr, a line for each record. */
final class ServerLog {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");

    private static volatile boolean quiet;

    private ServerLog() {}

    static void configure(boolean onlyWarnings) {
        quiet = onlyWarnings;
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new ToStderr());
        root.setLevel(onlyWarnings ? Level.WARNING : Level.INFO);
    }

    /** Writes a line while the JVM shuts down, when the logging system may be closed already. */
    static void note(String text) {
        if (!quiet) {
            System.err.println(text);
        }
    }

    private static final class ToStderr extends Handler {
        private final OneLine formatter = new OneLine();

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record)) {
                System.err.print(formatter.format(record));
            }
        }

        @Override
        public void flush() {
            System.err.flush();
        }

        @Override
        public void close() {
            flush();
        }
    }

    private static final class OneLine extends Formatter {
        @Override
        public String format(LogRecord record) {
            StringBuilder line = new StringBuilder()
                    .append(TIME.format(LocalDateTime.ofInstant(record.getInstant(), ZoneId.systemDefault())))
                    .append(record.getLevel().intValue() >= Level.WARNING.intValue() ? " WARNING " : " ")
                    .append(formatMessage(record))
                    .append(System.lineSeparator());
            if (record.getThrown() != null) {
                StringWriter trace = new StringWriter();
                record.getThrown().printStackTrace(new PrintWriter(trace));
                line.append(trace);
            }
            return line.toString();
        }
    }
}
