package dev.letterbox.cli.files;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.output.Printable;
import dev.letterbox.files.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Where {@code get} writes the files: to stdout, to one file, or into a directory, each under its own name. */
final class Destination {
    /** Names of stdout: to open one of them would empty the file that stdout was redirected to, or write into its beginning. */
    private static final Set<String> NAMES_OF_STDOUT = Set.of("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1");

    static final Destination STDOUT = new Destination(Path.of("-"));

    private final Path output;

    /** The files that are written already, to none of which another one may be written. */
    private final Set<Path> written = new HashSet<>();

    Destination(Path output) {
        this.output = output;
    }

    boolean isStdout() {
        return NAMES_OF_STDOUT.contains(output.toString());
    }

    boolean isDirectory() {
        return Files.isDirectory(output);
    }

    /**
     * Returns the file to write.
     *
     * @param name the name on the server
     * @throws CommandFailure if that cannot be the name of a file here
     */
    Path target(String name) throws CommandFailure {
        return isDirectory() ? output.resolve(ownName(name)) : output;
    }

    private static String ownName(String name) throws CommandFailure {
        Path own;
        try {
            own = Path.of(name).normalize().getFileName();
        } catch (InvalidPathException notUtf8) {
            throw new CommandFailure("Cannot write '%s' under its own name, which is not UTF-8: use -o FILE."
                    .formatted(Printable.escaped(FileNames.bytes(name))));
        }
        if (own == null || own.toString().isEmpty() || own.toString().equals("..")) {
            throw new CommandFailure("'" + name + "' does not end in a file name: use -o FILE.");
        }
        return own.toString();
    }

    /** Returns whether a file was written already. Links are followed, so two names can be those of one file. */
    boolean isWritten(Path target) throws IOException {
        return !written.isEmpty() && Files.exists(target) && written.contains(target.toRealPath());
    }

    void wrote(Path target) throws IOException {
        if (Files.isRegularFile(target)) {
            written.add(target.toRealPath());
        }
    }
}
