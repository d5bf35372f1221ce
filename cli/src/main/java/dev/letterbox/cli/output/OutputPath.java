package dev.letterbox.cli.output;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the name of a file or directory to write to. {@link Path} takes an empty name for the working directory, and drops
 * the slash at the end that says that a directory is meant.
 */
public final class OutputPath implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("the name of a file cannot be empty.");
        }
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException unusable) {
            throw new TypeConversionException("'" + text + "' cannot be the name of a file: " + unusable.getReason());
        }
        if (text.endsWith("/") && !Files.isDirectory(path)) {
            throw new TypeConversionException(
                    text + ": " + (Files.exists(path) ? "Not a directory" : "No such directory"));
        }
        return path;
    }
}
