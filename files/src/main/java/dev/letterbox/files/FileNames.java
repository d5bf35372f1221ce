package dev.letterbox.files;

import java.nio.charset.StandardCharsets;

/** Handles file names as Linux has them: bytes, of any encoding. */
final class FileNames {
    private FileNames() {}

    /** Reads a name for people: no byte of it can move a terminal's cursor or forge a line of a log. */
    static String printable(byte[] name) {
        String text = new String(name, StandardCharsets.UTF_8);
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (Character.isISOControl(point) || Character.getType(point) == Character.FORMAT) {
                printable.append("\\u%04x".formatted(point));
            } else {
                printable.appendCodePoint(point);
            }
        });
        return printable.toString();
    }
}
