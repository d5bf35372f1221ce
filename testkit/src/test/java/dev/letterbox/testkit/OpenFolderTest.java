package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFolderTest {
    @Test
    void everyoneReadsAndRunsTheCopies(@TempDir Path closed) throws Exception {
        Path program = Files.writeString(closed.resolve("program"), "#!/bin/sh\ncat \"$0\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Path path;
        try (OpenFolder folder = OpenFolder.create()) {
            path = folder.path();
            assertThat(OpenFolder.isOpen(program)).isFalse();
            Path copy = folder.copyOf(program);
            assertThat(OpenFolder.isOpen(copy)).isTrue();
            assertThat(folder.copyOf(program)).isEqualTo(copy);
            assertThat(Command.of(copy)
                            .asUser(Privileges.NOBODY)
                            .run()
                            .expect(0)
                            .text())
                    .startsWith("#!/bin/sh");
            Path whole = folder.copyOf(closed);
            assertThat(Command.of(whole.resolve("program"))
                            .asUser(Privileges.NOBODY)
                            .run()
                            .status())
                    .isZero();
            Command.of("touch", path.resolve("new").toString())
                    .asUser(Privileges.NOBODY)
                    .run()
                    .expect(1);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void everyoneWritesIntoAWritableOne() {
        Path path;
        try (OpenFolder folder = OpenFolder.writable()) {
            path = folder.path();
            Command.of("touch", path.resolve("new").toString())
                    .asUser(Privileges.NOBODY)
                    .run()
                    .expect(0);
        }
        assertThat(path).doesNotExist();
    }
}
