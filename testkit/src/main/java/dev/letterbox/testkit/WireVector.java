package dev.letterbox.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An exchange of {@code docs/vectors}, byte for byte. Reading it checks what it says of itself: offsets and sizes without
 * gaps, and values that are those of the bytes.
 *
 * @param name what happens in it
 * @param capacity how many bytes the client's private queue holds
 * @param messages its messages, in order
 */
public record WireVector(String name, int capacity, List<Message> messages) {
    private static final Pattern MESSAGE = Pattern.compile("(client|server) type (0x[0-9a-f]+|\\d+) size (\\d+): (.+)");
    private static final Pattern FIELD = Pattern.compile(
            " +(\\d+) {2}((?:[0-9a-f]{2}(?:\\*\\d+)? )*[0-9a-f]{2}(?:\\*\\d+)?) +([^=~]+?)(?: ([=~]) (.+))?");

    /** A message. */
    public record Message(boolean fromClient, long type, String kind, List<Field> fields) {
        /** Returns what follows its type. */
        public byte[] body() {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            fields.forEach(field -> body.writeBytes(field.bytes()));
            return body.toByteArray();
        }
    }

    /** A field of a message; one that varies has other bytes in another exchange. */
    @SuppressWarnings("ArrayRecordComponent") // read, and never compared
    public record Field(int offset, String name, boolean varies, byte[] bytes) {
        private Field with(byte[] more) {
            byte[] all = Arrays.copyOf(bytes, bytes.length + more.length);
            System.arraycopy(more, 0, all, bytes.length, more.length);
            return new Field(offset, name, varies, all);
        }

        /** Returns its bytes in another message. */
        public byte[] of(byte[] body) {
            return Arrays.copyOfRange(body, offset, offset + bytes.length);
        }
    }

    /** Reads the exchanges of a file in {@code docs/vectors}. */
    public static List<WireVector> read(String file) {
        Path start = Path.of(System.getProperty("letterbox.root", "")).toAbsolutePath();
        Path found = Stream.iterate(start, Objects::nonNull, Path::getParent)
                .map(folder -> folder.resolve("docs/vectors").resolve(file))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no docs/vectors/" + file + " in or above " + start));
        try {
            return parse(Files.readAllLines(found));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<WireVector> parse(List<String> lines) {
        List<WireVector> vectors = new ArrayList<>();
        int size = 0;
        for (String line : lines) {
            Matcher message = MESSAGE.matcher(line);
            Matcher field = FIELD.matcher(line);
            if (line.startsWith("exchange ")) {
                checkSize(vectors, size);
                vectors.add(new WireVector(line.substring("exchange ".length()), 0, new ArrayList<>()));
                size = 0;
            } else if (line.matches("queue \\d+")) {
                WireVector begun = vectors.removeLast();
                vectors.add(new WireVector(
                        begun.name, Integer.parseInt(line.substring("queue ".length())), begun.messages));
            } else if (message.matches()) {
                checkSize(vectors, size);
                size = Integer.parseInt(message.group(3));
                vectors.getLast()
                        .messages
                        .add(new Message(
                                message.group(1).equals("client"),
                                Long.decode(message.group(2)),
                                message.group(4),
                                new ArrayList<>()));
            } else if (field.matches()) {
                add(vectors.getLast().messages.getLast().fields, field);
            } else {
                check(line.isEmpty() || line.startsWith("#"), "not a line of a vector: " + line);
            }
        }
        checkSize(vectors, size);
        return vectors;
    }

    private static void checkSize(List<WireVector> vectors, int size) {
        if (!vectors.isEmpty() && !vectors.getLast().messages.isEmpty()) {
            Message last = vectors.getLast().messages.getLast();
            check(last.body().length == size, last.kind + " of " + vectors.getLast().name + " has another size");
        }
    }

    private static void add(List<Field> fields, Matcher line) {
        byte[] bytes = bytes(line.group(2));
        int end = fields.isEmpty() ? 0 : fields.getLast().offset + fields.getLast().bytes.length;
        check(Integer.parseInt(line.group(1)) == end, "an offset that is not " + end + ": " + line.group());
        if (line.group(3).equals("...")) {
            fields.add(fields.removeLast().with(bytes));
            return;
        }
        fields.add(new Field(end, line.group(3), "~".equals(line.group(4)), bytes));
        String value = line.group(3).equals("0") ? "0" : Objects.requireNonNullElse(line.group(5), "");
        if (value.matches("-?\\d+|0x[0-9a-f]+") && bytes.length <= Long.BYTES) {
            check(Long.decode(value) == number(bytes), "another value: " + line.group());
        } else if (value.startsWith("\"")) {
            String text = value.substring(1, value.lastIndexOf('"')).replace("\\n", "\n");
            int length = Math.min(bytes.length, text.length());
            check(
                    text.substring(0, length).equals(new String(bytes, 0, length, StandardCharsets.US_ASCII)),
                    line.group());
        } else if (value.equals("0")) {
            check(Arrays.equals(bytes, new byte[bytes.length]), "not zero: " + line.group());
        }
    }

    private static long number(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return switch (bytes.length) {
            case Byte.BYTES -> buffer.get();
            case Short.BYTES -> buffer.getShort();
            case Integer.BYTES -> Integer.toUnsignedLong(buffer.getInt());
            case Long.BYTES -> buffer.getLong();
            default -> {
                check(Arrays.equals(bytes, new byte[bytes.length]), "a number of " + bytes.length + " bytes");
                yield 0;
            }
        };
    }

    private static byte[] bytes(String words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String word : words.split(" ", -1)) {
            int times = word.length() == 2 ? 1 : Integer.parseInt(word.substring(3));
            for (int n = 0; n < times; n++) {
                bytes.write(Integer.parseInt(word.substring(0, 2), 16));
            }
        }
        return bytes.toByteArray();
    }

    private static void check(boolean holds, String wrong) {
        if (!holds) {
            throw new AssertionError("The vector contradicts itself: " + wrong);
        }
    }

    /** Names it, for the name of a test. */
    @Override
    public String toString() {
        return name;
    }
}
