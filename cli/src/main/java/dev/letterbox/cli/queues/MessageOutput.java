package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Printable;
import dev.letterbox.cli.output.Words;
import dev.letterbox.cli.php.PhpReader;
import dev.letterbox.cli.php.PhpValue;
import dev.letterbox.cli.php.PhpWriter;
import dev.letterbox.sysv.MessageBuffer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Writes messages to stdout, and holds the option for their format. Messages are collected until they are flushed. For one
 * thread.
 */
final class MessageOutput {
    private static final int BYTES_IN_LINE = 16;

    /** From so many bytes on, what was collected should be written. */
    private static final int MUCH = 1 << 16;

    /** A format of messages. */
    enum Format {
        /** Type, size and text, with escapes for what is not printable. */
        TEXT,
        /** Type, size and a dump as of {@code hexdump -C}. */
        HEX,
        /** The bytes and nothing else. */
        RAW,
        /** An object in one line. */
        JSON,
        /** Type, size and the value that PHP serialized; another body as {@link #HEX}. */
        PHP
    }

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            converter = Formats.class,
            completionCandidates = Formats.class,
            description = "text (one line, with C escapes), hex (a dump), raw (only the bytes), json (one line;"
                    + " docs/schemas/message.schema.json describes it) or php (the value that PHP's msg_send serialized,"
                    + " as JSON; other bodies as hex). Default: ${DEFAULT-VALUE}.")
    private Format format = Format.TEXT;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    private final ByteArrayOutputStream collected = new ByteArrayOutputStream(2 * MUCH);
    private final PrintStream out = new PrintStream(collected, false, System.out.charset());
    private boolean hinted;

    /** Returns whether so much was collected that it should be flushed. */
    boolean isMuch() {
        return collected.size() >= MUCH;
    }

    /**
     * Writes what was collected to stdout.
     *
     * @return false if stdout has no reader any more
     */
    boolean flush() {
        out.flush();
        System.out.write(collected.toByteArray(), 0, collected.size());
        collected.reset();
        return !System.out.checkError();
    }

    /**
     * Adds a message to what is flushed next.
     *
     * @param place its position in the queue; empty if it was received
     */
    void add(MessageBuffer message, OptionalLong place) {
        byte[] body = message.toByteArray();
        String heading = (place.isPresent() ? place.getAsLong() + ": " : "") + "type " + message.type() + ", "
                + Counted.of(body.length, "byte");
        switch (format) {
            case TEXT -> {
                out.println(heading + (body.length == 0 ? "" : ": " + Printable.escaped(body)));
                hint(body);
            }
            case PHP -> {
                Optional<PhpValue> value = PhpReader.read(body);
                out.println(
                        heading + value.map(php -> ": " + PhpWriter.json(php)).orElse(""));
                if (value.isEmpty()) {
                    dump(body);
                }
            }
            case HEX -> {
                out.println(heading);
                dump(body);
            }
            case RAW -> out.write(body, 0, body.length);
            case JSON ->
                out.println(new JsonObject()
                        .put("index", place)
                        .put("type", exact(message.type()))
                        .put("size", body.length)
                        .put("text", Printable.utf8(body))
                        .put("hex", HexFormat.of().formatHex(body))
                        .inOneLine());
        }
    }

    /** Prints a hint once, to stderr, since a program may read stdout. */
    private void hint(byte[] body) {
        if (!hinted && PhpReader.read(body).isPresent()) {
            hinted = true;
            Failures.say(spec.commandLine().getErr(), "PHP serialized this body: --format php shows its value.");
        }
    }

    /** Writes a type beyond 2^53 as a string, since readers that use doubles would lose digits. */
    private static Object exact(long type) {
        return type <= 1L << 53 ? type : Long.toString(type);
    }

    /** Reads a format. */
    static final class Formats extends Words<Format> {
        Formats() {
            super(Format.class);
        }
    }

    private void dump(byte[] body) {
        HexFormat hex = HexFormat.ofDelimiter(" ");
        for (int at = 0; at < body.length; at += BYTES_IN_LINE) {
            int end = Math.min(at + BYTES_IN_LINE, body.length);
            StringBuilder text = new StringBuilder();
            for (int i = at; i < end; i++) {
                text.append(body[i] >= ' ' && body[i] <= '~' ? (char) body[i] : '.');
            }
            out.println("%08x  %-47s  |%s|".formatted(at, hex.formatHex(body, at, end), text));
        }
    }
}
