package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.OpenFolder;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be had by a name, what cannot, and what is said then. */
final class FileServiceTest {
    @TempDir
    private Path folder;

    private Path served;
    private ServedRoot root;

    @BeforeEach
    void serve() throws IOException {
        served = Files.createDirectories(folder.resolve("served"));
        Files.createDirectories(served.resolve("etc"));
        Files.writeString(served.resolve("etc/passwd"), "not the real one");
        Files.writeString(folder.resolve("secret"), "outside");
        root = ServedRoot.open(served);
    }

    @AfterEach
    void close() {
        root.close();
    }

    private static Request request(byte[] name) {
        return Request.of(Caller.ofUser(0, 0), FileRequest.get(name).encode());
    }

    private static Request request(String name) {
        return request(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(Content content) throws ServiceException, IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MemorySegment target = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(5));
        try (content) {
            for (int length = content.read(target, 5); length >= 0; length = content.read(target, 5)) {
                bytes.writeBytes(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private String read(String name) throws ServiceException, IOException {
        return read(new FileService(root).open(request(name)));
    }

    private static void assertRefused(ServedRoot root, String name, String reason) {
        int descriptors = Proc.self().descriptorCount();
        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> read(new FileService(root).open(request(name))))
                .withMessage("Cannot open '%s': %s", name, reason);
        assertThat(Proc.self().descriptorCount()).isEqualTo(descriptors);
    }

    private void assertRefused(String name, String reason) {
        assertRefused(root, name, reason);
    }

    /** What there are too many open files for now can be had later, of this process or of the whole machine. */
    @ParameterizedTest
    @EnumSource(names = {"EMFILE", "ENFILE"})
    void whereTooManyFilesAreOpenTheServerIsBusy(Errno tooMany) {
        Rights rights = new Rights(
                true,
                (_, _) -> {
                    throw new ErrnoException("openat2", tooMany);
                },
                System::nanoTime);
        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> new FileService(root, rights).open(request("etc/passwd")))
                .satisfies(refused -> assertThat(refused.kind()).isEqualTo(FailureKind.BUSY));
    }

    /** As a client asks that has a part already. */
    @ParameterizedTest
    @CsvSource({
        "0, 9223372036854775807, not the real one",
        "0, 3, not",
        "4, 9223372036854775807, the real one",
        "4, 3, the",
        "15, 2, e",
        "16, 9223372036854775807, ''",
        "4, 0, ''"
    })
    void aPartOfAFileIsWhatIsThereOfIt(long offset, long length, String part) throws ServiceException, IOException {
        try (Content content = new FileService(root).open(range(offset, length))) {
            assertThat(content.size()).hasValue(part.length());
        }
        assertThat(read(new FileService(root).open(range(offset, length)))).isEqualTo(part);
    }

    @Test
    void aPartBeyondTheEndOfAFileIsRefused() {
        int descriptors = Proc.self().descriptorCount();
        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> new FileService(root).open(range(17, 1)))
                .withMessage("Cannot read 'etc/passwd': it has 16 bytes, but byte 17 was requested");
        assertThat(Proc.self().descriptorCount()).isEqualTo(descriptors);
    }

    /** It takes minutes for a long file, so it is done step by step. */
    @Test
    void aPartIsSentOnlyIfWhatTheClientHasIsTheBeginningOfTheFile() throws ServiceException, IOException {
        byte[] file = new byte[200_000];
        new Random(7).nextBytes(file);
        Files.write(served.resolve("long"), file);
        CRC32C checksum = new CRC32C();
        checksum.update(file, 0, 150_000);
        int right = (int) checksum.getValue();
        try (Content content = new FileService(root).open(resume(150_000, right))) {
            int steps = 1;
            while (!content.prepare()) {
                steps++;
            }
            assertThat(steps).isEqualTo(3);
            assertThat(content.size()).hasValue(50_000);
        }
        for (Request other : List.of(resume(150_000, right + 1), resume(149_999, right))) {
            try (Content content = new FileService(root).open(other)) {
                assertThat(content.prepare()).isFalse();
                assertThat(content.prepare()).isFalse();
                assertThatExceptionOfType(ServiceException.class)
                        .isThrownBy(content::prepare)
                        .withMessageEndingWith("bytes are not those that the client has: fetch all of it again");
            }
        }
        Files.write(served.resolve("long"), new byte[150_000]);
        try (Content content = new FileService(root).open(resume(150_000, right))) {
            Files.write(served.resolve("long"), new byte[1_000]);
            assertThatExceptionOfType(ServiceException.class)
                    .isThrownBy(content::prepare)
                    .withMessageEndingWith("it shrank from 150000 to 1000 bytes while it was read");
        }
    }

    private static Request resume(long offset, int checksum) {
        byte[] name = "long".getBytes(StandardCharsets.UTF_8);
        return Request.of(
                Caller.ofUser(0, 0),
                new FileRequest(FileRequest.Operation.GET, name, offset, FileRequest.TO_THE_END, checksum).encode());
    }

    private static Request range(long offset, long length) {
        byte[] name = "etc/passwd".getBytes(StandardCharsets.UTF_8);
        return Request.of(
                Caller.ofUser(0, 0), new FileRequest(FileRequest.Operation.GET, name, offset, length, null).encode());
    }

    /** A user who may not be acted for gets nothing, and learns nothing of what is there. */
    @ParameterizedTest
    @EnumSource
    void everyOperationIsDoneWithTheRightsOfTheCaller(FileRequest.Operation operation) {
        Rights rights = new Rights(
                true,
                (_, _) -> {
                    throw new ErrnoException("setfsuid", Errno.EACCES);
                },
                System::nanoTime);
        FileRequest wanted =
                new FileRequest(operation, "etc".getBytes(StandardCharsets.UTF_8), 0, FileRequest.TO_THE_END, null);
        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> new FileService(root, rights)
                        .open(Request.of(Caller.ofUser(5, 6), wanted.encode()))
                        .close())
                .withMessageEndingWith("'etc': Permission denied");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "etc/passwd",
                "/etc/passwd",
                "//etc//passwd",
                "./etc/./passwd",
                "etc/../etc/passwd",
                "../../../../../etc/passwd",
                "/../../../../../etc/passwd",
                "etc/../../../../../etc/passwd"
            })
    void everyNameOfAFileInTheServedDirectoryIsLookedUpThere(String name) throws ServiceException, IOException {
        assertThat(read(name)).isEqualTo("not the real one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../../../../../../../etc/passwd", "etc/../../etc/passwd"})
    void aLinkThatLeadsOutsideStaysInside(String target) throws IOException, ServiceException {
        Files.createSymbolicLink(served.resolve("link"), Path.of(target));

        assertThat(read("link")).isEqualTo("not the real one");
    }

    @Test
    void aFileOutsideIsReachedByNoName() throws IOException {
        Files.createSymbolicLink(served.resolve("absolute"), folder.resolve("secret"));
        Files.createSymbolicLink(served.resolve("relative"), Path.of("../secret"));
        Files.createSymbolicLink(served.resolve("directory"), folder);

        assertRefused("../secret", "No such file or directory");
        assertRefused(folder.resolve("secret").toString(), "No such file or directory");
        assertRefused("absolute", "No such file or directory");
        assertRefused("relative", "No such file or directory");
        assertRefused("directory/secret", "No such file or directory");
    }

    @Test
    void theDoorsOfProcStayShut() throws IOException {
        try (ServedRoot proc = ServedRoot.open(Path.of("/proc"))) {
            assertRefused(proc, "self/root/etc/passwd", "Too many levels of symbolic links");
            assertRefused(proc, "self/fd/0", "Too many levels of symbolic links");
            assertRefused(proc, "self/exe", "Too many levels of symbolic links");
        }
    }

    @Test
    void aNameOfNothingIsRefused() {
        assertRefused("missing", "No such file or directory");
        assertRefused("", "No such file or directory");
        assertRefused("etc/passwd/", "Not a directory");
        assertRefused("etc/passwd/x", "Not a directory");
        assertRefused("n".repeat(256), "File name too long");
    }

    @Test
    void whatIsNoRegularFileIsRefused() throws IOException {
        TempFiles.pipe(served, "fifo");
        Files.createSymbolicLink(served.resolve("loop"), Path.of("loop"));

        assertRefused("etc", "Is a directory");
        assertRefused(".", "Is a directory");
        assertRefused("/", "Is a directory");
        assertRefused("..", "Is a directory");
        assertRefused("fifo", "Not a regular file");
        assertRefused("loop", "Too many levels of symbolic links");
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(served.resolve("socket")));
            assertRefused("socket", "No such device or address");
        }
        try (ServedRoot devices = ServedRoot.open(Path.of("/dev"))) {
            assertRefused(devices, "null", "Not a regular file");
            assertRefused(devices, "zero", "Not a regular file");
        }
    }

    @Test
    void aFileThatTheServersUserMayNotReadIsRefused() throws IOException {
        try (OpenFolder open = OpenFolder.create()) {
            Path file = Files.writeString(open.path().resolve("private"), "secret");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

            assertThat(JavaProcess.running(Opener.class)
                            .readableByAll()
                            .command(open.path().toString(), "private")
                            .asUser(Privileges.NOBODY)
                            .run()
                            .expect(0)
                            .text())
                    .isEqualTo("Cannot open 'private': Permission denied");
        }
    }

    /** Opens a file as another user, and says what it is told. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] directoryAndName) throws IOException {
            try (ServedRoot root = ServedRoot.open(Path.of(directoryAndName[0]))) {
                System.out.print(read(new FileService(root).open(request(directoryAndName[1]))));
            } catch (ServiceException refused) {
                System.out.print(refused.getMessage());
            }
        }
    }

    @Test
    void aNameIsBytesOfAnyEncoding() throws ServiceException, IOException {
        // Latin-1, and no UTF-8.
        Command.of("sh", "-c", "printf inside >\"$(printf 'gr\\374n')\"")
                .inDirectory(served)
                .run()
                .expect(0);
        byte[] name = {'g', 'r', (byte) 0xfc, 'n'};

        assertThat(read(new FileService(root).open(request(name)))).isEqualTo("inside");
        assertThat(new FileService(root).describe(request(name))).isEqualTo("get 'gr\ufffdn'");
    }

    @Test
    void aNameForgesNoLineOfTheLogAndMovesNoCursor() {
        assertThat(new FileService(root).describe(request("a'\n2026-01-01 \u001b[2J")))
                .isEqualTo("get 'a'\\u000a2026-01-01 \\u001b[2J'");
        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> new FileService(root).open(request("\u001b[2J")))
                .withMessage("Cannot open '\\u001b[2J': No such file or directory");
    }

    @Test
    void aFileIsSentAsLongAsItWasWhenItWasOpened() throws IOException, ServiceException {
        Path file = Files.writeString(served.resolve("log"), "one line\n");
        Content content = new FileService(root).open(request("log"));
        Files.writeString(file, "another\n", StandardOpenOption.APPEND);

        assertThat(read(content)).isEqualTo("one line\n");
    }

    @Test
    void aFileThatShrinksIsNeverTakenForWhole() throws IOException, ServiceException {
        Path file = Files.writeString(served.resolve("log"), "0123456789");
        Content content = new FileService(root).open(request("log"));
        Files.writeString(file, "0123");

        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> read(content))
                .withMessage("Cannot read 'log': it shrank from 10 to 4 bytes while it was read");
    }

    @Test
    void aFileThatIsReplacedOrDeletedIsSentAsItWas() throws IOException, ServiceException {
        Path file = Files.writeString(served.resolve("log"), "old");
        Content content = new FileService(root).open(request("log"));
        Files.delete(file);
        Files.writeString(file, "new");

        assertThat(read(content)).isEqualTo("old");
    }

    /** They say that they have 4096 bytes, and have a few. */
    @Test
    void filesWhoseSizeIsTooLargeAreSentAsFarAsTheyGo() throws IOException, ServiceException {
        Path file = Path.of("/sys/kernel/uevent_seqnum");
        assumeTrue(Files.isReadable(file), "This test needs /sys");
        try (ServedRoot sys = ServedRoot.open(Path.of("/sys"))) {
            Content content = new FileService(sys).open(request("kernel/uevent_seqnum"));
            assertThat(content.size()).isEmpty();
            assertThat(read(content)).matches("\\d+\\n");
        }
    }

    /** A file of holes alone takes no block either. */
    @Test
    void aFileOfHolesThatShrinksIsNotTakenForWhole() throws IOException, ServiceException {
        Path file = served.resolve("holes");
        try (RandomAccessFile holes = new RandomAccessFile(file.toFile(), "rw")) {
            holes.setLength(100_000);
            Content content = new FileService(root).open(request("holes"));
            holes.setLength(10);
            assertThatExceptionOfType(ServiceException.class)
                    .isThrownBy(() -> read(content))
                    .withMessage("Cannot read 'holes': it shrank from 100000 to 10 bytes while it was read");
            assertThat(read(new FileService(root).open(request("holes")))).hasSize(10);
        }
    }

    /** They say that they are empty, and are not. */
    @Test
    void theKernelsOwnFilesHaveContent() throws IOException, ServiceException {
        try (ServedRoot proc = ServedRoot.open(Path.of("/proc"))) {
            assertThat(read(new FileService(proc).open(request("version")))).startsWith("Linux version ");
        }
    }

    @Test
    void aDirectoryThatIsRenamedIsServedOn() throws IOException, ServiceException {
        Files.move(served, folder.resolve("renamed"));

        assertThat(read("etc/passwd")).isEqualTo("not the real one");
    }

    /** The kernel refuses a name with ".." while anybody renames anything; a moment later it does not. */
    @Test
    void aFileIsFoundWhileOthersRenameDirectories() throws IOException, ServiceException {
        Path busy = Files.createDirectory(folder.resolve("busy"));
        AtomicInteger renames = new AtomicInteger();
        try (Background<Boolean> renamer = Background.start("renamer", () -> rename(busy, renames))) {
            Await.until("it renames", () -> renames.get() > 0);
            for (int times = 0; times < 5_000; times++) {
                assertThat(read("etc/../etc/passwd")).isEqualTo("not the real one");
            }
            renamer.interrupt();
            assertThat(renamer.result()).isTrue();
        }
    }

    private static boolean rename(Path directory, AtomicInteger times) throws IOException {
        Path other = directory.resolveSibling("other");
        while (!Thread.currentThread().isInterrupted()) {
            Files.move(directory, other);
            Files.move(other, directory);
            times.incrementAndGet();
        }
        return true;
    }

    @Test
    void onlyADirectoryCanBeServed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> ServedRoot.open(file))
                .withMessage("%s: Not a directory", file);
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> ServedRoot.open(folder.resolve("missing")))
                .withMessage("%s: No such file or directory", folder.resolve("missing"));
    }

    /** A descriptor that stays open for each request ends a server after some thousands. */
    @Test
    void nothingThatIsAskedLeavesADescriptorOpen() throws ServiceException, IOException {
        FileService service = new FileService(root);
        int before = Proc.self().descriptorCount();
        for (String name : new String[] {"etc/passwd", "etc", "nothing"}) {
            for (FileRequest.Operation operation : FileRequest.Operation.values()) {
                FileRequest wanted = new FileRequest(
                        operation, name.getBytes(StandardCharsets.UTF_8), 0, FileRequest.TO_THE_END, null);
                try {
                    read(service.open(Request.of(Caller.ofUser(0, 0), wanted.encode())));
                } catch (ServiceException refused) {
                    assertThat(refused).hasMessageStartingWith("Cannot ");
                }
                assertThat(Proc.self().descriptorCount())
                        .as("%s %s", operation, name)
                        .isEqualTo(before);
            }
        }
    }
}
