package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Main;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole way, shown once, with nothing left behind. */
final class DemoIT {
    private static final Duration SHOW = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    @TempDir
    private Path temporary;

    private List<IpcTable.Item> before;

    @BeforeEach
    void look() {
        before = IpcTable.now().items().toList();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(temporary).isEmptyDirectory();
        assertThat(IpcTable.now().items()).hasSize(before.size());
    }

    private void assertShows(Path file) throws IOException {
        String out = Letterbox.programWithTemporaryFilesIn(temporary, "demo", file.toString())
                .run(SHOW)
                .expect(0)
                .text();

        assertThat(out)
                .contains("%,d bytes".formatted(Files.size(file)))
                .contains("sent     SHA-256 " + TempFiles.sha256(file))
                .contains("received SHA-256 " + TempFiles.sha256(file))
                .contains("identical");
    }

    @Test
    void numbersAreWrittenInEnglishWhateverTheUsersLanguage() throws IOException {
        Path file = TempFiles.file(folder, 100_000);

        assertThat(JavaProcess.running(Main.class)
                        .options("-Duser.language=de", "-Duser.country=DE", "-Djava.io.tmpdir=" + temporary)
                        .command("demo", file.toString())
                        .run(SHOW)
                        .expect(0)
                        .text())
                .contains("100,000 bytes in ")
                .doesNotContain("100.000");
    }

    @Test
    void aGivenFileIsSentAndCompared() throws IOException {
        assertShows(TempFiles.file(folder, 100_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "-o"})
    void anEmptyFileOfAnyNameIsSentAndCompared(String name) throws IOException {
        assertShows(Files.createFile(folder.resolve(name)));
    }

    @Test
    void withoutAFileSixtyFourRandomMebibytesAreSent() {
        String out = Letterbox.programWithTemporaryFilesIn(temporary, "demo")
                .run(SHOW)
                .expect(0)
                .text();

        assertThat(out).contains("67,108,864 bytes", "identical");
    }

    @Test
    void aStoppedDemoLeavesNothing() {
        try (ChildProcess demo =
                Letterbox.programWithTemporaryFilesIn(temporary, "demo").start()) {
            demo.awaitLine("^server  process \\d+");
            demo.signal("TERM");

            assertThat(demo.exit(SHOW).status()).isEqualTo(143);
        }
    }
}
