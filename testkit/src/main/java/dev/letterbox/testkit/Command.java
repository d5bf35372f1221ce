package dev.letterbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what program to run, and how: where, as whom, in which IPC namespace.
 *
 * <p>It may be started more than once. It reads nothing on standard input unless told, inherits the environment, and
 * ignores none of the signals from 1 to 31 at its start.
 */
public final class Command {
    private static final int LONGEST_WORD_SHOWN = 200;

    private final List<String> words;
    private final Map<String, Optional<String>> environment = new HashMap<>();
    private List<String> userPrefix = List.of();
    private List<String> namespacePrefix = List.of();
    private @Nullable Path directory;
    private @Nullable Path out;
    private @Nullable Path err;
    private byte @Nullable [] input;
    private boolean inputOpen;
    private OptionalInt terminalColumns = OptionalInt.empty();

    private Command(List<String> words) {
        this.words = List.copyOf(words);
    }

    /** Runs that program with those arguments. */
    public static Command of(List<String> words) {
        return new Command(words);
    }

    /** Runs that program with those arguments. */
    public static Command of(String program, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(program);
        words.addAll(List.of(arguments));
        return new Command(words);
    }

    /** Runs that program with those arguments. */
    public static Command of(Path program, String... arguments) {
        return of(program.toString(), arguments);
    }

    /** Runs in that folder. */
    public Command inDirectory(Path folder) {
        directory = folder;
        return this;
    }

    /** Sets a variable of its environment. */
    public Command env(String name, String value) {
        environment.put(name, Optional.of(value));
        return this;
    }

    /** Takes a variable out of its environment. */
    public Command withoutEnv(String name) {
        environment.put(name, Optional.empty());
        return this;
    }

    /** Gives it those bytes on standard input, and then the end. */
    public Command input(byte[] bytes) {
        input = bytes.clone();
        return this;
    }

    /** Gives it that text on standard input, and then the end. */
    public Command input(String text) {
        return input(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Keeps its standard input open, for {@link ChildProcess#writeLine}. */
    public Command openInput() {
        inputOpen = true;
        return this;
    }

    /** Writes its standard output to a file: for more than should be held in memory. */
    public Command outTo(Path file) {
        out = file;
        return this;
    }

    /** Appends its standard error to a file, as a log is written: the file may be emptied meanwhile. */
    public Command errTo(Path file) {
        err = file;
        return this;
    }

    /** Runs as that user and as the group of the same number. Skips the test where that is not allowed. */
    public Command asUser(int uid) {
        return asUser(uid, uid);
    }

    /** Runs as that user, in that group and in no other. Skips the test where that is not allowed. */
    public Command asUser(int uid, int gid) {
        Privileges.assumeOtherUsers();
        userPrefix = List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups");
        return this;
    }

    /** Runs as root without a capability, as in {@code sys_admin}. Skips the test where that is not allowed. */
    public Command withoutCapability(String name) {
        Privileges.assumeRoot();
        userPrefix = List.of("setpriv", "--bounding-set=-" + name, "--inh-caps=-" + name);
        return this;
    }

    /**
     * Runs in an IPC namespace of its own, with those values under {@code /proc/sys/kernel}: {@code msgmni} 16 makes a
     * table that is soon full. Skips the test where that is not allowed.
     */
    public Command inOwnIpcNamespace(Map<String, Integer> sysctls) {
        Privileges.assumeIpcNamespaces();
        namespacePrefix = IpcNamespace.prefix(sysctls, "");
        return this;
    }

    /** Runs in that IPC namespace. */
    public Command in(IpcNamespace namespace) {
        namespacePrefix = namespace.prefix();
        return this;
    }

    /** Runs it on a terminal of its own, of that width: what it writes there, standard error too, comes as standard output. */
    public Command onTerminal(int columns) {
        terminalColumns = OptionalInt.of(columns);
        return env("TERM", "xterm");
    }

    /** Starts it. Close what this returns. */
    public ChildProcess start() {
        return new ChildProcess(this, false);
    }

    /** Starts what serves all classes of a run: the leak guard looks for it after the last class, not after each. */
    ChildProcess startLasting() {
        return new ChildProcess(this, true);
    }

    /** Runs it to its end, for up to {@link Deadline#PATIENCE}. */
    public Finished run() {
        return run(Deadline.PATIENCE);
    }

    /** Runs it to its end, and fails when that does not come in time. */
    public Finished run(Duration within) {
        try (ChildProcess process = start()) {
            return process.exit(within);
        }
    }

    /** Returns the program and its arguments, for whoever starts it otherwise. */
    public List<String> words() {
        return words;
    }

    /** Shows the program and its arguments. */
    @Override
    public String toString() {
        return line().stream()
                .map(word ->
                        word.length() <= LONGEST_WORD_SHOWN ? word : word.substring(0, LONGEST_WORD_SHOWN) + "[...]")
                .collect(Collectors.joining(" "));
    }

    byte @Nullable [] input() {
        return input;
    }

    Process launch(String markName, String mark) {
        ProcessBuilder builder = new ProcessBuilder(withDefaultSignals(line()));
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        if (out != null) {
            builder.redirectOutput(out.toFile());
        }
        if (err != null) {
            builder.redirectError(ProcessBuilder.Redirect.appendTo(err.toFile()));
        }
        if (input == null && !inputOpen) {
            builder.redirectInput(Path.of("/dev/null").toFile());
        }
        environment.forEach((name, value) -> value.ifPresentOrElse(
                present -> builder.environment().put(name, present),
                () -> builder.environment().remove(name)));
        builder.environment().put(markName, mark);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts the namespace first: to enter one takes rights that the other user lacks. All prefixes exec: no process is between. */
    private List<String> line() {
        List<String> line = new ArrayList<>(namespacePrefix);
        line.addAll(userPrefix);
        line.addAll(terminalColumns.isPresent() ? onTerminal(words, terminalColumns.getAsInt()) : words);
        return line;
    }

    /**
     * A child ignores the signals that its parent ignores, as a JVM does under nohup, or as a background job of a script
     * ignores INT and QUIT. A test that sends one must not depend on how the tests were started.
     */
    private static List<String> withDefaultSignals(List<String> line) {
        // Looked for in this JVM's path, as it does itself: the child may have another. A program that is not there is
        // reported by the JVM, and not by env.
        Optional<Path> program = Machine.find(line.getFirst());
        if (program.isEmpty() || !Proc.self().ignoresSignals()) {
            return line;
        }
        List<String> prefixed =
                new ArrayList<>(List.of("env", "--default-signal", program.get().toString()));
        prefixed.addAll(line.subList(1, line.size()));
        return prefixed;
    }

    private static List<String> onTerminal(List<String> words, int columns) {
        String quoted = words.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        String script = "stty cols %d -onlcr -echo; exec %s".formatted(columns, quoted);
        return List.of("script", "--quiet", "--return", "--command", script, "/dev/null");
    }
}
