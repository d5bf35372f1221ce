package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
    private static final String SOURCE = """
            #include <stdio.h>
            #include <string.h>
            #include <sys/ipc.h>
            #include <sys/msg.h>
            #include "words.h"
            int main(int count, char **args) {
                #ifdef DIALECT_TLPI
                printf("tlpi " WORD "\\n");
                #elif defined DIALECT_COMPACT
                printf("compact " WORD "\\n");
                #else
                printf("plain " WORD "\\n");
                #endif
                if (count > 1 && strcmp(args[1], "receive") == 0) {
                    struct { long type; char text[8]; } message;
                    int queue = msgget(IPC_PRIVATE, 0600);
                    printf("ready %d\\n", queue);
                    fflush(stdout);
                    return msgrcv(queue, &message, sizeof message.text, 0, 0) < 0;
                }
                return 0;
            }
            """;

    @TempDir
    private Path folder;

    private Path header;

    @BeforeEach
    void write() throws IOException {
        Path sources = Files.createDirectory(folder.resolve("src"));
        Files.writeString(sources.resolve("word.c"), SOURCE);
        header = Files.writeString(sources.resolve("words.h"), "#define WORD \"one\"\n");
    }

    @Test
    void compilesEachDialect() {
        assertThat(output("word")).isEqualTo("plain one\n");
        assertThat(output("tlpi-word")).isEqualTo("tlpi one\n");
        assertThat(output("compact-word")).isEqualTo("compact one\n");
        assertThat(folder.resolve("target")).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void compilesAgainOnlyAfterAChange() throws IOException {
        Path program = new Peers(folder).compiled("word");
        FileTime first = Files.getLastModifiedTime(program);
        assertThat(output("word")).isEqualTo("plain one\n");
        assertThat(Files.getLastModifiedTime(program)).isEqualTo(first);
        Files.writeString(header, "#define WORD \"two\"\n");
        Files.setLastModifiedTime(header, FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(output("word")).isEqualTo("plain two\n");
    }

    @Test
    void showsWhatTheCompilerSays() throws IOException {
        Files.writeString(header, "#define WORD 1 +\n");
        assertThatThrownBy(() -> output("word"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("word.c:");
        assertThatThrownBy(() -> output("nothing")).hasMessageContaining("nothing.c");
    }

    @Test
    void failsPlainlyWithoutACompiler() {
        Finished finished = JavaProcess.running(Child.class)
                .command(folder.toString())
                .env("PATH", "/nonexistent")
                .run()
                .expect(1);
        assertThat(finished.err()).contains("The tests need a C compiler called cc");
    }

    @Test
    void aReceiverIsSeenAsleepAndFailsWhenItsQueueIsRemoved() {
        Path program = new Peers(folder).compiled("word");
        try (ChildProcess receiver = Command.of(program, "receive").start()) {
            int queue = Integer.parseInt(receiver.awaitLine("ready (\\d+)").group(1));
            assertThat(receiver.proc().awaitAsleepIn(Syscall.MSGRCV).tid()).isEqualTo(receiver.pid());
            assertThat(IpcTable.now().queue(queue)).isPresent();
            Command.of("ipcrm", "-q", "" + queue).run().expect(0);
            receiver.exit().expect(1);
        }
    }

    /** Compiles in a JVM of its own. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            new Peers(Path.of(args[0])).compiled("word");
        }
    }

    private String output(String name) {
        // A new one each time, as another test JVM would have it.
        return Command.of(new Peers(folder).compiled(name)).run().expect(0).text();
    }
}
