package dev.letterbox.cli.command;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a time as {@code 500ms}, {@code 0.5s}, {@code 2m}, {@code 1h30m} or {@code 2d}; a bare number is seconds.
 */
public final class DurationConverter implements ITypeConverter<Duration> {
    /** Longer than anybody waits, and short enough that a few of them still fit a {@code long} in nanoseconds. */
    private static final long LONGEST = Duration.ofDays(10_000).toNanos();

    private static final int DECIMALS = 9;
    private static final Pattern PART = Pattern.compile("(\\d{1,9})(?:\\.(\\d{1,9}))?(ms|s|m|h|d)");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(?:\\.\\d{1,9})?");
    private static final Pattern FORM = Pattern.compile("(?:" + PART.pattern() + "){1,5}");

    private static final Map<String, Duration> UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    @Override
    public Duration convert(String text) {
        String parts = SECONDS.matcher(text).matches() ? text + "s" : text;
        if (!FORM.matcher(parts).matches()) {
            throw new TypeConversionException("'" + text + "' is not a time: write 500ms, 0.5s, 30s, 2m, 1h30m or 2d.");
        }
        long nanos = 0;
        Matcher part = PART.matcher(parts);
        while (part.find()) {
            nanos = Math.min(LONGEST, nanos + nanos(part));
        }
        if (nanos < Duration.ofMillis(1).toNanos()) {
            throw new TypeConversionException("'" + text + "' is too short: the shortest time is 1ms.");
        }
        return Duration.ofNanos(nanos);
    }

    /** In whole numbers: a decimal one would have the JDK fill a table first, which takes longer than a short transfer. */
    private static long nanos(MatchResult part) {
        long unit = Objects.requireNonNull(UNITS.get(part.group(3))).toNanos();
        long whole = Long.parseLong(part.group(1));
        if (whole > LONGEST / unit) {
            return LONGEST;
        }
        String decimals = Objects.requireNonNullElse(part.group(2), "");
        long billionths = Long.parseLong(decimals + "0".repeat(DECIMALS - decimals.length()));
        // Each unit is a multiple of a million nanoseconds, and a product of a day and a billion would not fit.
        return whole * unit + billionths * (unit / 1_000_000) / 1_000;
    }
}
