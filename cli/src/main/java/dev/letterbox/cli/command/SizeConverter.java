package dev.letterbox.cli.command;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a queue's capacity as {@code 65536}, {@code 64K} or {@code 1M}: the kernel stores it in 32 bits. */
public final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("0*([1-9]\\d*)([KM]?)");

    @Override
    public Long convert(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new TypeConversionException("'" + text + "' is not a size: write 65536, 64K or 1M.");
        }
        BigInteger amount = new BigInteger(parts.group(1));
        BigInteger bytes = switch (parts.group(2)) {
            case "K" -> amount.shiftLeft(10);
            case "M" -> amount.shiftLeft(20);
            default -> amount;
        };
        if (bytes.bitLength() >= Integer.SIZE) {
            throw new TypeConversionException("'" + text + "' is more than a queue can hold: the kernel's limit is "
                    + Integer.MAX_VALUE + " bytes.");
        }
        return bytes.longValue();
    }
}
