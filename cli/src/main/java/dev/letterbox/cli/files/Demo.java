package dev.letterbox.cli.files;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.EngineOption;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.OwnProgram;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.PathName;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.sysv.Key;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code demo}: a server process, a client process, and a check of the file that arrived. */
@Command(
        name = "demo",
        description = "Send a file from a server process to a client process, and verify it.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        modelTransformer = Demo.FreeKey.class,
        footer = {
            "",
            "The demo leaves no queue, process or file behind.",
            "",
            "Examples:",
            "  letterbox demo                with 64 MiB of random bytes",
            "  letterbox demo /bin/ls        with your own file",
            "  letterbox demo --on amqp://guest@localhost    two servers, one of them killed"
        })
public final class Demo implements Callable<Integer> {
    private static final int MADE_BYTES = 64 << 20;

    /** Says in the help what this command does without a key. */
    static final class FreeKey implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            OptionSpec key = spec.findOption("--key");
            spec.remove(key);
            return spec.addOption(key.toBuilder()
                    .description("The server's key: hexadecimal, decimal, key:N or ftok:PATH:ID. Default: a free one.")
                    .build());
        }
    }

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            converter = PathName.class,
            description = "The file to send. Default: 64 MiB of random bytes.")
    private @Nullable Path file;

    @Mixin
    private EngineOption engine = new EngineOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final List<Process> processes = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (file != null && !Files.isRegularFile(file)) {
            throw new CommandFailure(file + (Files.exists(file) ? ": Not a regular file" : ": No such file"));
        }
        Path scratch = Files.createTempDirectory("letterbox-demo-");
        Thread cleanUp = new Thread(() -> cleanUp(scratch), "letterbox-demo-clean-up");
        Runtime.getRuntime().addShutdownHook(cleanUp);
        try {
            Path source = file == null ? make(scratch) : file.toRealPath();
            return engine.broker().isPresent()
                    ? new BrokerDemo(this::start, spec.commandLine().getOut()).show(scratch, source, engine.words())
                    : show(scratch, source);
        } finally {
            cleanUp(scratch);
        }
    }

    private int show(Path scratch, Path source) throws IOException, InterruptedException, CommandFailure {
        PrintWriter out = spec.commandLine().getOut();
        Terminal terminal = Terminal.ofStdout();
        Key key = engine.isGiven("--key") ? engine.key() : Key.free();
        Process server = start(
                OwnProgram.command("serve", source.resolveSibling("").toString(), "--key", key.toString(), "--quiet"));
        BufferedReader spoken = server.inputReader();
        String ready = spoken.readLine();
        if (ready == null) {
            throw new CommandFailure("The server process did not start: exit status " + server.waitFor());
        }
        terminal.labelled("server  ", "process " + server.pid() + ": " + ready.replace(" Stop with Ctrl-C.", ""))
                .forEach(out::println);
        out.flush();

        Path received = scratch.resolve("received");
        long started = System.nanoTime();
        // The name comes last: it may look like an option.
        Process client = start(OwnProgram.command(
                "get",
                "--key",
                key.toString(),
                "-o",
                received.toString(),
                "--",
                source.getFileName().toString()));
        int status = client.waitFor();
        double seconds = (System.nanoTime() - started) / 1e9;
        if (status != 0) {
            throw new CommandFailure("The client process failed: exit status " + status);
        }
        long size = Files.size(received);
        terminal.labelled(
                        "client  ",
                        "process %d: %,d bytes in %.2f s, %.0f MB/s, including JVM start"
                                .formatted(client.pid(), size, seconds, size / seconds / 1e6))
                .forEach(out::println);

        String sent = sha256(source);
        String got = sha256(received);
        out.println("sent     SHA-256 " + sent);
        out.println("received SHA-256 " + got);
        server.destroy();
        server.waitFor();
        if (!sent.equals(got)) {
            throw new CommandFailure("The received file differs from the one that was sent.");
        }
        terminal.say(out, "identical; the demo has removed its queues, processes and files");
        out.flush();
        return 0;
    }

    private Process start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        synchronized (processes) {
            processes.add(process);
        }
        return process;
    }

    private static Path make(Path scratch) throws IOException {
        Path made = scratch.resolve("sent");
        SplittableRandom random = new SplittableRandom();
        byte[] block = new byte[1 << 20];
        try (OutputStream to = Files.newOutputStream(made)) {
            for (int written = 0; written < MADE_BYTES; written += block.length) {
                random.nextBytes(block);
                to.write(block);
            }
        }
        return made;
    }

    static String sha256(Path path) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(path), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    private void cleanUp(Path scratch) {
        synchronized (processes) {
            // SIGTERM, so that each removes its own queue.
            processes.forEach(Process::destroy);
            for (Process process : processes) {
                process.onExit().join();
            }
        }
        try (var paths = Files.walk(scratch)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException goneAlready) {
            if (Files.exists(scratch)) {
                Failures.say(spec.commandLine().getErr(), "cannot delete " + scratch + ": " + goneAlready.getMessage());
            }
        }
    }
}
