package dev.letterbox.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.host.Processes.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a /proc of its own making: numbers that come back, and processes that hide, cannot be had at will. */
class ProcessesTest {
    private static final Instant BOOT = Instant.ofEpochSecond(1_000_000);

    @TempDir
    private Path proc;

    @BeforeEach
    void boot() throws IOException {
        Files.writeString(proc.resolve("stat"), "cpu 1 2 3\nbtime 1000000\nprocesses 5\n");
        process(1, 1, "init", 'S', 0);
    }

    private void process(int id, int group, String name, char state, long startSeconds) throws IOException {
        Path folder = Files.createDirectories(proc.resolve(Integer.toString(id)));
        Files.writeString(folder.resolve("status"), "Name:\t%s\nTgid:\t%d\n".formatted(name, group));
        Files.writeString(folder.resolve("comm"), name + "\n");
        Files.writeString(
                folder.resolve("stat"),
                "%d (%s) %c %s%d 0 0\n".formatted(id, name, state, "0 ".repeat(18), startSeconds * 100));
    }

    private Processes.User find(int id, long usedAfterSeconds) {
        return new Processes(proc)
                .find(id, Optional.of(BOOT.plusSeconds(usedAfterSeconds)))
                .orElseThrow();
    }

    @Test
    void aNewQueueHasNoUsers() {
        assertThat(new Processes(proc).find(0, Optional.empty())).isEmpty();
    }

    @Test
    void aProcessIsAliveUntilItIsAZombie() throws IOException {
        process(7, 7, "my (odd) name", 'S', 10);
        assertThat(find(7, 20))
                .isEqualTo(new Processes.User(7, OptionalInt.of(7), Optional.of("my (odd) name"), State.ALIVE));
        process(7, 7, "dead", 'Z', 10);
        assertThat(find(7, 20).state()).isEqualTo(State.GONE);
        assertThat(find(8, 20).state()).isEqualTo(State.GONE);
    }

    @Test
    void aThreadNamesItsProcess() throws IOException {
        process(7, 7, "java", 'S', 10);
        process(9, 7, "receiver", 'S', 15);
        assertThat(find(9, 20)).isEqualTo(new Processes.User(9, OptionalInt.of(7), Optional.of("java"), State.ALIVE));
    }

    @Test
    void aProcessThatStartedAfterTheUseIsADifferentOne() throws IOException {
        process(7, 7, "other", 'S', 30);
        assertThat(find(7, 20).state()).isEqualTo(State.GONE);
        assertThat(find(7, 29).state()).as("times are rounded").isEqualTo(State.ALIVE);
    }

    @Test
    void zeroIsAnInvisibleProcess() {
        assertThat(find(0, 20)).isEqualTo(new Processes.User(0, OptionalInt.empty(), Optional.empty(), State.UNKNOWN));
    }

    @Test
    void ifProcessesAreHiddenNoneIsReportedAsGone() throws IOException {
        Files.delete(proc.resolve("1/status"));
        assertThat(find(7, 20).state()).isEqualTo(State.UNKNOWN);
    }

    @Test
    void aNameCannotActOnTheTerminal() throws IOException {
        process(7, 7, "a\u001b[2Jb", 'S', 10);
        assertThat(find(7, 20).program()).contains("a?[2Jb");
    }
}
