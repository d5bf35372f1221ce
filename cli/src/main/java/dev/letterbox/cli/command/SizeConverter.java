package dev.letterbox.cli.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a queue's capacity as {@code 65536}, {@code 64K} or {@code 1M}: the kernel stores it in 32 bits. */
public final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,9})([KM]?)");

    @Override
    public Long convert(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new TypeConversionException("'" + text + "' is not a size: write 65536, 64K or 1M.");
        }
        long amount = Long.parseLong(parts.group(1));
        long bytes = switch (parts.group(2)) {
            case "K" -> amount << 10;
            case "M" -> amount << 20;
            default -> amount;
        };
        if (bytes > Integer.MAX_VALUE) {
            throw new TypeConversionException("'" + text + "' is more than a queue can hold: the kernel's limit is "
                    + Integer.MAX_VALUE + " bytes.");
        }
        return bytes;
    }
}
