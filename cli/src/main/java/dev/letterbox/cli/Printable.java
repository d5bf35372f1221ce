package dev.letterbox.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Makes any text, and any bytes, fit for one line of a terminal. Other programs' names and messages may hold anything. */
final class Printable {
    private Printable() {}

    /** Replaces what is no printable ASCII. */
    static String inOneLine(String text) {
        return text.replaceAll("[^ -~]", "?");
    }

    /** Reads bytes as UTF-8; empty where they are none. */
    static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    /** Writes bytes as text, with C's escapes for what is not printable: nothing is lost, and nothing acts on a terminal. */
    static String escaped(byte[] bytes) {
        StringBuilder out = new StringBuilder(bytes.length);
        Optional<String> text = utf8(bytes);
        if (text.isPresent()) {
            text.get().codePoints().forEach(point -> escape(point, out));
        } else {
            for (byte b : bytes) {
                int value = Byte.toUnsignedInt(b);
                if (value < 0x80) {
                    escape(value, out);
                } else {
                    out.append("\\x%02x".formatted(value));
                }
            }
        }
        return out.toString();
    }

    private static void escape(int point, StringBuilder out) {
        switch (point) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\\' -> out.append("\\\\");
            case 0 -> out.append("\\0");
            default -> {
                switch (Character.getType(point)) {
                    case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                        out.append(
                                (point < 0x80 ? "\\x%02x" : point < 0x1_0000 ? "\\u%04x" : "\\U%08x").formatted(point));
                    default -> out.appendCodePoint(point);
                }
            }
        }
    }
}
