package dev.letterbox.cli.output;

import java.io.PrintStream;
import java.util.OptionalLong;

/**
 * Shows the progress of a transfer on the terminal: a line that appears after half a second, is rewritten, and is cleared at
 * the end. If stderr is not a terminal, it does nothing.
 */
public final class ProgressBar implements AutoCloseable {
    private static final long BETWEEN_NANOS = 200_000_000;
    private static final long FIRST_NANOS = 500_000_000;
    private static final int BAR = 20;
    private static final int LONGEST_NAME = 30;
    private static final String MISSING = "...";

    private final boolean shown;
    private final String name;
    private final PrintStream to = System.err;
    private final long started = System.nanoTime();
    private final long before;
    private OptionalLong total = OptionalLong.empty();
    private long bytes;
    private long next = started + FIRST_NANOS;
    private int written;

    /** Determined when there is something to show. */
    private int columns;

    private ProgressBar(boolean shown, String name, long before) {
        this.shown = shown;
        this.name = name;
        this.before = before;
    }

    public static ProgressBar on(boolean quiet, String name, long before) {
        // Each character takes one place.
        String plain = Printable.inOneLine(name);
        String shortened = plain.length() <= LONGEST_NAME
                ? plain
                : MISSING + plain.substring(plain.length() - LONGEST_NAME + MISSING.length());
        return new ProgressBar(!quiet && Terminal.isTerminal(2), shortened, before);
    }

    /** Sets how many bytes follow; called again if a transfer resumes. */
    public void begin(OptionalLong size) {
        total = size.isEmpty() ? size : OptionalLong.of(bytes + size.getAsLong());
    }

    public void add(int more) {
        bytes += more;
        if (shown) {
            long now = System.nanoTime();
            if (now - next >= 0) {
                next = now + BETWEEN_NANOS;
                show(now);
            }
        }
    }

    private void show(long now) {
        double seconds = (now - started) / 1e9;
        double perSecond = bytes / seconds;
        StringBuilder line = new StringBuilder(name);
        if (total.isPresent()) {
            long all = before + total.getAsLong();
            double part = all == 0 ? 1 : (double) (before + bytes) / all;
            int full = (int) (part * BAR);
            line.append(" [").repeat('#', full).repeat('-', BAR - full).append(']');
            line.append(" %3.0f %%".formatted(100 * part));
            line.append(", %,d of %,d MB".formatted((before + bytes) / 1_000_000, all / 1_000_000));
            line.append(", %.0f s left".formatted((total.getAsLong() - bytes) / Math.max(1, perSecond)));
        } else {
            line.append(" %,d MB".formatted(bytes / 1_000_000));
        }
        line.append(", %.0f MB/s".formatted(perSecond / 1e6));
        if (columns == 0) {
            columns = Terminal.width();
        }
        // A wrapped line could not be rewritten. The last column is left free, since some terminals wrap there.
        line.setLength(Math.min(line.length(), columns - 1));
        int length = line.length();
        line.repeat(' ', Math.max(0, written - length));
        written = length;
        to.print("\r" + line);
        to.flush();
    }

    /** Clears the line. */
    @Override
    public void close() {
        if (written > 0) {
            to.print("\r" + " ".repeat(written) + "\r");
            to.flush();
        }
    }
}
