package dev.letterbox.cli.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A part of a file.
 *
 * @param first the first byte, counted from 0
 * @param length the most bytes to fetch
 */
public record ByteRange(long first, long length) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})-(\\d{0,18})");

    /** Reads {@code 0-511} and {@code 512-}. */
    public static final class Converter implements ITypeConverter<ByteRange> {
        @Override
        public ByteRange convert(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a range: write 0-511, or 512- for all from byte 512.");
            }
            long first = Long.parseLong(parts.group(1));
            if (parts.group(2).isEmpty()) {
                return new ByteRange(first, Long.MAX_VALUE);
            }
            long last = Long.parseLong(parts.group(2));
            if (last < first) {
                throw new TypeConversionException("'" + text + "' is not a range: it ends before it begins.");
            }
            return new ByteRange(first, last - first + 1);
        }
    }
}
