package dev.letterbox.cli.output;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Standard output or standard error: a terminal with a size and perhaps colours, or a pipe or file, which has neither.
 *
 * @param interactive whether it is a terminal
 * @param columns the characters of a line; unlimited if it is no terminal
 * @param rows the number of lines; unlimited if it is no terminal
 * @param colours whether it shows colours
 */
public record Terminal(boolean interactive, int columns, int rows, boolean colours) {
    private static final int ENDLESS = Integer.MAX_VALUE;

    /** The least room for sentences, however narrow the terminal is. */
    private static final int NARROWEST = 20;

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9}) (\\d{1,9})\\s*");

    /** A pipe: text of any width without colours. */
    public static final Terminal NONE = new Terminal(false, ENDLESS, ENDLESS, false);

    public static Terminal ofStdout() {
        return of(1);
    }

    public static Terminal ofStderr() {
        return of(2);
    }

    private static Terminal of(int descriptor) {
        if (!isTerminal(descriptor)) {
            return NONE;
        }
        String noColour = System.getenv("NO_COLOR");
        boolean colours = (noColour == null || noColour.isEmpty()) && !isDumb();
        Matcher size = SIZE.matcher(stty());
        return new Terminal(true, measure(size, 2, "COLUMNS", 80), measure(size, 1, "LINES", 24), colours);
    }

    /** Returns what the environment says, or else the terminal, or else what is usual: a terminal that does not know says 0. */
    private static int measure(Matcher size, int group, String variable, int usual) {
        boolean known = size.matches() && !size.group(group).equals("0");
        return number(System.getenv(variable)).orElse(known ? Integer.parseInt(size.group(group)) : usual);
    }

    /** Returns whether the terminal, if there is one, cannot move its cursor. */
    public static boolean isDumb() {
        String kind = System.getenv("TERM");
        return kind == null || kind.isEmpty() || kind.equals("dumb");
    }

    /** Returns the width of the controlling terminal, whatever standard output is. */
    static int width() {
        return measure(SIZE.matcher(stty()), 2, "COLUMNS", 80);
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

    /** Prints a text for people: wrapped at words on a terminal, in one line in a pipe or file, where programs read it. */
    public void say(PrintWriter to, String text) {
        wrapped(text, Math.max(NARROWEST, columns)).forEach(to::println);
    }

    /** Returns a text behind a label, which may be painted, with its further lines below its first. */
    public List<String> labelled(String label, String text) {
        int margin = visible(label);
        List<String> lines = wrapped(text, Math.max(NARROWEST, columns - margin));
        return IntStream.range(0, lines.size())
                .mapToObj(line -> (line == 0 ? label : " ".repeat(margin)) + lines.get(line))
                .toList();
    }

    /**
     * Breaks a text at spaces into lines of at most this width, unless a word is wider. Each line is indented as far as the
     * text is.
     */
    public static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        String margin = text.substring(0, text.length() - text.stripLeading().length());
        StringBuilder line = new StringBuilder();
        int length = 0;
        for (String word : text.substring(margin.length()).split(" ", -1)) {
            int more = visible(word);
            if (length > 0 && (long) margin.length() + length + 1 + more > width) {
                lines.add(margin + line);
                line.setLength(0);
                length = 0;
            }
            line.append(length == 0 ? "" : " ").append(word);
            length += (length == 0 ? 0 : 1) + more;
        }
        lines.add(margin + line);
        return lines;
    }

    /** Returns how many places a text takes: colours take none. */
    private static int visible(String text) {
        return COLOUR.matcher(text).replaceAll("").length();
    }
}
