package dev.letterbox.cli.output;

import java.lang.reflect.RecordComponent;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A JSON object to write, with its members in the order in which they were added. */
public final class JsonObject {
    private final Map<String, Object> members = new LinkedHashMap<>();

    /**
     * Adds a member.
     *
     * @param value a string, a number, a boolean, an object, a record, a map, or a list of these; an empty optional becomes
     *     null, and any other value its text
     */
    public JsonObject put(String name, Object value) {
        members.put(name, value);
        return this;
    }

    /** Converts a record, and the records in it, to an object with a member for each component. */
    public static JsonObject of(Record record) {
        JsonObject object = new JsonObject();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                object.put(component.getName(), component.getAccessor().invoke(record));
            } catch (ReflectiveOperationException closed) {
                throw new IllegalStateException("The record " + record.getClass() + " cannot be read.", closed);
            }
        }
        return object;
    }

    /** Returns the object in one line. */
    public String inOneLine() {
        StringBuilder out = new StringBuilder();
        write(this, out, null);
        return out.toString();
    }

    /** Returns the object in several lines, for people. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        write(this, out, "\n");
        return out.toString();
    }

    /** Writes a value: in one line if {@code indent} is null, otherwise in lines that begin with it. */
    private static void write(Object value, StringBuilder out, @Nullable String indent) {
        switch (value) {
            case JsonObject object ->
                sequence('{', '}', object.members.entrySet(), out, indent, member -> {
                    quote(member.getKey(), out);
                    out.append(indent == null ? ":" : ": ");
                    write(member.getValue(), out, deeper(indent));
                });
            case Record record -> write(of(record), out, indent);
            case Map<?, ?> map -> {
                JsonObject object = new JsonObject();
                map.forEach((name, item) -> object.put(name.toString(), item));
                write(object, out, indent);
            }
            case List<?> list -> sequence('[', ']', list, out, indent, item -> write(item, out, deeper(indent)));
            case Optional<?> optional -> optional.ifPresentOrElse(present -> write(present, out, indent), nothing(out));
            case OptionalInt optional -> optional.ifPresentOrElse(out::append, nothing(out));
            case OptionalLong optional -> optional.ifPresentOrElse(out::append, nothing(out));
            case Boolean bool -> out.append(bool);
            case Number number -> out.append(number);
            default -> quote(value.toString(), out);
        }
    }

    private static Runnable nothing(StringBuilder out) {
        return () -> out.append("null");
    }

    private static @Nullable String deeper(@Nullable String indent) {
        return indent == null ? null : indent + "  ";
    }

    private static <T> void sequence(
            char open,
            char close,
            Iterable<T> items,
            StringBuilder out,
            @Nullable String indent,
            Consumer<? super T> write) {
        out.append(open);
        boolean first = true;
        for (T item : items) {
            out.append(first ? "" : ",").append(indent == null ? "" : indent + "  ");
            write.accept(item);
            first = false;
        }
        out.append(first || indent == null ? "" : indent).append(close);
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    // Beyond ASCII too, so that the encoding of stdout does not matter.
                    if (c < ' ' || c > '~') {
                        out.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
