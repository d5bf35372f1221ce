package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.php.JsonReader;
import dev.letterbox.cli.php.PhpValue;
import dev.letterbox.sysv.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the messages that {@code receive} and {@code peek} wrote with {@code --format json}, one in each line. */
final class SavedMessages {
    /** Of each byte, escaped as text and in hexadecimal; see {@link MessageOutput}. */
    private static final int CHARACTERS_FOR_BYTE = 6 + 2;

    /** For names, numbers and spaces. */
    private static final int ROOM = 4096;

    private final BufferedReader lines;
    private final String from;
    private final long longest;
    private long line;

    /**
     * Reads from a stream of lines.
     *
     * @param lines the lines
     * @param from the name of the file, for errors
     * @param longestBody the number of bytes of the longest message that can be sent
     */
    SavedMessages(BufferedReader lines, String from, int longestBody) {
        this.lines = lines;
        this.from = from;
        this.longest = (long) CHARACTERS_FOR_BYTE * longestBody + ROOM;
    }

    /** Returns the number of the line that was read last; the first is 1. */
    long line() {
        return line;
    }

    /** Returns the next message; empty at the end. Empty lines are skipped. */
    Optional<Message> next() throws IOException, CommandFailure {
        @Nullable String text;
        do {
            line++;
            text = readLine();
        } while (text != null && text.isBlank());
        return text == null ? Optional.empty() : Optional.of(message(text));
    }

    /** Unlike {@link BufferedReader#readLine}, it does not fill the memory with a line that does not end. */
    private @Nullable String readLine() throws IOException, CommandFailure {
        StringBuilder text = new StringBuilder();
        for (int next = lines.read(); next != '\n'; next = lines.read()) {
            if (next < 0) {
                return text.isEmpty() ? null : text.toString();
            }
            if (text.length() == longest) {
                throw new CommandFailure(
                        "Line %d of %s is longer than the longest message (msgmax) is in JSON, %d characters. To raise it: letterbox limits."
                                .formatted(line, from, longest));
            }
            text.append((char) next);
        }
        return text.toString();
    }

    private Message message(String text) throws CommandFailure {
        Map<String, PhpValue> members = members(text);
        long type = type(members.get("type"));
        if (!(members.get("hex") instanceof PhpValue.Text(byte[] digits))) {
            throw wrong("there is no \"hex\" with the body");
        }
        byte[] body;
        try {
            body = HexFormat.of().parseHex(new String(digits, StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException odd) {
            throw wrong("\"hex\" is not hexadecimal");
        }
        if (members.get("size") instanceof PhpValue.Int(long size) && size != body.length) {
            throw wrong("\"size\" is %d, but \"hex\" has %d bytes".formatted(size, body.length));
        }
        return new Message(type, body);
    }

    private Map<String, PhpValue> members(String text) throws CommandFailure {
        try {
            if (JsonReader.read(text) instanceof PhpValue.Array array) {
                Map<String, PhpValue> members = new HashMap<>();
                for (PhpValue.Entry entry : array.entries()) {
                    if (entry.key() instanceof PhpValue.Text(byte[] name)) {
                        members.put(new String(name, StandardCharsets.UTF_8), entry.value());
                    }
                }
                return members;
            }
        } catch (IllegalArgumentException notJson) {
            throw wrong("it is not JSON: " + notJson.getMessage());
        }
        throw wrong("it is not an object");
    }

    /** Types beyond 2^53 are written as strings. */
    private long type(@Nullable PhpValue value) throws CommandFailure {
        long type = 0;
        if (value instanceof PhpValue.Int(long number)) {
            type = number;
        } else if (value instanceof PhpValue.Text(byte[] digits)) {
            try {
                type = Long.parseLong(new String(digits, StandardCharsets.ISO_8859_1));
            } catch (NumberFormatException notANumber) {
                type = 0;
            }
        }
        if (type < 1) {
            throw wrong("its \"type\" is not a number from 1");
        }
        return type;
    }

    private CommandFailure wrong(String why) {
        return new CommandFailure("Line %d of %s is not a message that letterbox receive --format json wrote: %s."
                .formatted(line, from, why));
    }
}
