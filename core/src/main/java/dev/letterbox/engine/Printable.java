package dev.letterbox.engine;

/** Makes texts of unknown origin fit for one line of a log or a terminal: anybody may have written them. */
public final class Printable {
    /** The most characters of a text that are shown. */
    public static final int LONGEST = 1_000;

    private static final String CUT = "...";
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    private Printable() {}

    /**
     * Returns a text with escapes for all characters that control a terminal or end a line, such as {@code \}{@code u000a}
     * for a new line.
     *
     * @param text any text
     * @return the text in one line; if that has more than {@value #LONGEST} characters, its beginning and {@code ...}
     */
    public static String of(String text) {
        return of(text, LONGEST);
    }

    /**
     * Returns a text as {@link #of(String)} does, of any length.
     *
     * @param text any text
     * @return the whole text in one line
     */
    public static String whole(String text) {
        return of(text, Integer.MAX_VALUE / 2);
    }

    private static String of(String text, int most) {
        if (text.length() <= most && endOfPlainAscii(text, 0) == text.length()) {
            return text;
        }
        StringBuilder line = new StringBuilder(Math.min(text.length(), most) + CUT.length());
        append(text, line, most);
        return line.toString();
    }

    /**
     * Appends a text as {@link #of} returns it.
     *
     * @param text any text
     * @param line takes it
     * @param most the most characters to append; if the text needs more, {@code ...} comes after them
     */
    public static void append(String text, StringBuilder line, int most) {
        int end = line.length() + most;
        int at = 0;
        while (at < text.length()) {
            // Nearly all of nearly every text.
            int plain = Math.min(endOfPlainAscii(text, at), at + end - line.length());
            line.append(text, at, plain);
            at = plain;
            if (at == text.length()) {
                return;
            }
            int point = text.codePointAt(at);
            int before = line.length();
            if (acts(point)) {
                escape(point, line);
            } else {
                line.appendCodePoint(point);
            }
            if (line.length() > end) {
                line.setLength(before);
                line.append(CUT);
                return;
            }
            at += Character.charCount(point);
        }
    }

    private static int endOfPlainAscii(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= ' ' && text.charAt(at) < 0x7f) {
            at++;
        }
        return at;
    }

    private static boolean acts(int point) {
        if (point < 0x7f) {
            return point < ' ';
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    /** As Java does: {@code u} and four digits, for each half of a pair. */
    private static void escape(int point, StringBuilder line) {
        for (char c : Character.toChars(point)) {
            line.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                line.append(DIGITS[c >> shift & 0xf]);
            }
        }
    }
}
