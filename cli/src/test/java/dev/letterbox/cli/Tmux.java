package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Proc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real terminal, by tmux, with a shell script in it: keys go in, and what the screen shows comes out. */
public final class Tmux implements AutoCloseable {
    /** A JVM starts meanwhile, on a machine that may be busy. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path socket;
    private final ChildProcess session;

    private Tmux(Path socket, ChildProcess session) {
        this.socket = socket;
        this.session = session;
    }

    /** Runs a script in a terminal of that size. Skips the test where there is no tmux. */
    public static Tmux run(Path folder, IpcNamespace namespace, int columns, int rows, String script) {
        assumeTrue(
                Stream.of("/usr/bin/tmux", "/usr/local/bin/tmux", "/bin/tmux")
                        .map(Path::of)
                        .anyMatch(Files::isExecutable),
                "tmux is not installed");
        Path socket = folder.resolve("tmux");
        ChildProcess session = Command.of(
                        "tmux",
                        "-u",
                        "-S",
                        "" + socket,
                        "-f",
                        "/dev/null",
                        "new-session",
                        "-d",
                        "-x",
                        "" + columns,
                        "-y",
                        "" + rows,
                        "sh",
                        "-c",
                        script)
                .env("LC_ALL", "C.UTF-8")
                .withoutEnv("TMUX")
                .withoutEnv("NO_COLOR")
                .withoutEnv("COLUMNS")
                .withoutEnv("LINES")
                .in(namespace)
                .start();
        Tmux tmux = new Tmux(socket, session);
        try {
            session.exit().expect(0);
            // Its own line would take one of the screen's.
            tmux.tmux("set-option", "-g", "status", "off");
            tmux.tmux("resize-window", "-x", "" + columns, "-y", "" + rows);
            return tmux;
        } catch (AssertionError e) {
            session.close();
            throw e;
        }
    }

    private String tmux(String... words) {
        List<String> command = new ArrayList<>(List.of("tmux", "-u", "-S", socket.toString()));
        command.addAll(List.of(words));
        return Command.of(command).env("LC_ALL", "C.UTF-8").run().expect(0).text();
    }

    public void press(String... keys) {
        List<String> words = new ArrayList<>(List.of("send-keys", "--"));
        words.addAll(List.of(keys));
        tmux(words.toArray(String[]::new));
    }

    public void resize(int columns, int rows) {
        tmux("resize-window", "-x", "" + columns, "-y", "" + rows);
    }

    /** Returns the program that the script runs now. */
    public Proc program() {
        long shell = Long.parseLong(tmux("display-message", "-p", "#{pane_pid}").strip());
        return new Proc(shell).children().getFirst();
    }

    /** Returns what can be seen. */
    public String screen() {
        return tmux("capture-pane", "-p");
    }

    /** Returns what can be seen, with the escape sequences of its colours. */
    public String colours() {
        return tmux("capture-pane", "-p", "-e");
    }

    /**
     * Waits until all the regular expressions are found on the screen at once, each in one of its lines, and returns the
     * screen. A terminal may show the beginning of what is written before its end.
     */
    public String await(String... regexes) {
        List<Pattern> patterns = Stream.of(regexes)
                .map(regex -> Pattern.compile(regex, Pattern.MULTILINE))
                .toList();
        return await(
                "the screen shows " + String.join(" and ", regexes),
                screen -> patterns.stream()
                        .allMatch(pattern -> pattern.matcher(screen).find()));
    }

    public String await(String what, Predicate<String> wanted) {
        String seen = Await.value(what, PATIENCE, this::screen, wanted);
        assertThat(seen).doesNotContain("Exception", "WARNING");
        return seen;
    }

    @Override
    public void close() {
        session.close();
    }
}
