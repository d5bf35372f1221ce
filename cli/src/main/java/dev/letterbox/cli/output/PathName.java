package dev.letterbox.cli.output;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the name of a file or directory. {@link Path} takes an empty name for the working directory, and a script whose
 * variable is not set would serve that.
 */
public class PathName implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("the name of a file cannot be empty.");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException unusable) {
            throw new TypeConversionException("'" + text + "' cannot be the name of a file: " + unusable.getReason());
        }
    }
}
