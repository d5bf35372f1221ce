package dev.letterbox.metrics.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutputFileTest {
    private static final Path PROTECTED_LINKS = Path.of("/proc/sys/fs/protected_symlinks");

    @TempDir
    private Path folder;

    private static void write(Path file, String text) throws IOException {
        try (OutputFile output = OutputFile.create(file)) {
            output.channel().write(ByteBuffer.wrap(text.getBytes(UTF_8)));
            output.commit();
        }
    }

    @Test
    void whatIsNotCommittedChangesNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Path missing = folder.resolve("missing");
        for (Path each : new Path[] {file, missing}) {
            try (OutputFile output = OutputFile.create(each)) {
                output.channel().write(ByteBuffer.wrap("half".getBytes(UTF_8)));
            }
        }
        assertThat(folder).isDirectoryContaining(each -> each.equals(file));
        assertThat(file).hasContent("old");
        assertThat(Command.of("ls", "-A", folder.toString()).run().expect(0).text())
                .isEqualTo("file\n");
    }

    /** As the shell's > does: the chain of links says where the file is wanted. */
    @Test
    void linksToAFileThatDoesNotExistAreFollowed() throws IOException {
        Path there = Files.createDirectory(folder.resolve("there"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("there/second"));
        Path second = Files.createSymbolicLink(there.resolve("second"), Path.of("../file"));
        write(link, "new");
        assertThat(link).isSymbolicLink();
        assertThat(second).isSymbolicLink();
        assertThat(folder.resolve("file")).isRegularFile().hasContent("new");
        assertThat(there).isDirectoryNotContaining("glob:**.part");
        write(link, "newer");
        assertThat(folder.resolve("file")).hasContent("newer");
    }

    @Test
    void aLinkIntoADirectoryThatDoesNotExistIsNamedWithIt() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere/file"));
        assertThatThrownBy(() -> write(link, ""))
                .isInstanceOf(FileSystemException.class)
                .hasMessage("%s: it is a link to %s: No such directory", link, folder.resolve("nowhere/file"));
        assertThat(link).isSymbolicLink();
    }

    @Test
    void aLoopOfLinksIsRefusedAndStays() throws IOException {
        Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
        assertThatThrownBy(() -> write(loop, "")).hasMessage("%s: Too many levels of symbolic links", loop);
        assertThat(loop).isSymbolicLink();
    }

    /** In a directory like /tmp a link may be another user's trap, also one that leads nowhere yet. */
    @Test
    void aLinkThatTheKernelDoesNotFollowIsNotFollowedHere() throws IOException {
        Privileges.assumeRoot();
        assumeThat(Files.readString(PROTECTED_LINKS)).isEqualTo("1\n");
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Command.of("chmod", "1777", shared.toString()).run().expect(0);
        Path victim = folder.resolve("victim");
        Path trap = Files.createSymbolicLink(shared.resolve("trap"), victim);
        Command.of("chown", "-h", Integer.toString(Privileges.NOBODY), trap.toString())
                .run()
                .expect(0);
        assertThatThrownBy(() -> write(trap, "")).hasMessage("%s: Permission denied", trap);
        assertThat(victim).doesNotExist();
        Files.writeString(victim, "precious");
        assertThatThrownBy(() -> write(trap, "")).hasMessage("%s: Permission denied", trap);
        assertThat(victim).hasContent("precious");
        assertThat(trap).isSymbolicLink();
    }

    @Test
    void onlyTheVersionThatWasWrittenIsDeleted() throws IOException {
        Path file = folder.resolve("file");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
        Object version;
        try (OutputFile output = OutputFile.create(link)) {
            version = output.commit();
        }
        assertThat(version).isNotNull();
        write(file, "another's");
        OutputFile.delete(link, version);
        assertThat(file).hasContent("another's");
        try (OutputFile output = OutputFile.create(link)) {
            version = output.commit();
        }
        OutputFile.delete(link, version);
        assertThat(file).doesNotExist();
        assertThat(link).isSymbolicLink();
        OutputFile.delete(link, version);
    }

    @Test
    void theModeOfAFileIsKept() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        write(file, "new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-rw-r--");
    }

    @Test
    void aPipeADeviceAndALinkToOneAreWrittenDirectly() throws IOException {
        Path pipe = TempFiles.pipe(folder, "pipe");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/dev/null"));
        assertThat(OutputFile.isWrittenDirectly(pipe)).isTrue();
        assertThat(OutputFile.isWrittenDirectly(link)).isTrue();
        assertThat(OutputFile.isWrittenDirectly(folder)).isFalse();
        assertThat(OutputFile.isWrittenDirectly(folder.resolve("missing"))).isFalse();
        write(link, "lost");
        assertThat(link).isSymbolicLink();
    }
}
