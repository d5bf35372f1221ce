package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the shells offer of a machine on which one server runs, and another one was killed. */
final class CompletionIT {
    private static final Key KEY = Key.parse(KeyOption.DEFAULT);
    private static final Key OTHER = Key.of(0x4242);

    @TempDir
    private Path folder;

    private Path script;
    private Path bin;
    private IpcNamespace namespace;
    private ChildProcess server;

    @BeforeEach
    void serve() throws IOException {
        ManualPages.main(new String[] {folder.toString()});
        script = folder.resolve("completion/letterbox");
        bin = Files.createDirectory(folder.resolve("bin"));
        Path program = Files.writeString(
                bin.resolve("letterbox"),
                "#!/bin/sh\nexec " + quoted(Letterbox.program().words()) + " \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path served = Files.createDirectory(folder.resolve("served"));
        TempFiles.file(served, "notes.txt", 10);
        TempFiles.file(served, "my file", 10);
        TempFiles.file(Files.createDirectory(served.resolve("logs")), "a.log", 10);
        namespace = IpcNamespace.with(Map.of());
        server = start(served, KEY);
    }

    private ChildProcess start(Path served, Key key) {
        ChildProcess started = Letterbox.program(RunningServer.arguments(served, key))
                .in(namespace)
                .start();
        started.awaitLine("^Serving");
        return started;
    }

    @AfterEach
    void end() {
        server.close();
        namespace.close();
    }

    private static String quoted(List<String> words) {
        return words.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }

    private List<String> completions(String... line) {
        String run = """
                PATH=%s:$PATH; source %s
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                _letterbox_complete
                printf '%%s\\n' "${COMPREPLY[@]}"
                """.formatted(bin, script);
        return Command.of(Stream.concat(Stream.of("bash", "-c", run, "bash", "letterbox"), Stream.of(line))
                        .toList())
                .in(namespace)
                .run()
                .expect(0)
                .lines();
    }

    @Test
    void bashOffersWhatTheSystemAndTheServerKnow() throws IOException {
        try (ChildProcess killed = start(Files.createDirectory(folder.resolve("other")), OTHER)) {
            killed.kill();
            killed.exit();
        }
        assertThat(completions("get", "n")).containsExactly("notes.txt");
        assertThat(completions("stat", "notes.txt", "my")).containsExactly("my file");
        assertThat(completions("ls", "l")).containsExactly("logs/");
        assertThat(completions("get", "logs/")).containsExactly("logs/a.log");
        assertThat(completions("get", "--key", KEY.toString(), "logs/")).containsExactly("logs/a.log");
        assertThat(completions("get", "--key", "=", OTHER.toString(), "n"))
                .as("no server is running there")
                .containsExactly("");
        assertThat(completions("get", "--key", "")).containsExactly(KEY.toString());
        assertThat(completions("get", "--key", "=")).containsExactly(KEY.toString());
        assertThat(completions("ls", "-k", "=", "0x1a")).containsExactly(KEY.toString());
        assertThat(completions("serve", "--key", "")).containsExactly(OTHER.toString());
        assertThat(completions("queues", "--key", "")).contains(KEY.toString(), OTHER.toString());
        assertThat(completions("rm", "0x00")).containsExactly(OTHER.toString());
        assertThat(completions("peek", "")).contains("0", "1", KEY.toString(), OTHER.toString());
        assertThat(completions("queues", "--owner", "nobo")).containsExactly("nobody");
        assertThat(completions("set", "0", "--owner", "roo")).containsExactly("root");
        assertThat(completions("set", "0", "--owner", "root:roo")).containsExactly("root:root");
        assertThat(completions("set", "0", "--owner", "root", ":", "roo")).containsExactly("root");
        assertThat(completions("get", "--dia")).containsExactly("--dialect");
        assertThat(completions("receive", "--format", "j")).containsExactly("json");
    }

    private void source(Tmux shell) {
        shell.await("^>");
        shell.press("source " + script + " && echo sourced", "Enter");
        shell.await("^sourced$");
    }

    /** As somebody at a keyboard sees it: what the shell would divide is quoted. */
    @Test
    void bashCompletesNamesOnTheServer() {
        String start = "PS1='> ' PATH=%s:$PATH exec bash --norc --noprofile -i".formatted(bin);
        try (Tmux shell = Tmux.run(folder, namespace, 80, 24, start)) {
            source(shell);
            shell.press("letterbox get my", "Tab");
            shell.await("^> letterbox get my\\\\ file$");
            shell.press("C-u", "letterbox ls lo", "Tab");
            shell.await("^> letterbox ls logs/$");
            shell.press("a", "Tab");
            shell.await("^> letterbox ls logs/a\\.log$");
        }
    }

    @Test
    void zshCompletesNamesAndKeys() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")), "zsh is not installed");
        String start = "HOME=%s PS1='> ' PATH=%s:$PATH exec zsh -f -i".formatted(folder, bin);
        try (Tmux shell = Tmux.run(folder, namespace, 80, 24, start)) {
            source(shell);
            shell.press("letterbox get no", "Tab");
            shell.await("^> letterbox get notes\\.txt$");
            shell.press("C-u", "letterbox get --key 0x", "Tab");
            shell.await("^> letterbox get --key " + KEY + "$");
        }
    }
}
