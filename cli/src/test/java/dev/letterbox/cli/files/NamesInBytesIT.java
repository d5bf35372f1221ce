package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.RunningServer;
import dev.letterbox.cli.Schemas;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Names are bytes to Linux, and need not be UTF-8. A shell passes them on; Java alone could not. */
final class NamesInBytesIT {
    private static final String LAUNCHER =
            Path.of(System.getProperty("letterbox.root"), "letterbox").toString();

    /** {@code café.txt} in ISO 8859-1, as it was written by programs of its time. */
    private static final String NAME = "\"$(printf 'caf\\351.txt')\"";

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void startServer() {
        shell("printf coffee > " + NAME).expect(0);
        server = RunningServer.start(folder, "--quiet");
    }

    @AfterAll
    static void stopServer() {
        // Java cannot name it, so JUnit could not delete it.
        shell("rm " + NAME).expect(0);
        server.close();
    }

    private static Finished shell(String script) {
        return Command.of("sh", "-c", script, LAUNCHER).inDirectory(folder).run();
    }

    private static Finished letterbox(String words) {
        return shell("exec \"$0\" " + words + " --key " + server.key());
    }

    @Test
    void aFileIsFetchedByItsName() {
        assertThat(letterbox("get " + NAME).expect(0).text()).isEqualTo("coffee");
    }

    @Test
    void aFileIsFetchedByItsNameInALocaleThatHasNoSuchCharacter() {
        assertThat(Command.of("sh", "-c", "exec \"$0\" get " + NAME + " --key " + server.key(), LAUNCHER)
                        .env("LC_ALL", "C")
                        .run()
                        .expect(0)
                        .text())
                .isEqualTo("coffee");
    }

    @Test
    void aListInAPipeHasTheBytes() {
        assertThat(letterbox("ls").expect(0).out()).isEqualTo("caf\u00e9.txt\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void jsonHasTheBytesBesideTheText() {
        JsonNode entry = Schemas.checked(
                        "entries", letterbox("ls --json").expect(0).text())
                .get(0);
        assertThat(entry.get("name").asString()).isEqualTo("caf\ufffd.txt");
        assertThat(entry.get("nameHex").asString()).isEqualTo("636166e92e747874");
    }

    @Test
    void aNameThatJavaCannotWriteToIsTold() {
        assertThat(letterbox("get " + NAME + " -o .").expect(1).err())
                .isEqualTo(
                        "letterbox: Cannot write 'caf\\xe9.txt' under its own name, which is not UTF-8: use -o FILE.\n");
    }

    @Test
    void textIsSentAsItWasGiven() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            shell("exec \"$0\" send " + queue.id() + " --text " + NAME).expect(0);
            assertThat(queue.receive(Selector.any()).body())
                    .isEqualTo("caf\u00e9.txt".getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
