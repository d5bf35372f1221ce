package dev.letterbox.cli.files;

import dev.letterbox.engine.Printable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes the text of a log's lines. It never fails: an incomplete line is better than the end of who logs. For one thread. */
final class LogFormat {
    /** The most characters of a line, after its time. */
    static final int LONGEST = 2 * Printable.LONGEST;

    private static final int LONGEST_TRACE = 16_384;

    /** The same stack trace is not written again for so long: whoever makes a service fail can do it often. */
    private static final long TRACE_STAYS = TimeUnit.SECONDS.toMillis(10);

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final ZoneId zone = ZoneId.systemDefault();
    private long second = -1;
    private String secondAsText = "";
    private String lastTrace = "";
    private long lastTraceMillis;

    /**
     * Loads all that it will ever need: where no file can be opened any more, the JDK finds neither its time zones nor its
     * number formats, and what failed to load once fails for ever.
     */
    void load() {
        append(
                new LogLine(
                        0, Level.WARNING, "{0} {1,number,#} {2}", new Object[] {"\u2028", 1L, 1.5}, new Throwable()),
                new StringBuilder());
    }

    void append(LogLine line, StringBuilder text) {
        if (line.level() != null) {
            appendTime(line.millis(), text);
            text.append(LogLine.isWarning(line.level()) ? " WARNING " : " ");
        }
        Printable.append(message(line), text, LONGEST);
        text.append('\n');
        if (line.thrown() != null) {
            text.append(trace(line.thrown(), line.millis()));
        }
    }

    /** Each second is formatted once. */
    private void appendTime(long millis, StringBuilder text) {
        long now = Math.floorDiv(millis, 1_000L);
        if (now != second) {
            secondAsText = TIME.format(Instant.ofEpochSecond(now).atZone(zone));
            second = now;
        }
        int rest = Math.floorMod(millis, 1_000);
        text.append(secondAsText)
                .append('.')
                .append((char) ('0' + rest / 100))
                .append((char) ('0' + rest / 10 % 10))
                .append((char) ('0' + rest % 10));
    }

    private static String message(LogLine line) {
        @Nullable Object[] parameters = line.parameters();
        // Without parameters it is plain text, in which braces and quotes have no meaning.
        boolean plain = parameters == null || parameters.length == 0;
        try {
            return plain
                    ? line.what().toString()
                    : MessageFormat.format(line.what().toString(), parameters);
        } catch (RuntimeException | Error broken) {
            return asIs(line);
        }
    }

    private static String asIs(LogLine line) {
        try {
            return line.what() + " " + Arrays.toString(line.parameters());
        } catch (RuntimeException | Error broken) {
            return "A line that cannot be written: " + broken.getClass().getName();
        }
    }

    private String trace(Throwable thrown, long millis) {
        StringWriter all = new StringWriter();
        try {
            thrown.printStackTrace(new PrintWriter(all));
        } catch (RuntimeException | Error broken) {
            return "\t(no stack trace: " + broken.getClass().getName() + ")\n";
        }
        String trace = all.toString();
        if (trace.equals(lastTrace) && millis - lastTraceMillis < TRACE_STAYS) {
            return "\t(the last stack trace again)\n";
        }
        lastTrace = trace;
        lastTraceMillis = millis;
        return trace.length() <= LONGEST_TRACE ? trace : trace.substring(0, LONGEST_TRACE) + "...\n";
    }
}
