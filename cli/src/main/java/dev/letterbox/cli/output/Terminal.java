package dev.letterbox.cli.output;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Standard output: a terminal with a size and perhaps colours, or a pipe or file, which has neither.
 *
 * @param interactive whether it is a terminal
 * @param columns the characters of a line; unlimited if it is no terminal
 * @param rows the number of lines; unlimited if it is no terminal
 * @param colours whether it shows colours
 */
public record Terminal(boolean interactive, int columns, int rows, boolean colours) {
    private static final int ENDLESS = Integer.MAX_VALUE;
    private static final Pattern SIZE = Pattern.compile("(\\d+) (\\d+)\\s*");

    /** A pipe: text of any width without colours. */
    public static final Terminal NONE = new Terminal(false, ENDLESS, ENDLESS, false);

    public static Terminal ofStdout() {
        if (!isTerminal(1)) {
            return NONE;
        }
        String noColour = System.getenv("NO_COLOR");
        boolean colours = (noColour == null || noColour.isEmpty()) && !isDumb();
        Matcher size = SIZE.matcher(stty());
        boolean known = size.matches() && !size.group(2).equals("0");
        return new Terminal(
                true,
                width(size),
                number(System.getenv("LINES")).orElse(known ? Integer.parseInt(size.group(1)) : 24),
                colours);
    }

    /** Returns whether the terminal, if there is one, cannot move its cursor. */
    public static boolean isDumb() {
        String kind = System.getenv("TERM");
        return kind == null || kind.isEmpty() || kind.equals("dumb");
    }

    /** Returns the width of the controlling terminal, whatever standard output is. */
    static int width() {
        return width(SIZE.matcher(stty()));
    }

    private static int width(Matcher size) {
        boolean known = size.matches() && !size.group(2).equals("0");
        return number(System.getenv("COLUMNS")).orElse(known ? Integer.parseInt(size.group(2)) : 80);
    }

    /** Returns whether a descriptor of this process is a terminal. The JDK can only tell for input and output together. */
    public static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException closed) {
            return false;
        }
    }

    private static OptionalInt number(@org.jspecify.annotations.Nullable String text) {
        return text != null && text.matches("[1-9]\\d{0,4}")
                ? OptionalInt.of(Integer.parseInt(text))
                : OptionalInt.empty();
    }

    /** Asks for the size, which the JDK cannot. */
    private static String stty() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var out = stty.getInputStream()) {
                return new String(out.readAllBytes(), StandardCharsets.US_ASCII);
            }
        } catch (IOException none) {
            return "";
        }
    }

    /** Breaks a text at spaces into lines of at most this width, unless a word is wider. */
    public static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && (long) line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
