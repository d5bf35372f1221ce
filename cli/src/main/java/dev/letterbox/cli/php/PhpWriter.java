package dev.letterbox.cli.php;

import dev.letterbox.cli.output.Printable;
import dev.letterbox.cli.php.PhpValue.Array;
import dev.letterbox.cli.php.PhpValue.Bool;
import dev.letterbox.cli.php.PhpValue.Entry;
import dev.letterbox.cli.php.PhpValue.Floating;
import dev.letterbox.cli.php.PhpValue.Int;
import dev.letterbox.cli.php.PhpValue.Null;
import dev.letterbox.cli.php.PhpValue.Text;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** Writes values: for PHP as {@code serialize} does, and for people as JSON. */
public final class PhpWriter {
    private PhpWriter() {}

    /** Returns the bytes that PHP's {@code unserialize} reads. */
    public static byte[] serialized(PhpValue value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        serialize(value, out);
        return out.toByteArray();
    }

    private static void serialize(PhpValue value, ByteArrayOutputStream out) {
        switch (value) {
            case Null() -> ascii("N;", out);
            case Bool(boolean bool) -> ascii(bool ? "b:1;" : "b:0;", out);
            case Int(long number) -> ascii("i:" + number + ";", out);
            case Floating(double number) -> ascii("d:" + number(number) + ";", out);
            case Text(byte[] bytes) -> {
                ascii("s:" + bytes.length + ":\"", out);
                out.writeBytes(bytes);
                ascii("\";", out);
            }
            case Array array -> {
                ascii("a:" + array.entries().size() + ":{", out);
                for (Entry entry : array.entries()) {
                    serialize(entry.key(), out);
                    serialize(entry.value(), out);
                }
                ascii("}", out);
            }
        }
    }

    private static void ascii(String text, ByteArrayOutputStream out) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NAN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "INF" : "-INF";
        }
        return Double.toString(value);
    }

    /**
     * Returns the value as JSON in one line, as {@link JsonReader} reads it. Bytes of a string that are not UTF-8 are
     * written as {@code \xe9}; numbers that JSON does not have are {@code INF}, {@code -INF} and {@code NAN}.
     */
    public static String json(PhpValue value) {
        return switch (value) {
            case Null() -> "null";
            case Bool(boolean bool) -> Boolean.toString(bool);
            case Int(long number) -> Long.toString(number);
            case Floating(double number) -> number(number);
            case Text text -> quoted(text);
            case Array array
            when array.isList() ->
                array.entries().stream().map(entry -> json(entry.value())).collect(Collectors.joining(", ", "[", "]"));
            case Array array ->
                array.entries().stream()
                        .map(entry -> name(entry.key()) + ": " + json(entry.value()))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }

    private static String name(PhpValue key) {
        return key instanceof Int(long number) ? "\"" + number + "\"" : json(key);
    }

    private static String quoted(Text text) {
        StringBuilder out = new StringBuilder("\"");
        Printable.utf8(text.bytes())
                .ifPresentOrElse(characters -> characters.chars().forEach(c -> quote((char) c, out)), () -> {
                    for (byte each : text.bytes()) {
                        if (each < 0) {
                            out.append("\\x%02x".formatted(each));
                        } else {
                            quote((char) each, out);
                        }
                    }
                });
        return out.append('"').toString();
    }

    private static void quote(char c, StringBuilder out) {
        switch (c) {
            case '"', '\\' -> out.append('\\').append(c);
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                // What acts on a terminal or makes another line.
                switch (Character.getType(c)) {
                    case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                        out.append("\\u%04x".formatted((int) c));
                    default -> out.append(c);
                }
            }
        }
    }
}
