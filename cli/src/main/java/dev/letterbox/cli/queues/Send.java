package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.QueueArgument;
import dev.letterbox.cli.command.TypeOptions;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.command.Waiting;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.PathName;
import dev.letterbox.cli.output.Printable;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.cli.output.Words;
import dev.letterbox.cli.php.JsonReader;
import dev.letterbox.cli.php.PhpWriter;
import dev.letterbox.files.FileNames;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.QueueException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code send}. */
@Command(
        name = "send",
        description = "Send a message to a queue, or those in a file. By default the body is read from stdin.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Examples:",
            "  letterbox send 5 --text hello                      type 1, no NUL at the end",
            "  letterbox send 0x1234 --type 7 --hex '01 00 ff'    three bytes",
            "  letterbox send 5 --file body --no-wait             exit status 1 if full",
            "  printf 'hi\\0' | letterbox send 5 --timeout 2s      from a pipe",
            "  letterbox send 5 --format php --text '[\"a\", 1]'    an array to PHP",
            "  letterbox receive 5 --count 9 --format json > saved.jsonl",
            "  letterbox send 5 --from-json saved.jsonl           and back again"
        })
public final class Send implements Callable<Integer> {
    @Mixin
    private QueueArgument argument = new QueueArgument();

    @Option(
            names = "--type",
            paramLabel = "N",
            defaultValue = "1",
            converter = TypeOptions.Converter.class,
            description = "The message type. Default: ${DEFAULT-VALUE}.")
    private long type = 1;

    @ArgGroup
    private Body body = new Body();

    /** How the body is sent. */
    enum Format {
        /** The bytes as they are. */
        RAW,
        /** The body is JSON, and its value is sent as PHP serializes it. */
        PHP
    }

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            defaultValue = "raw",
            converter = Formats.class,
            completionCandidates = Formats.class,
            description =
                    "raw (the body itself) or php (the body is JSON, and its value is sent as PHP's msg_send would"
                            + " serialize it, for msg_receive with its defaults). Default: ${DEFAULT-VALUE}.")
    private Format format = Format.RAW;

    @Mixin
    private Waiting waiting = new Waiting();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private static final class Body {
        @Option(names = "--text", paramLabel = "TEXT", description = "The body: this text, in UTF-8.")
        private @Nullable String text;

        @Option(
                names = "--hex",
                paramLabel = "HEX",
                converter = HexConverter.class,
                description = "The body: these bytes, such as 0a1b or '0a 1b'.")
        private @Nullable ByteBuffer bytes;

        @Option(
                names = "--file",
                paramLabel = "FILE",
                converter = PathName.class,
                description = "The body: the content of FILE; - is stdin.")
        private @Nullable Path file;

        @Option(
                names = "--from-json",
                paramLabel = "FILE",
                converter = PathName.class,
                description =
                        "Send all messages in FILE, in order and with their types: the lines that receive and peek"
                                + " write with --format json. - is stdin.")
        private @Nullable Path saved;

        ByteBuffer read() throws IOException, CommandFailure {
            if (text != null) {
                return ByteBuffer.wrap(FileNames.bytes(text));
            }
            if (bytes != null) {
                return bytes;
            }
            if (file == null || file.toString().equals("-")) {
                return read(System.in, "stdin");
            }
            try (InputStream in = open(file)) {
                return read(in, file.toString());
            }
        }

        private static InputStream open(Path file) throws IOException {
            return file.toString().equals("-") ? System.in : Files.newInputStream(file);
        }

        private static ByteBuffer read(InputStream in, String from) throws IOException, CommandFailure {
            int longest = MessageQueues.limits().maxMessageBytes();
            byte[] body;
            try {
                body = in.readNBytes((int) Math.min(longest + 1L, Integer.MAX_VALUE));
            } catch (IOException unnamed) {
                throw new FileSystemException(from, null, unnamed.getMessage());
            }
            if (body.length > longest) {
                throw new CommandFailure(
                        "%s is longer than the longest message (msgmax), %d bytes. To raise it: letterbox limits"
                                .formatted(from, longest));
            }
            return ByteBuffer.wrap(body);
        }
    }

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        Path saved = body.saved;
        if (saved != null) {
            return sendAll(saved);
        }
        ByteBuffer bytes = format == Format.PHP ? serialized(body.read()) : body.read();
        int size = bytes.remaining();
        try (MessageQueue queue = argument.open()) {
            send(queue, MessageBuffer.fixed(size).put(type, bytes));
            PrintWriter out = spec.commandLine().getOut();
            Terminal.ofStdout().say(out, "Sent type %d, %s, to %s.".formatted(type, Counted.of(size, "byte"), queue));
            out.flush();
            return 0;
        }
    }

    private int sendAll(Path file) throws IOException, CommandFailure, InterruptedException {
        for (String option : List.of("--type", "--format")) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        spec.commandLine(), option + " cannot be combined with --from-json, whose lines have types.");
            }
        }
        String from = file.toString().equals("-") ? "stdin" : file.toString();
        try (MessageQueue queue = argument.open();
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(Body.open(file), StandardCharsets.UTF_8))) {
            SavedMessages saved =
                    new SavedMessages(lines, from, MessageQueues.limits().maxMessageBytes());
            MessageBuffer buffer = MessageBuffer.allocate();
            long count = 0;
            long bytes = 0;
            boolean isRead = false;
            try {
                for (Optional<Message> next = saved.next(); next.isPresent(); next = saved.next()) {
                    isRead = true;
                    Message message = next.get();
                    send(queue, buffer.put(message.type(), message.body()));
                    count++;
                    bytes += message.body().length;
                    isRead = false;
                }
            } catch (IOException unreadable) {
                throw new CommandFailure("%s: %s.%s"
                        .formatted(
                                from, unreadable.getMessage(), sent(count, saved.line(), saved.line(), queue, file)));
            } catch (QueueException | CommandFailure refused) {
                // A line that is no message would be refused again.
                long rest = isRead ? saved.line() : saved.line() + 1;
                throw new CommandFailure(Failures.describe(refused) + sent(count, saved.line(), rest, queue, file));
            }
            PrintWriter out = spec.commandLine().getOut();
            Terminal.ofStdout()
                    .say(
                            out,
                            "Sent %s, %s, to %s."
                                    .formatted(Counted.of(count, "message"), Counted.of(bytes, "byte"), queue));
            out.flush();
            return 0;
        }
    }

    /** Says what was sent before a failure, and how to send the rest, which begins with another line. */
    private static String sent(long count, long failed, long rest, MessageQueue queue, Path file) {
        if (count == 0) {
            return " Nothing was sent.";
        }
        String sent = " %s before line %d %s sent"
                .formatted(Counted.of(count, "message"), failed, count == 1 ? "was" : "were");
        if (file.toString().equals("-")) {
            return sent + ", and the rest of stdin was not.";
        }
        return "%s; for the rest%s: tail -n +%d -- %s | letterbox send %d --from-json -"
                .formatted(
                        sent,
                        rest == failed ? "" : " without this line",
                        rest,
                        Printable.quoted(file.toString()),
                        queue.id());
    }

    private void send(MessageQueue queue, MessageBuffer message) throws InterruptedException {
        Optional<Duration> limit = waiting.limit();
        if (limit.isPresent()) {
            queue.send(message, limit.get());
        } else {
            queue.send(message);
        }
    }

    private static ByteBuffer serialized(ByteBuffer json) throws CommandFailure {
        byte[] bytes = new byte[json.remaining()];
        json.get(bytes);
        String text = Printable.utf8(bytes).orElseThrow(() -> new CommandFailure("The body is not JSON: not UTF-8."));
        try {
            return ByteBuffer.wrap(PhpWriter.serialized(JsonReader.read(text)));
        } catch (IllegalArgumentException wrong) {
            throw new CommandFailure("The body is not JSON: " + wrong.getMessage() + ".");
        }
    }

    /** Reads the format. */
    static final class Formats extends Words<Format> {
        Formats() {
            super(Format.class);
        }
    }

    /** Reads bytes in hexadecimal. */
    static final class HexConverter implements ITypeConverter<ByteBuffer> {
        @Override
        public ByteBuffer convert(String text) {
            try {
                return ByteBuffer.wrap(HexFormat.of().parseHex(text.replaceAll("[\\s:]", "")));
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(
                        "'" + text + "' is not hexadecimal: write two digits for each byte, as in 0a1b.");
            }
        }
    }
}
