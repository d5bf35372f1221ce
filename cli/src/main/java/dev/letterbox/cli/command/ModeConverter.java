package dev.letterbox.cli.command;

import dev.letterbox.sysv.Mode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a mode as chmod does, in octal: {@code 0620} or {@code 620}. */
public final class ModeConverter implements ITypeConverter<Mode> {
    @Override
    public Mode convert(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            throw new TypeConversionException("'" + text + "' is not a mode: write three octal digits, as in 0620.");
        }
        return Mode.of(Integer.parseInt(text, 8));
    }
}
