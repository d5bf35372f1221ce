package dev.letterbox.cli.command;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a time as {@code 500ms}, {@code 0.5s}, {@code 2m}, {@code 1h30m} or {@code 2d}; a bare number is seconds.
 */
public final class DurationConverter implements ITypeConverter<Duration> {
    /** Longer than anybody waits, and short enough that a few of them still fit a {@code long} in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(?:\\.\\d{1,9})?");
    private static final Pattern FORM = Pattern.compile("(?:" + PART.pattern() + "){1,5}");

    private static final Map<String, Duration> UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    private static final BigDecimal NANOS_IN_SECOND = BigDecimal.valueOf(1_000_000_000);

    @Override
    public Duration convert(String text) {
        BigDecimal seconds = BigDecimal.ZERO;
        if (SECONDS.matcher(text).matches()) {
            seconds = new BigDecimal(text);
        } else if (FORM.matcher(text).matches()) {
            Matcher part = PART.matcher(text);
            while (part.find()) {
                Duration unit = Objects.requireNonNull(UNITS.get(part.group(2)));
                seconds = seconds.add(new BigDecimal(part.group(1))
                        .multiply(BigDecimal.valueOf(unit.toNanos()))
                        .divide(NANOS_IN_SECOND));
            }
        } else {
            throw new TypeConversionException("'" + text + "' is not a time: write 500ms, 0.5s, 30s, 2m, 1h30m or 2d.");
        }
        if (seconds.compareTo(BigDecimal.valueOf(LONGEST.toSeconds())) > 0) {
            return LONGEST;
        }
        Duration time = Duration.ofNanos(seconds.multiply(NANOS_IN_SECOND).longValue());
        if (time.compareTo(Duration.ofMillis(1)) < 0) {
            throw new TypeConversionException("'" + text + "' is too short: the shortest time is 1ms.");
        }
        return time;
    }
}
