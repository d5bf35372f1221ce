package dev.letterbox.sysv.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.LinuxFiles;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DescriptorTest {
    private static final LinuxFiles LINUX = LinuxFiles.host();

    /** Where an entry of a directory says how long it is, and where its name begins. */
    private static final int DIRENT_LENGTH = 16;

    private static final int DIRENT_NAME = 19;

    @TempDir
    private Path folder;

    private int open;

    @BeforeEach
    void count() {
        open = Proc.self().descriptorCount();
    }

    @AfterEach
    void compare() {
        assertThat(Proc.self().descriptorCount()).as("descriptors left open").isEqualTo(open);
    }

    @Test
    void aFileIsReadFromAnyPlaceIntoMemory() throws Exception {
        byte[] bytes = TempFiles.bytes(10_000);
        Files.write(Files.createDirectories(folder.resolve("a")).resolve("b"), bytes);
        try (Descriptor root = Descriptor.ofDirectory(LINUX, folder);
                Descriptor file = root.openBeneath(name("a/b"));
                Arena arena = Arena.ofConfined()) {
            Descriptor.FileStatus status = file.status();
            assertThat(status.isRegularFile()).isTrue();
            assertThat(status.isDirectory()).isFalse();
            assertThat(status.size()).isEqualTo(10_000);
            assertThat(status.modified())
                    .isEqualTo(Files.getLastModifiedTime(folder.resolve("a/b")).toInstant());
            MemorySegment target = arena.allocate(20_000);
            assertThat(file.read(target, 20_000, 0)).isEqualTo(10_000);
            assertThat(target.asSlice(0, 10_000).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
            assertThat(file.read(target, 5, 9_997)).isEqualTo(3);
            assertThat(target.get(ValueLayout.JAVA_BYTE, 2)).isEqualTo(bytes[9_999]);
            assertThat(file.read(target, 5, 10_000)).isZero();
        }
    }

    @Test
    void aDirectoryIsToldAsOne() throws ErrnoException {
        try (Descriptor root = Descriptor.ofDirectory(LINUX, folder);
                Descriptor itself = root.openBeneath(name("."))) {
            assertThat(root.status().isDirectory()).isTrue();
            assertThat(itself.status().isDirectory()).isTrue();
            assertThat(itself.status().isRegularFile()).isFalse();
        }
    }

    @Test
    void aPipeIsOpenedWithoutWaitingAndIsNoRegularFile() throws ErrnoException {
        TempFiles.pipe(folder, "pipe");
        try (Descriptor root = Descriptor.ofDirectory(LINUX, folder);
                Descriptor pipe = root.openBeneath(name("pipe"))) {
            assertThat(pipe.status().isRegularFile()).isFalse();
            assertThat(pipe.status().isDirectory()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nothing, ENOENT",
        "../../../../../../../../etc/passwd, ENOENT",
        "/etc/passwd, ENOENT",
        "absolute, ENOENT",
        "up, ENOENT",
        "loop, ELOOP",
        "file/below, ENOTDIR",
        "magic/root/etc/passwd, ELOOP"
    })
    void noNameAndNoLinkLeadsOut(String name, Errno errno) throws Exception {
        Files.writeString(folder.resolve("file"), "inside");
        Path absolute = Files.createSymbolicLink(folder.resolve("absolute"), Path.of("/etc/passwd"));
        Path up = Files.createSymbolicLink(folder.resolve("up"), Path.of("../../../../../../../etc/passwd"));
        Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
        Path root = name.startsWith("magic/") ? Path.of("/proc") : folder;
        String beneath = name.startsWith("magic/") ? "self/" + name.substring("magic/".length()) : name;
        try (Descriptor directory = Descriptor.ofDirectory(LINUX, root)) {
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> directory.openBeneath(name(beneath)))
                    .satisfies(failure -> assertThat(failure.errno()).isEqualTo(errno))
                    .withMessage("openat2: " + errno.text() + " (" + errno + ")");
        } finally {
            // JUnit warns when it deletes links that lead out of its folder.
            Files.delete(absolute);
            Files.delete(up);
        }
    }

    @Test
    void namesAreTakenFromTheRootWhereverTheyLead() throws Exception {
        Files.writeString(folder.resolve("file"), "inside");
        Files.createSymbolicLink(folder.resolve("link"), Path.of("/file"));
        try (Descriptor root = Descriptor.ofDirectory(LINUX, folder)) {
            for (String name : new String[] {"file", "/file", "../../file", "//file", "./x/../file", "link"}) {
                if (name.contains("x/")) {
                    Files.createDirectory(folder.resolve("x"));
                }
                try (Descriptor file = root.openBeneath(name(name))) {
                    assertThat(file.status().size()).as(name).isEqualTo(6);
                }
            }
        }
    }

    /** As on vfat and ntfs: 255 characters, which may have three bytes each. */
    @Test
    void anEntryMayHaveALongerNameThanMostFileSystemsAllow() throws ErrnoException {
        byte[] name = name("\u6f22".repeat(255));
        int length = Math.ceilDiv(DIRENT_NAME + name.length + 1, Long.BYTES) * Long.BYTES;
        AtomicBoolean listed = new AtomicBoolean();
        List<String> looked = new ArrayList<>();
        LinuxFiles odd = (LinuxFiles) Proxy.newProxyInstance(
                LinuxFiles.class.getClassLoader(),
                new Class<?>[] {LinuxFiles.class},
                (_, method, arguments) -> switch (method.getName()) {
                    case "getdents64" -> {
                        MemorySegment block = (MemorySegment) arguments[1];
                        block.fill((byte) 0);
                        block.set(ValueLayout.JAVA_SHORT, DIRENT_LENGTH, (short) length);
                        MemorySegment.copy(name, 0, block, ValueLayout.JAVA_BYTE, DIRENT_NAME, name.length);
                        yield listed.getAndSet(true) ? 0L : (long) length;
                    }
                    case "lstatxAt" -> {
                        looked.add(((MemorySegment) arguments[1]).getString(0));
                        yield LINUX.fstatx((int) arguments[0], (MemorySegment) arguments[2]);
                    }
                    default -> method.invoke(LINUX, arguments);
                });
        try (Descriptor root = Descriptor.ofDirectory(odd, folder)) {
            assertThat(root.nextEntries())
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.name()).isEqualTo(name));
            assertThat(root.nextEntries()).isEmpty();
        }
        assertThat(looked).containsExactly("\u6f22".repeat(255));
    }

    @Test
    void aRootThatIsNotThereIsRefused() {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> Descriptor.ofDirectory(LINUX, folder.resolve("nothing")))
                .satisfies(failure -> assertThat(failure.errno()).isEqualTo(Errno.ENOENT));
    }

    @Test
    void aDirectoryCannotBeRead() throws ErrnoException {
        try (Descriptor root = Descriptor.ofDirectory(LINUX, folder);
                Descriptor directory = root.openBeneath(name("."));
                Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(10);
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> directory.read(target, 10, 0))
                    .satisfies(failure -> assertThat(failure.errno()).isEqualTo(Errno.EISDIR));
        }
    }

    @Test
    void closingAgainClosesNobodyElsesFile() throws IOException, ErrnoException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        Descriptor first = Descriptor.ofDirectory(LINUX, folder);
        first.close();
        // The number is free now: the next file takes it.
        try (Descriptor root = Descriptor.ofDirectory(LINUX, folder)) {
            first.close();
            assertThat(root.status().isDirectory()).isTrue();
        }
        assertThat(file).exists();
    }

    @Test
    void aPipeIsMadeWiderAndNeverNarrower() throws Exception {
        try (Descriptor root = Descriptor.ofDirectory(LINUX, folder);
                Descriptor pipe = pipe(root)) {
            assertThat(Descriptor.widenPipe(LINUX, pipe.number(), 100_000)).isEqualTo(128 * 1024);
            assertThat(Descriptor.widenPipe(LINUX, pipe.number(), 4_096)).isEqualTo(128 * 1024);
            assertThat(LINUX.fcntl(pipe.number(), LinuxFiles.F_GETPIPE_SZ, 0)).isEqualTo(128 * 1024);
        }
    }

    @Test
    void aPipeThatTheKernelDoesNotWidenStaysAsItIs() {
        LinuxFiles full = (LinuxFiles) Proxy.newProxyInstance(
                LinuxFiles.class.getClassLoader(),
                new Class<?>[] {LinuxFiles.class},
                (_, _, arguments) ->
                        (int) arguments[1] == LinuxFiles.F_GETPIPE_SZ ? 8_192L : (long) -Errno.EPERM.number());
        assertThat(Descriptor.widenPipe(full, 1, 100_000)).isEqualTo(8_192);
    }

    @Test
    void whatIsNoPipeIsNotWidened() throws Exception {
        Files.writeString(folder.resolve("file"), "content");
        try (Descriptor root = Descriptor.ofDirectory(LINUX, folder);
                Descriptor file = root.openBeneath(name("file"))) {
            assertThat(Descriptor.widenPipe(LINUX, file.number(), 100_000)).isZero();
        }
    }

    private Descriptor pipe(Descriptor root) throws Exception {
        TempFiles.pipe(folder, "pipe");
        return root.openBeneath(name("pipe"));
    }

    private static byte[] name(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
