package dev.letterbox.cli;

import dev.letterbox.files.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The program's arguments as the bytes that they are. Java decodes them by the locale, and what does not fit becomes
 * U+FFFD; the kernel still has them.
 */
final class CommandLineBytes {
    private static final Path OWN = Path.of("/proc/self/cmdline");
    private static final char REPLACEMENT = '\ufffd';

    private CommandLineBytes() {}

    /**
     * Returns the arguments, with bytes that are not UTF-8 as {@link FileNames} writes them.
     *
     * @param arguments as Java decoded them
     */
    static String[] of(String... arguments) {
        if (Arrays.stream(arguments).noneMatch(word -> word.indexOf(REPLACEMENT) >= 0)) {
            return arguments;
        }
        try {
            return last(arguments, Files.readAllBytes(OWN));
        } catch (IOException noProc) {
            return arguments;
        }
    }

    /** They are the last words of the whole command line, each with a NUL behind it. */
    static String[] last(String[] arguments, byte[] commandLine) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int at = 0; at < commandLine.length; at++) {
            if (commandLine[at] == 0) {
                words.add(FileNames.text(Arrays.copyOfRange(commandLine, start, at)));
                start = at + 1;
            }
        }
        return words.size() < arguments.length
                ? arguments
                : words.subList(words.size() - arguments.length, words.size()).toArray(String[]::new);
    }
}
