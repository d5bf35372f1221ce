package dev.letterbox.cli.output;

import java.util.Locale;

/** Writes amounts in three digits with a unit. */
public final class Amounts {
    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final String[] COUNTS = {"", "k", "M", "G", "T", "P", "E"};
    private static final String[] SECONDS = {"ns", "µs", "ms"};

    private Amounts() {}

    /** Writes a number of bytes, such as {@code 16 KiB}. */
    public static String bytes(double bytes) {
        return scaled(bytes, 1024, BYTES);
    }

    /** Writes a count or rate, such as {@code 12.3 k}. */
    public static String count(double count) {
        return scaled(count, 1000, COUNTS).strip();
    }

    /** Writes a duration, such as {@code 1.25 ms}; a dash for 0. */
    public static String time(long nanos) {
        if (nanos == 0) {
            return "-";
        }
        if (nanos < 999_500_000) {
            return scaled((double) nanos, 1000, SECONDS);
        }
        double seconds = nanos / 1e9;
        return seconds < 60
                ? scaled(seconds, 1000, new String[] {"s"})
                : String.format(Locale.ROOT, "%.1f min", seconds / 60);
    }

    private static String scaled(double amount, int step, String[] units) {
        int unit = 0;
        double rest = amount;
        // Less than a full step: 1023.7 KiB has four digits, and 999.6 k would be written as 1000 k.
        while (rest >= Math.min(step, 999.5) && unit < units.length - 1) {
            rest /= step;
            unit++;
        }
        String number = rest == Math.rint(rest) ? Long.toString((long) rest) : threeDigits(rest);
        return number + " " + units[unit];
    }

    private static String threeDigits(double number) {
        String format = number >= 99.95 ? "%.0f" : number >= 9.995 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, number);
    }
}
