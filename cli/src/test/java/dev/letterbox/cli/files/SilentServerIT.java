package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees whose server does not answer: here, since a signal has stopped it. */
final class SilentServerIT {
    @TempDir
    private Path folder;

    @Test
    void commandsThatWaitForTheServerSaySoOnATerminalAlone() {
        try (IpcNamespace namespace = IpcNamespace.with(Map.of())) {
            Operator letterbox = new Operator(namespace);
            try (ChildProcess server =
                    letterbox.command("serve", folder.toString(), "--quiet").start()) {
                server.awaitLine("^Serving");
                server.signal("STOP");
                for (String command : new String[] {"metrics", "ls"}) {
                    Finished shown = letterbox
                            .command(command, "--timeout", "4s")
                            .onTerminal(40)
                            .run()
                            .expect(1);
                    assertThat(String.join(" ", shown.lines()))
                            .containsOnlyOnce(
                                    "letterbox: The server has not answered for 2 s. This command waits for up to 4 s (--timeout). letterbox: ");
                }
                Finished piped = letterbox.run("ls", "--timeout", "4s").expect(1);
                assertThat(piped.err()).doesNotContain("--timeout").hasLineCount(1);
                server.signal("CONT");
            }
        }
    }
}
