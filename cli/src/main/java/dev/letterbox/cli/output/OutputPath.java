package dev.letterbox.cli.output;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the name of a file or directory to write to. {@link Path} drops the slash at the end that says that a directory is
 * meant.
 */
public class OutputPath extends PathName {
    /** Reads the name of a file for options that do not write to stdout. */
    public static final class OfFile extends OutputPath {
        @Override
        public Path convert(String text) {
            if (text.equals("-")) {
                throw new TypeConversionException("stdout is not supported; write ./- for a file of this name.");
            }
            return super.convert(text);
        }
    }

    @Override
    public Path convert(String text) {
        Path path = super.convert(text);
        if (text.endsWith("/") && !Files.isDirectory(path)) {
            throw new TypeConversionException(
                    text + ": " + (Files.exists(path) ? "Not a directory" : "No such directory"));
        }
        return path;
    }
}
