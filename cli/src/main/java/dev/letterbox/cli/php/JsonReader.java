package dev.letterbox.cli.php;

import dev.letterbox.cli.php.PhpValue.Array;
import dev.letterbox.cli.php.PhpValue.Bool;
import dev.letterbox.cli.php.PhpValue.Entry;
import dev.letterbox.cli.php.PhpValue.Floating;
import dev.letterbox.cli.php.PhpValue.Int;
import dev.letterbox.cli.php.PhpValue.Null;
import dev.letterbox.cli.php.PhpValue.Text;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON as PHP's {@code json_decode} does into arrays: whole numbers become integers, all others floats, and names
 * that are whole numbers become integer keys. What JSON lacks is taken as {@link PhpWriter#json} writes it.
 */
public final class JsonReader {
    private static final String BLANKS = " \t\r\n";

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /**
     * Reads a value.
     *
     * @param json the whole of it
     * @return the value
     * @throws IllegalArgumentException if it is not JSON, or nested more deeply than {@link PhpValue#DEEPEST}; the
     *     message says where
     */
    public static PhpValue read(String json) {
        JsonReader reader = new JsonReader(json);
        PhpValue value = reader.value(0);
        reader.skipBlanks();
        if (reader.at < json.length()) {
            throw reader.wrong("nothing more");
        }
        return value;
    }

    private PhpValue value(int depth) {
        skipBlanks();
        char first = peek();
        return switch (first) {
            case '"' -> string();
            case '[' -> list(depth);
            case '{' -> map(depth);
            default -> word();
        };
    }

    private PhpValue word() {
        int start = at;
        while (at < text.length() && isOfAWord(text.charAt(at))) {
            at++;
        }
        String word = text.substring(start, at);
        PhpValue value = switch (word) {
            case "null" -> new Null();
            case "true" -> new Bool(true);
            case "false" -> new Bool(false);
            case "INF" -> new Floating(Double.POSITIVE_INFINITY);
            case "-INF" -> new Floating(Double.NEGATIVE_INFINITY);
            case "NAN" -> new Floating(Double.NaN);
            default -> {
                if (!word.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?")) {
                    at = start;
                    throw wrong("a value; a string is written in double quotes");
                }
                yield number(word);
            }
        };
        return value;
    }

    private static boolean isOfAWord(char c) {
        return Character.isLetterOrDigit(c) || "+-.".indexOf(c) >= 0;
    }

    private static PhpValue number(String word) {
        if (word.matches("-?\\d+")) {
            try {
                return new Int(Long.parseLong(word));
            } catch (NumberFormatException tooLong) {
                return new Floating(Double.parseDouble(word)); // as PHP does
            }
        }
        return new Floating(Double.parseDouble(word));
    }

    private Array list(int depth) {
        List<Entry> entries = new ArrayList<>();
        deeper(depth);
        if (!isNext(']')) {
            do {
                entries.add(new Entry(new Int(entries.size()), value(depth + 1)));
            } while (isNext(','));
            expect(']');
        }
        return new Array(entries);
    }

    private Array map(int depth) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        deeper(depth);
        if (!isNext('}')) {
            do {
                skipBlanks();
                Text name = string();
                expect(':');
                // Of two with one name the last one counts, as in PHP.
                entries.put(
                        new String(name.bytes(), StandardCharsets.ISO_8859_1),
                        new Entry(PhpValue.keyOf(name), value(depth + 1)));
            } while (isNext(','));
            expect('}');
        }
        return new Array(List.copyOf(entries.values()));
    }

    private void deeper(int depth) {
        if (depth == PhpValue.DEEPEST) {
            throw wrong("no more than " + PhpValue.DEEPEST + " levels");
        }
        at++;
    }

    private Text string() {
        if (peek() != '"') {
            throw wrong("a string in double quotes");
        }
        at++;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StringBuilder characters = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            if (c < ' ') {
                at--;
                throw wrong("\\u%04x for this character".formatted((int) c));
            }
            if (c != '\\') {
                characters.append(c);
            } else if (peek() == 'x') {
                flush(characters, bytes);
                bytes.write(hex(2));
            } else {
                characters.append(escaped());
            }
        }
        at++;
        flush(characters, bytes);
        return new Text(bytes.toByteArray());
    }

    /** Encodes at once what came since: a character may be made of two escapes. */
    private static void flush(StringBuilder characters, ByteArrayOutputStream to) {
        to.writeBytes(characters.toString().getBytes(StandardCharsets.UTF_8));
        characters.setLength(0);
    }

    private char escaped() {
        char c = peek();
        if (c == 'u') {
            return (char) hex(4);
        }
        int known = "\"\\/bfnrt".indexOf(c);
        if (known < 0) {
            throw wrong("one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000 \\x00");
        }
        at++;
        return "\"\\/\b\f\n\r\t".charAt(known);
    }

    /** Reads so many digits, after a letter. */
    private int hex(int digits) {
        int value = 0;
        for (int digit = 1; digit <= digits; digit++) {
            int one = at + digit < text.length() ? Character.digit(text.charAt(at + digit), 16) : -1;
            if (one < 0) {
                throw wrong(digits + " hexadecimal digits");
            }
            value = value * 16 + one;
        }
        at += 1 + digits;
        return value;
    }

    private boolean isNext(char wanted) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char wanted) {
        if (!isNext(wanted)) {
            throw wrong("'" + wanted + "'");
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("more");
        }
        return text.charAt(at);
    }

    private void skipBlanks() {
        while (at < text.length() && BLANKS.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException("at character %d: expected %s".formatted(at + 1, expected));
    }
}
