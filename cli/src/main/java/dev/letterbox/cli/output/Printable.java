package dev.letterbox.cli.output;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** Makes texts and bytes safe for one line of a terminal. Other programs' names and messages may contain anything. */
public final class Printable {
    private Printable() {}

    /** Replaces everything but printable ASCII. */
    public static String inOneLine(String text) {
        return text.replaceAll("[^ -~]", "?");
    }

    /** Replaces control characters by C escapes. Text in any language is kept. */
    public static String harmless(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (acts(point)) {
                out.append(universal(point));
            } else {
                out.appendCodePoint(point);
            }
        });
        return out.toString();
    }

    /** Returns a word for a command line of the shell, in quotes if it needs them. */
    public static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private static String universal(int point) {
        return (point < 0x1_0000 ? "\\u%04x" : "\\U%08x").formatted(point);
    }

    private static boolean acts(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /** Reads bytes as UTF-8; empty if they are not valid UTF-8. */
    public static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    /** Writes bytes as text, with C escapes for everything that is not printable, so that no byte is lost. */
    public static String escaped(byte[] bytes) {
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
                    out.append("\\x").append(HexFormat.of().toHexDigits(b));
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
                if (acts(point)) {
                    out.append(point < 0x80 ? "\\x%02x".formatted(point) : universal(point));
                } else {
                    out.appendCodePoint(point);
                }
            }
        }
    }
}
