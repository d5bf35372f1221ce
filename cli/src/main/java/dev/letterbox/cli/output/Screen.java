package dev.letterbox.cli.output;

import java.util.List;

/** Shows a text in place of the previous one, without flicker. */
public final class Screen {
    /** Long lines are cut: wrapped lines would push others off the screen. */
    private static final String WITHOUT_WRAPPING = "\u001b[?7l";

    private static final String WITH_WRAPPING = "\u001b[?7h";
    private static final String HOME = "\u001b[H";
    /** Sent before the text: after a text of full width the cursor stands on its last character, which it would clear. */
    private static final String CLEAR_TO_END_OF_LINE = "\u001b[K";

    private static final String CLEAR_TO_END_OF_SCREEN = "\u001b[J";

    private Screen() {}

    /** Returns what to send to a terminal. A text with too many lines is cut, with the number of missing lines at the end. */
    public static String show(String text, int rows) {
        List<String> lines = text.lines().toList();
        StringBuilder frame = new StringBuilder(WITHOUT_WRAPPING).append(HOME);
        int most = Math.max(1, rows - 1); // the cursor stands on the last one
        boolean all = lines.size() <= most;
        lines.stream()
                .limit(all ? most : most - 1)
                .forEach(line -> frame.append(CLEAR_TO_END_OF_LINE).append(line).append('\n'));
        if (!all) {
            frame.append(CLEAR_TO_END_OF_LINE)
                    .append("and %d more".formatted(lines.size() - most + 1))
                    .append('\n');
        }
        return frame.append(CLEAR_TO_END_OF_SCREEN).append(WITH_WRAPPING).toString();
    }
}
