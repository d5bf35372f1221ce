package dev.letterbox.cli.files;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * A line of the log as it was handed over, before it is text. The thread that logs makes no text: that costs more than
 * all else of a short request.
 *
 * @param millis when it was logged; see {@link System#currentTimeMillis}
 * @param level how serious it is; null for a line without a time
 * @param what the text, a pattern if there are parameters, or an object whose string is the text
 * @param parameters for a pattern of {@link java.text.MessageFormat}
 * @param thrown an exception whose stack trace follows
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares lines, and the parameters are nobody else's
record LogLine(
        long millis,
        @Nullable Level level,
        Object what,
        @Nullable Object @Nullable [] parameters,
        @Nullable Throwable thrown) {
    static LogLine now(
            @Nullable Level level, Object what, @Nullable Object @Nullable [] parameters, @Nullable Throwable thrown) {
        return new LogLine(System.currentTimeMillis(), level, what, parameters, thrown);
    }

    /** Stands for lines that there was no room for. */
    static LogLine leftOut(long count) {
        return now(Level.WARNING, new LeftOut(count), null, null);
    }

    static boolean isWarning(@Nullable Level level) {
        return level != null && level.getSeverity() >= Level.WARNING.getSeverity();
    }

    /** How many lines it stands for. */
    long count() {
        return what instanceof LeftOut(long count) ? count : 1;
    }

    private record LeftOut(long count) {
        @Override
        public String toString() {
            return count + (count == 1 ? " line was" : " lines were") + " left out: the log is not read fast enough.";
        }
    }
}
