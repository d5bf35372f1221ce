package dev.letterbox.cli.command;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A part of a file.
 *
 * @param first the first byte, counted from 0; negative if it is counted from the end
 * @param length the most bytes to fetch
 */
public record ByteRange(long first, long length) {
    private static final Pattern LAST = Pattern.compile("-0*[1-9]\\d*");
    private static final Pattern FORM = Pattern.compile("(\\d+)-(\\d*)");

    /** Returns whether it is counted from the end, so that the size must be known. */
    public boolean isOfTheEnd() {
        return first < 0;
    }

    /** Returns the same part, counted from the beginning of a file of this size. */
    public ByteRange of(long size) {
        return isOfTheEnd() ? new ByteRange(Math.max(0, size + first), length) : this;
    }

    /** Reads {@code 0-511}, {@code 512-} and {@code -512}. */
    public static final class Converter implements ITypeConverter<ByteRange> {
        @Override
        public ByteRange convert(String text) {
            if (LAST.matcher(text).matches()) {
                return new ByteRange(-number(text.substring(1), text), Long.MAX_VALUE);
            }
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new TypeConversionException("'" + text
                        + "' is not a range: write 0-511, 512- for all from byte 512, or -512 for the last 512.");
            }
            long first = number(parts.group(1), text);
            if (parts.group(2).isEmpty()) {
                return new ByteRange(first, Long.MAX_VALUE);
            }
            long last = number(parts.group(2), text);
            if (last < first) {
                throw new TypeConversionException("'" + text + "' is not a range: it ends before it begins.");
            }
            return new ByteRange(first, last - first + 1);
        }

        /** A file has fewer bytes than the highest long, so that the length of a range is a long too. */
        private static long number(String digits, String text) {
            BigInteger number = new BigInteger(digits);
            if (number.compareTo(BigInteger.valueOf(Long.MAX_VALUE)) >= 0) {
                throw new TypeConversionException(
                        "'" + text + "' is too large: a file's last byte is at most " + (Long.MAX_VALUE - 1) + ".");
            }
            return number.longValue();
        }
    }
}
