package dev.letterbox.cli;

import dev.letterbox.ContentSink;
import dev.letterbox.Dialect;
import dev.letterbox.RequestException;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import dev.letterbox.sysv.NoSuchQueueException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Is the command that fetches a file. */
@Command(
        name = "get",
        description = "Fetch a file from a server.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "A transfer that fails leaves no FILE, and an older FILE as it was.",
            "",
            "Examples:",
            "  letterbox get notes.txt                    to the terminal",
            "  letterbox get logs/today -o today.log      to a file",
            "  letterbox get a --key ftok:/srv:1          from another server",
            "  letterbox get a --dialect tlpi             from a server that speaks only that"
        })
final class Get implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The file's name, beneath the directory that is served.")
    private String name = "";

    @Mixin
    private KeyOption key = new KeyOption();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to FILE, not to stdout; - is stdout.")
    private @Nullable Path output;

    @Option(
            names = "--dialect",
            paramLabel = "NAME",
            description = "How to speak: compact (default; servers of both dialects understand it) or tlpi (default for"
                    + " names over 255 bytes).")
    private @Nullable ClassicDialect dialect;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description = "Give up when the server is silent for so long. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(30);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        Dialect speaking = dialect == null ? FileClient.dialectFor(name) : dialect;
        try (FileClient client = FileClient.connect(key.key())) {
            if (output == null || output.toString().equals("-")) {
                try (FileOutputStream stdout = new FileOutputStream(FileDescriptor.out)) {
                    fetch(client, speaking, stdout.getChannel());
                }
            } else {
                try (OutputFile file = OutputFile.create(output)) {
                    fetch(client, speaking, file.channel());
                    file.commit();
                }
            }
            return 0;
        } catch (NoSuchQueueException absent) {
            throw new CommandFailure(
                    "No server on key %s: there is no queue with this key (msgget: ENOENT). Start one: letterbox serve DIR%s"
                            .formatted(
                                    key.key(),
                                    key.key().toString().equals(KeyOption.DEFAULT) ? "" : " --key " + key.key()));
        } catch (IllegalArgumentException unusableName) {
            throw new ParameterException(spec.commandLine(), unusableName.getMessage(), unusableName);
        }
    }

    private void fetch(FileClient client, Dialect speaking, WritableByteChannel to)
            throws RequestException, IOException, InterruptedException {
        ContentSink sink = piece -> {
            while (piece.hasRemaining()) {
                to.write(piece);
            }
        };
        client.get(name, speaking, sink, timeout);
    }
}
