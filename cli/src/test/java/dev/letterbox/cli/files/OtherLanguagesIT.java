package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.OpenFolder;
import dev.letterbox.testkit.PeerLanguage;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs under {@code peers}, in other languages and word sizes, exchange files with ours in both directions. */
final class OtherLanguagesIT {
    private static final List<Long> SIZES = List.of(0L, 1L, 4_096L, 8_193L, 1_000_003L);

    /** Too long for compact. */
    private static final String LONG_NAME = "./".repeat(126) + "8193.bin";

    @TempDir
    private static Path folder;

    private static RunningServer ours;

    @BeforeAll
    static void startServer() {
        SIZES.forEach(size -> TempFiles.file(folder, size));
        ours = RunningServer.start(folder);
    }

    @AfterAll
    static void stopServer() {
        ours.close();
    }

    static Stream<Arguments> languagesAndDialects() {
        return Arrays.stream(PeerLanguage.values())
                .flatMap(language ->
                        Arrays.stream(ClassicDialect.values()).map(dialect -> Arguments.of(language, dialect)));
    }

    @ParameterizedTest
    @MethodSource("languagesAndDialects")
    void aClientFetchesFilesOfAnySizeFromOurServer(PeerLanguage language, ClassicDialect dialect, @TempDir Path copies)
            throws IOException {
        language.assumeInstalled();
        for (long size : SIZES) {
            Path copy = copies.resolve(size + ".copy");
            language.client(name(dialect), ours.key().toString(), size + ".bin")
                    .outTo(copy)
                    .run()
                    .expect(0);
            assertWhole(copy, size);
        }
    }

    @ParameterizedTest
    @MethodSource("languagesAndDialects")
    void aClientIsToldWhyThereIsNoFile(PeerLanguage language, ClassicDialect dialect) {
        language.assumeInstalled();
        Finished refused = language.client(name(dialect), ours.key().toString(), "missing")
                .run()
                .expect(1);
        assertThat(refused.err()).isEqualTo("Cannot open 'missing': No such file or directory\n");
    }

    /** As in {@code client … | head}. */
    @ParameterizedTest
    @EnumSource
    void aClientWhoseReaderLeavesLeavesNoQueue(PeerLanguage language) {
        language.assumeInstalled();
        Command client = language.client("compact", ours.key().toString(), "1000003.bin");
        List<String> piped = new ArrayList<>(List.of("sh", "-c", "\"$@\" | head -c 10", "sh"));
        piped.addAll(client.words());
        assertThat(Command.of(piped).run().expect(0).out()).hasSize(10);
        // Where head has ended before the client, sh still waits for both.
        assertThat(privateQueues()).isEmpty();
    }

    /** As by Ctrl-C, and when a terminal is closed. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = "COBOL") // GnuCOBOL ends without running any more of the program
    void aSignalLeavesNoQueueOfAClientOrServer(PeerLanguage language) {
        language.assumeInstalled();
        for (String signal : List.of("HUP", "INT", "TERM")) {
            Key key = Key.free();
            try (ChildProcess server = start(language, ClassicDialect.COMPACT, key)) {
                server.signal(signal);
                server.exit();
            }
            assertThat(IpcTable.now().queues()).as("after %s", signal).noneMatch(queue -> queue.key() == key.value());
            try (OwnedQueue silent = OwnedQueue.create(key, Mode.of(0_622));
                    ChildProcess client =
                            language.client("compact", key.toString(), "1.bin").start()) {
                Await.until("it has sent its request", () -> silent.status().messages() == 1);
                client.signal(signal);
                client.exit();
            }
            assertThat(privateQueues()).as("after %s", signal).isEmpty();
        }
    }

    private static List<IpcTable.Queue> privateQueues() {
        return IpcTable.now().queues().stream()
                .filter(queue -> queue.key() == 0)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("languagesAndDialects")
    void ourClientFetchesFilesOfAnySize(PeerLanguage language, ClassicDialect dialect, @TempDir Path copies)
            throws Exception {
        language.assumeInstalled();
        Key key = Key.free();
        try (ChildProcess _ = start(language, dialect, key);
                FileClient client = FileClient.connect(new QueueTransport(key), Deadline.PATIENCE)) {
            assertThat(client.isSession()).isFalse();
            for (long size : SIZES) {
                assertWhole(fetched(client, size, copies), size);
            }
            assertThatThrownBy(() -> client.get("missing", _ -> {}))
                    .isInstanceOf(RequestRefusedException.class)
                    .hasMessageContaining("missing");
        } finally {
            end(key);
        }
    }

    @ParameterizedTest
    @MethodSource("languagesAndDialects")
    void theCommandFetchesAFile(PeerLanguage language, ClassicDialect dialect, @TempDir Path copies)
            throws IOException {
        language.assumeInstalled();
        Key key = Key.free();
        Path copy = copies.resolve("copy");
        try (ChildProcess _ = start(language, dialect, key)) {
            Letterbox.program("get", "1000003.bin", "-o", copy.toString(), "--key", key.toString())
                    .run()
                    .expect(0);
            assertWhole(copy, 1_000_003);
        } finally {
            end(key);
        }
    }

    @Test
    void aNameFilledUpWithSpacesIsAnsweredWithWhatIsExpected() {
        PeerLanguage.COBOL.assumeInstalled();
        Finished refused = PeerLanguage.COBOL
                .command("compact", "client", ours.key().toString(), "1.bin", "spaces")
                .run()
                .expect(1);
        assertThat(refused.err()).contains("NUL").contains("260 or 264").contains("4100");
    }

    /** It would wait for its patience otherwise: nothing wakes the client of a classic server. */
    @Test
    void aServerThatEndsBeforeItAnswersIsNotWaitedFor() {
        Key key = Key.free();
        try (ChildProcess server = start(PeerLanguage.C, ClassicDialect.COMPACT, key)) {
            server.signal("STOP");
            try (ChildProcess get = Letterbox.program(
                            "get", "1.bin", "--key", key.toString(), "--timeout", "1h", "--retry", "0")
                    .start()) {
                get.proc().awaitAsleepIn(Syscall.MSGRCV);
                MessageQueue.open(key).remove();
                assertThat(get.exit().expect(1).err())
                        .isEqualTo("letterbox: The server has exited: its queue was removed before it answered.\n");
            }
        }
    }

    /** A compact server of 32 bits has room for 260 bytes, and one of 64 bits for 264: tlpi's 4100 end both. */
    @ParameterizedTest
    @EnumSource(names = {"C", "C_32_BITS"})
    void aLongNameEndsNoCompactServer(PeerLanguage language, @TempDir Path copies) throws IOException {
        language.assumeInstalled();
        Key key = Key.free();
        Path copy = copies.resolve("copy");
        try (ChildProcess _ = start(language, ClassicDialect.COMPACT, key)) {
            assertThat(Letterbox.program("get", LONG_NAME, "--key", key.toString())
                            .run()
                            .expect(2)
                            .err())
                    .startsWith(
                            "letterbox: A name of " + LONG_NAME.length() + " bytes is too long for a classic server")
                    .contains("If this one speaks tlpi, choose it: --dialect tlpi");
            Letterbox.program("get", "8193.bin", "-o", copy.toString(), "--key", key.toString())
                    .run()
                    .expect(0);
            assertWhole(copy, 8_193);
        } finally {
            end(key);
        }
    }

    @Test
    void aLongNameIsFetchedInTheDialectTlpi(@TempDir Path copies) throws IOException {
        Key key = Key.free();
        Path copy = copies.resolve("copy");
        try (ChildProcess _ = start(PeerLanguage.C, ClassicDialect.TLPI, key)) {
            Letterbox.program("get", LONG_NAME, "-o", copy.toString(), "--key", key.toString(), "--dialect", "tlpi")
                    .run()
                    .expect(0);
            assertWhole(copy, 8_193);
        } finally {
            end(key);
        }
    }

    @Test
    void aFailureThatDoesNotNameTheFileIsShownWithItsName() {
        Key key = Key.free();
        try (ChildProcess _ = start(PeerLanguage.C, ClassicDialect.TLPI, key)) {
            assertThat(Letterbox.program("get", "missing", "--key", key.toString())
                            .run()
                            .expect(1)
                            .err())
                    .isEqualTo("letterbox: 'missing': Couldn't open\n");
        } finally {
            end(key);
        }
    }

    /** The client's queue has mode 0620, so a server of another user and group may not answer there. */
    @Test
    void aServerSaysWhyItMayNotAnswer() {
        Key key = Key.free();
        try (OpenFolder open = OpenFolder.create();
                RunningServer server = RunningServer.start(
                        Letterbox.programForAll(RunningServer.arguments(open.path(), key))
                                .asUser(Privileges.NOBODY),
                        key)) {
            try (ChildProcess client =
                    PeerLanguage.C.client("compact", key.toString(), "missing").start()) {
                server.awaitLog(
                        "DENIED \\(queue \\d+ of uid 0 has mode 0620: only uid 0 and gid 0 may send to it, and this"
                                + " server has uid 65534\\)");
                client.signal("TERM");
                client.exit();
            }
        }
    }

    @Test
    void aServerThatMayNotAnswerIsNamedToItsClient() {
        Privileges.assumeOtherUsers();
        Key key = Key.free();
        try (OpenFolder open = OpenFolder.create();
                ChildProcess server = Command.of(Peers.programForAll("tlpi-server"), "-k", key.toString())
                        .inDirectory(open.path())
                        .asUser(Privileges.NOBODY)
                        .start()) {
            server.awaitLine("ready");
            MessageQueue.open(key).setOwner(4711, 4711);
            assertThat(Letterbox.program("get", "1.bin", "--key", key.toString(), "--timeout", "1s")
                            .run()
                            .expect(1)
                            .err())
                    .contains("process " + server.pid() + ", tlpi-server, of uid 65534; it is not permitted to answer")
                    .contains("only uid 4711 and uid 0 may send to this client's private queue");
        } finally {
            end(key);
        }
    }

    private static ChildProcess start(PeerLanguage language, ClassicDialect dialect, Key key) {
        ChildProcess server = language.server(name(dialect), key.toString())
                .inDirectory(folder)
                .start();
        server.awaitLine("ready");
        return server;
    }

    /** A server that was killed has left its queue. */
    private static void end(Key key) {
        MessageQueues.list().stream()
                .filter(queue -> queue.keyValue() == key.value())
                .forEach(queue -> MessageQueue.ofId(queue.id()).remove());
    }

    private static Path fetched(FileClient client, long size, Path copies) throws Exception {
        Path copy = copies.resolve(size + ".copy");
        try (var to = Files.newByteChannel(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long bytes = client.get(size + ".bin", piece -> {
                while (piece.hasRemaining()) {
                    to.write(piece);
                }
            });
            assertThat(bytes).isEqualTo(size);
        }
        return copy;
    }

    private static String name(ClassicDialect dialect) {
        return dialect.name().toLowerCase(Locale.ROOT);
    }

    private static void assertWhole(Path copy, long size) throws IOException {
        // AssertJ compares one byte at a time.
        assertThat(Files.mismatch(copy, folder.resolve(size + ".bin")))
                .as("the place of the first difference")
                .isEqualTo(-1);
    }
}
