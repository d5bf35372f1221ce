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
    private final BufferedReader lines;
    private final String from;
    private long line;

    /**
     * Reads from a stream of lines.
     *
     * @param lines the lines
     * @param from the name of the file, for errors
     */
    SavedMessages(BufferedReader lines, String from) {
        this.lines = lines;
        this.from = from;
    }

    /** Returns the number of the line that was read last; the first is 1. */
    long line() {
        return line;
    }

    /** Returns the next message; empty at the end. Empty lines are skipped. */
    Optional<Message> next() throws IOException, CommandFailure {
        @Nullable String text;
        do {
            text = lines.readLine();
            line++;
        } while (text != null && text.isBlank());
        return text == null ? Optional.empty() : Optional.of(message(text));
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
