package dev.letterbox.cli.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time as {@code 500ms}, {@code 30s}, {@code 2m} or {@code 1h}; a bare number is seconds. */
public final class DurationConverter implements ITypeConverter<Duration> {
    /** Longer than anybody waits, and short enough that a few of them still fit a {@code long} in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|)");

    @Override
    public Duration convert(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new TypeConversionException("'" + text + "' is not a time: write 500ms, 30s, 2m or 1h.");
        }
        long amount = Long.parseLong(parts.group(1));
        Duration time = switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofSeconds(amount);
        };
        if (time.isZero()) {
            throw new TypeConversionException("'" + text + "' is too short: the shortest time is 1ms.");
        }
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }
}
