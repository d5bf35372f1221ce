package dev.letterbox.cli.files;

import dev.letterbox.cli.command.ByteRange;
import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.ServerOptions;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.OutputPath;
import dev.letterbox.cli.output.Printable;
import dev.letterbox.cli.output.ProgressBar;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.cli.output.TerminalGuard;
import dev.letterbox.cli.output.WidePipe;
import dev.letterbox.cli.output.Words;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import dev.letterbox.files.FileEntry;
import dev.letterbox.metrics.file.OutputFile;
import dev.letterbox.sysv.Key;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code get}. */
@Command(
        name = "get",
        description = "Fetch files from a server.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "A failed transfer leaves no FILE, and does not change an existing one. With -C it keeps the bytes that"
                    + " have arrived, so that the transfer can be resumed. A checksum protects each file from a"
                    + " Letterbox server. If the server restarts during a transfer, the transfer resumes unless the"
                    + " file has changed.",
            "",
            "Examples:",
            "  letterbox get notes.txt                    to the terminal",
            "  letterbox get logs/today -o today.log      to a file",
            "  letterbox get a.iso b.iso -o downloads     several, into a directory",
            "  letterbox get big.iso -o big.iso -C -      resume a transfer",
            "  letterbox get big.iso -r 0-511             the first 512 bytes",
            "  letterbox get logs/today -r -2000          the last 2000 bytes",
            "  letterbox get -O -p logs/today             to ./today, with time and mode",
            "  letterbox get a --key ftok:/srv:1          from another server",
            "  letterbox get a --on amqp://me@host/prod   from servers on RabbitMQ",
            "  letterbox get a --dialect tlpi             in a classic dialect"
        })
public final class Get implements Callable<Integer> {
    private static final int STDOUT = 1;

    @Parameters(
            paramLabel = "NAME",
            arity = "1..*",
            description = "The names of files, relative to the served directory.")
    private List<String> names = List.of();

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            converter = OutputPath.class,
            description =
                    "Write to FILE instead of stdout. If FILE is -, write to stdout, even binary content to a terminal."
                            + " If FILE is a directory, each file keeps its own name. If it is a symbolic link, the link"
                            + " stays, and the file to which it leads is written.")
    private @Nullable Path output;

    @Option(
            names = {"-O", "--remote-name"},
            description = "Write to a file in the current directory, named after the last part of NAME.")
    private boolean remoteName;

    @Option(
            names = {"-R", "--remote-time"},
            description = "Give each file the modification time that it has on the server.")
    private boolean remoteTime;

    @Option(
            names = {"-p", "--preserve"},
            description = "Give each file the modification time and the mode that it has on the server.")
    private boolean preserve;

    @Option(
            names = {"-C", "--continue-at"},
            paramLabel = "-",
            description = "Resume at the end of FILE, provided that FILE matches the beginning of the server's file."
                    + " The only valid value is -.")
    private @Nullable String continueAt;

    @Option(
            names = {"-r", "--range"},
            paramLabel = "FROM-TO",
            converter = ByteRange.Converter.class,
            description = "Fetch only bytes FROM to TO, inclusive, counted from 0. FROM- means up to the end, and"
                    + " -N the last N bytes. It is an error if the file ends before FROM, unless FROM is 0.")
    private @Nullable ByteRange range;

    @Option(
            names = "--dialect",
            paramLabel = "NAME",
            converter = Dialects.class,
            completionCandidates = Dialects.class,
            description =
                    "Speak a classic dialect: compact or tlpi. Default: the best that the server speaks. A name of more"
                            + " than 255 bytes needs tlpi if the server speaks only classic dialects.")
    private @Nullable ClassicDialect dialect;

    /** Reads a dialect. */
    static final class Dialects extends Words<ClassicDialect> {
        Dialects() {
            super(ClassicDialect.class);
        }
    }

    @Option(
            names = "--retry",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "Retry up to N times, with growing pauses, if the server or its worker process exits, or the server is"
                            + " stopping or busy, or has aborted the response because this client paused. The transfer"
                            + " resumes. If given, also wait in this way for a server to start. Default: ${DEFAULT-VALUE}.")
    private int retry = 3;

    @Option(names = "--no-progress", description = "Show no progress bar.")
    private boolean noProgress;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Destination destination = Destination.STDOUT;

    /**
     * Makes the command without its annotations being read, with no other options than these.
     *
     * @param name what it is called in messages
     * @param key null for the default
     * @param timeout null for the default
     * @param output null for standard output
     */
    public static CommandSpec plain(
            String name,
            List<String> names,
            @Nullable Key key,
            @Nullable Duration timeout,
            @Nullable Path output,
            boolean noProgress) {
        Get get = new Get();
        get.spec = CommandSpec.wrapWithoutInspection(get).name(name);
        get.names = names;
        get.server = ServerOptions.plain(get.spec, key, timeout);
        get.output = output;
        get.noProgress = noProgress;
        return get.spec;
    }

    @Override
    public Integer call() throws Exception {
        check();
        try {
            names.forEach(FileClient::requireName);
            return fetchAll() ? 0 : 1;
        } catch (IllegalArgumentException unusableName) {
            // Also if the dialect, which is known only then, requires shorter names.
            throw new ParameterException(spec.commandLine(), unusableName.getMessage(), unusableName);
        }
    }

    private boolean fetchAll() throws RequestException, IOException, InterruptedException, CommandFailure {
        try (FileSource source = new FileSource(
                server, dialect, retry, isRetryGiven(), spec.commandLine().getErr())) {
            if (!source.isSession() && (range != null || continueAt != null || remoteTime || preserve)) {
                throw dialect == null
                        ? ServerOptions.classic()
                        : new CommandFailure("Without a session only whole files can be fetched: leave out --dialect.");
            }
            boolean allCame = true;
            for (String name : names) {
                allCame &= fetched(source, name);
            }
            return allCame;
        }
    }

    /** Whoever asks for retries wants them also if the server is yet to start. */
    private boolean isRetryGiven() {
        return spec.commandLine().getParseResult().hasMatchedOption("--retry");
    }

    private void check() {
        if (retry < 0) {
            throw wrong("--retry must be 0 or more.");
        }
        if (remoteName) {
            if (output != null) {
                throw wrong("-o and -O cannot be combined.");
            }
            output = Path.of(".");
        }
        destination = output == null ? Destination.STDOUT : new Destination(output);
        boolean toStdout = destination.isStdout();
        if (continueAt != null && !continueAt.equals("-")) {
            throw wrong(
                    "the only value of -C is -, which resumes at the end of FILE. To fetch part of a file, use -r.");
        }
        if (continueAt != null && toStdout) {
            throw wrong("-C needs -o FILE, the file to resume.");
        }
        if ((remoteTime || preserve) && toStdout) {
            throw wrong("-R and -p need -o FILE or -O.");
        }
        if (continueAt != null && range != null) {
            throw wrong("-C and -r cannot be combined.");
        }
        if (names.size() > 1 && !toStdout && !destination.isDirectory()) {
            throw wrong("several files can only be written to stdout or a directory, and " + output
                    + " is not a directory.");
        }
    }

    private ParameterException wrong(String text) {
        return new ParameterException(spec.commandLine(), text);
    }

    /**
     * Fetches a file. If there are several, one that the server refuses, that cannot be written here, or that would replace
     * another one of them, is reported and the others follow.
     */
    private boolean fetched(FileSource source, String name)
            throws RequestException, IOException, InterruptedException, CommandFailure {
        if (destination.isStdout()) {
            return fetched(source, name, null);
        }
        Path target;
        try {
            target = destination.target(name);
        } catch (CommandFailure unnamed) {
            return refused(String.valueOf(unnamed.getMessage()));
        }
        return destination.isWritten(target)
                ? refused("Will not overwrite just-created '%s' with '%s'.".formatted(target, name))
                : fetched(source, name, target);
    }

    /** Does the same to a file, or to stdout. */
    private boolean fetched(FileSource source, String name, @Nullable Path target)
            throws RequestException, IOException, InterruptedException, CommandFailure {
        try {
            if (target == null) {
                fetchToStdout(source, name);
            } else {
                fetchToFile(source, name, target);
                destination.wrote(target);
            }
            return true;
        } catch (RequestRefusedException refused) {
            String why = Failures.describe(refused);
            if (why.contains("Is a directory")) {
                why += ". get fetches single files; for those in it: letterbox ls -R " + Printable.quoted(name);
                return refused(why);
            }
            if (target != null && isLonger(source, name, target)) {
                return refused(
                        "Cannot resume '%s': it is longer than '%s' on the server. Fetch all of it again, without -C."
                                .formatted(target, name));
            }
            if (names.size() == 1) {
                throw refused;
            }
            return refused(why);
        } catch (FileSystemException local) {
            return refused(Failures.describe(local));
        }
    }

    /** Reports why a file is not fetched, if others follow. */
    private boolean refused(String why) throws CommandFailure {
        if (names.size() == 1) {
            throw new CommandFailure(why);
        }
        Failures.say(spec.commandLine().getErr(), why);
        return false;
    }

    /** Returns whether a transfer was refused because there is nothing to resume. */
    private boolean isLonger(FileSource source, String name, Path target)
            throws RequestException, IOException, InterruptedException {
        try {
            return continueAt != null && Files.size(target) > source.stat(name).size();
        } catch (RequestRefusedException | NoSuchFileException missing) {
            return false;
        }
    }

    private void fetchToStdout(FileSource source, String name)
            throws RequestException, IOException, InterruptedException, CommandFailure {
        // Closing it would close stdout for the files that follow.
        @SuppressWarnings("resource")
        WritableByteChannel stdout = new FileOutputStream(FileDescriptor.out).getChannel();
        boolean terminal = Terminal.isTerminal(STDOUT);
        WritableByteChannel to = terminal && output == null ? new TerminalGuard(stdout) : new WidePipe(stdout, STDOUT);
        transfer(source, name, to, "standard output", 0, new CRC32C(), noProgress || terminal);
    }

    private void fetchToFile(FileSource source, String name, Path target)
            throws RequestException, IOException, InterruptedException, CommandFailure {
        if (continueAt != null) {
            try (PartialFile partial = PartialFile.open(target)) {
                transfer(
                        source,
                        name,
                        partial.channel(),
                        target.toString(),
                        partial.size(),
                        partial.checksum(),
                        noProgress);
                partial.keep();
            }
            keepAttributes(source, name, target);
            return;
        }
        try (OutputFile file = OutputFile.create(target)) {
            transfer(source, name, file.channel(), target.toString(), 0, new CRC32C(), noProgress);
            file.commit();
        }
        keepAttributes(source, name, target);
    }

    private void keepAttributes(FileSource source, String name, Path target)
            throws RequestException, IOException, InterruptedException {
        if ((remoteTime || preserve) && Files.isRegularFile(target)) {
            FileEntry entry = source.stat(name);
            if (preserve) {
                Files.setPosixFilePermissions(target, FileListing.permissionSet(entry));
            }
            Files.setLastModifiedTime(target, FileTime.from(entry.modified()));
        }
    }

    private void transfer(
            FileSource source,
            String name,
            WritableByteChannel to,
            String toName,
            long size,
            CRC32C checksum,
            boolean quiet)
            throws RequestException, IOException, InterruptedException, CommandFailure {
        try (ProgressBar progress = ProgressBar.on(quiet, name, size)) {
            ByteSink sink = new ByteSink(to, toName, progress, size, checksum);
            if (range == null) {
                source.fetch(name, sink);
            } else if (range.isOfTheEnd()) {
                source.fetch(name, range.of(source.sizeOf(name)), sink);
            } else {
                source.fetch(name, range, sink);
            }
        }
    }
}
