package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.cli.Signals;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code letterbox get} leaves behind: the whole file or none, and never a queue. */
final class GetIT {
    /** More than a pipe holds, and a private queue. */
    private static final int LARGE = 1 << 20;

    /** Without the option it waits for so long. */
    private static final Duration UNASKED_PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private static Path served;

    private static RunningServer server;

    @TempDir
    private Path folder;

    private Path target;
    private List<Integer> queues;

    @BeforeAll
    static void serve() throws IOException {
        Files.writeString(served.resolve("note"), "all is well\n");
        Files.writeString(served.resolve("@note"), "at last\n");
        TempFiles.file(served, "large", LARGE);
        server = RunningServer.start(served, "--quiet");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void look() {
        target = folder.resolve("target");
        queues = queueIds();
    }

    @AfterEach
    void noQueueIsLeft() {
        assertThat(queueIds()).containsExactlyElementsOf(queues);
    }

    private static List<Integer> queueIds() {
        return IpcTable.now().queues().stream().map(IpcTable.Queue::id).toList();
    }

    private static String[] arguments(String key, String name, String... options) {
        List<String> arguments = new ArrayList<>(List.of("get", "--key", key));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--", name));
        return arguments.toArray(String[]::new);
    }

    private static Command getFrom(String key, String name, String... options) {
        return Letterbox.program(arguments(key, name, options));
    }

    private static Command get(String name, String... options) {
        return getFrom(server.key().toString(), name, options);
    }

    /** Within this process: for what goes to a file. */
    private Letterbox.Ended getHere(String name, Path to) {
        return Letterbox.run(arguments(server.key().toString(), name, "-o", to.toString()));
    }

    private void assertFetchedHere(Path to) {
        assertThat(getHere("note", to)).isEqualTo(new Letterbox.Ended(0, "", ""));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    // Where it goes.

    @Test
    void anOutputThatCannotBeWrittenIsNamed() {
        assertThat(getHere("note", Path.of("/dev/full")))
                .isEqualTo(
                        new Letterbox.Ended(1, "", "letterbox: Cannot write to /dev/full: No space left on device.\n"));
    }

    @Test
    void anInvalidNameIsRejected() throws IOException {
        Path tooLong = folder.resolve("n".repeat(256));
        assertThat(getHere("note", tooLong))
                .isEqualTo(new Letterbox.Ended(1, "", "letterbox: " + tooLong + ": File name too long\n"));
        assertThat(files()).isEmpty();
    }

    @Test
    void withoutAnOutputFileOnlyTheContentGoesToStandardOutput() {
        Finished ended = get("large").run().expect(0);

        assertThat(ended.out()).isEqualTo(TempFiles.bytes(LARGE));
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void aHyphenIsStandardOutput() {
        assertThat(get("note", "-o", "-").inDirectory(folder).run().expect(0).text())
                .isEqualTo("all is well\n");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aReaderThatClosesThePipeEndsTheTransfer() throws IOException {
        Path pipe = makePipe();
        try (Background<Integer> reader = Background.start("reader", () -> {
            try (InputStream in = Files.newInputStream(pipe)) {
                return in.read();
            }
        })) {
            Finished ended = get("large").outTo(pipe).run().expect(1);

            assertThat(reader.result()).isNotNegative();
            assertThat(ended.err()).isEqualTo("letterbox: Cannot write to standard output: Broken pipe.\n");
        }
    }

    private Path makePipe() {
        return TempFiles.pipe(folder, "pipe");
    }

    @Test
    void aFileAppearsComplete() throws IOException {
        assertThat(getHere("large", target).status()).isZero();

        assertThat(target).hasSameBinaryContentAs(served.resolve("large"));
        assertThat(files()).containsExactly(target);
    }

    @Test
    void anExistingFileIsReplacedAndItsPermissionsAreKept() throws IOException {
        Files.writeString(target, "old");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertFetchedHere(target);

        assertThat(target).hasContent("all is well\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-rw-rw-");
        assertThat(files()).containsExactly(target);
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Files.createSymbolicLink(target, Path.of("file"));
        assertFetchedHere(target);

        assertThat(target).isSymbolicLink();
        assertThat(file).hasContent("all is well\n");
    }

    @Test
    void aLinkToNothingStaysALinkAndItsFileIsMade() throws IOException {
        Files.createSymbolicLink(target, Path.of("nothing"));
        assertFetchedHere(target);

        assertThat(target).isSymbolicLink().hasContent("all is well\n");
        assertThat(files()).containsExactlyInAnyOrder(target, folder.resolve("nothing"));
    }

    @Test
    void aFileNameMayHaveTheGreatestLength() throws IOException {
        Path longest = folder.resolve("n".repeat(255));
        assertFetchedHere(longest);

        assertThat(files()).containsExactly(longest);
    }

    @Test
    void aDeviceIsWrittenToDirectly() throws IOException {
        assertFetchedHere(Path.of("/dev/null"));

        assertThat(Files.readAttributes(Path.of("/dev/null"), "*", LinkOption.NOFOLLOW_LINKS))
                .containsEntry("isOther", true);
    }

    @Test
    void aPipeIsWrittenToDirectly() throws IOException {
        Path pipe = makePipe();
        try (Background<byte[]> reader = Background.start("reader", () -> Files.readAllBytes(pipe))) {
            assertFetchedHere(pipe);

            assertThat(reader.result()).asString().isEqualTo("all is well\n");
        }
        assertThat(files()).containsExactly(pipe);
    }

    @Test
    void anUnusableOutputIsReportedBeforeTheTransfer() throws IOException {
        Letterbox.Ended nowhere = getHere("note", folder.resolve("missing/target"));

        assertThat(nowhere.status()).isEqualTo(1);
        assertThat(nowhere.err())
                .isEqualTo("letterbox: %s: No such directory\n".formatted(folder.resolve("missing/target")));
        assertThat(files()).isEmpty();
    }

    /** As cp would not need it, it is said what the directory is needed for. */
    @Test
    void aDirectoryThatCannotBeWrittenIsNamed() throws IOException {
        try (RunningServer all = RunningServer.start(served, "--quiet", "--access", "all")) {
            Files.setPosixFilePermissions(
                    Files.writeString(target, "old"), PosixFilePermissions.fromString("rw-rw-rw-"));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            String[] words = arguments(all.key().toString(), "note", "-o", target.toString());
            assertThat(Letterbox.programForAll(words)
                            .asUser(Privileges.NOBODY)
                            .run()
                            .expect(1)
                            .err())
                    .isEqualTo(
                            "letterbox: %s: the directory %s cannot be written: Permission denied. The file is written under another name and then renamed, so that it is replaced as a whole or not at all\n"
                                    .formatted(target, folder));
        }
        assertThat(target).hasContent("old");
    }

    @Test
    void aNameIsSentUnchanged() {
        assertThat(getHere("@note", target).status()).isZero();

        assertThat(target).hasContent("at last\n");
    }

    // When there is nothing to have.

    @Test
    void aRefusalShowsTheServersTextAndLeavesNoFile() throws IOException {
        Letterbox.Ended ended = getHere("missing", target);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("letterbox: Cannot open 'missing': No such file or directory\n");
        assertThat(files()).isEmpty();
    }

    @Test
    void aTemporaryFileExistsOnlyDuringTheTransfer() throws IOException {
        Files.writeString(target, "old");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
        try (FakeServer fake = new FakeServer();
                ChildProcess get =
                        getFrom(fake.key(), "name", "-o", target.toString()).start()) {
            int client = fake.awaitRequest();
            fake.answer(client, 2, "-s", "half of it");

            Await.value("there is a file beside it", this::files, files -> files.size() == 2);
            assertThat(target).hasContent("old");
            assertThat(files())
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
            fake.answer(client, 1, "-s", "The disk is on fire");
            assertThat(get.exit().expect(1).err()).isEqualTo("letterbox: 'name': The disk is on fire\n");
        }
        assertThat(target).hasContent("old");
        assertThat(files()).containsExactly(target);
    }

    @Test
    void anInvalidResponseLeavesNoFile() throws IOException {
        try (FakeServer fake = new FakeServer();
                ChildProcess get =
                        getFrom(fake.key(), "name", "-o", target.toString()).start()) {
            int client = fake.awaitRequest();
            fake.answer(client, 2, "-s", "half of it");
            fake.answer(client, 4, "-z", "5");

            assertThat(get.exit().expect(1).err())
                    .startsWith("letterbox: ")
                    .contains("type 4, 5 bytes")
                    .hasLineCount(1);
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void anEndOfOneByteIsAnEnd() {
        try (FakeServer fake = new FakeServer();
                ChildProcess get =
                        getFrom(fake.key(), "name", "--dialect", "tlpi").start()) {
            int client = fake.awaitRequest();
            fake.answer(client, 2, "-s", "all of it");
            fake.answer(client, 3, "-z", "1");

            assertThat(get.exit().expect(0).text()).isEqualTo("all of it");
        }
    }

    @Test
    void aSilentServerIsGivenUpAfterTheTimeout() throws IOException {
        try (FakeServer fake = new FakeServer()) {
            long start = System.nanoTime();
            Letterbox.Ended ended =
                    Letterbox.run(arguments(fake.key(), "name", "-o", target.toString(), "--timeout", "300ms"));

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err())
                    .startsWith("letterbox: The server sent nothing for 0.3 s after the greeting.")
                    .contains("queue %d (key %s)".formatted(fake.queueId(), fake.key()))
                    .hasLineCount(1);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(300), UNASKED_PATIENCE);
        }
        assertThat(files()).isEmpty();
    }

    /** Its queue is there, and nobody takes from it. */
    @Test
    void aServerThatWasKilledIsNotWaitedFor() {
        try (RunningServer killed = RunningServer.start(served, "--quiet")) {
            killed.process().kill();
            killed.process().exit();
            String key = killed.key().toString();
            for (String[] words : new String[][] {
                {"get", "name", "--retry", "0"},
                {"get", "name", "--dialect", "tlpi", "--retry", "0"},
                {"ls"},
                {"stat", "name"},
                {"metrics"}
            }) {
                List<String> line = new ArrayList<>(List.of(words));
                line.addAll(List.of("--key", key, "--timeout", "1h"));
                Letterbox.Ended ended = Letterbox.run(line.toArray(String[]::new));
                assertThat(ended.err())
                        .isEqualTo(("letterbox: No server is running on key %s: a killed server left queue %d."
                                        + " Start one: letterbox serve DIR --key %s%n")
                                .formatted(key, killed.queueId(), key));
                assertThat(ended.status()).isEqualTo(1);
                assertThat(ended.out()).isEmpty();
            }
            RunningServer.start(served, killed.key(), "--quiet").close();
        }
    }

    @Test
    void getWaitsForTheServerAfterTheOneThatWasKilled() throws IOException {
        Key own = Key.free();
        try (RunningServer killed = RunningServer.start(served, own, "--quiet")) {
            killed.process().kill();
            killed.process().exit();
        }
        assertGetWaits(own, "a killed server left queue");
    }

    @Test
    void getWaitsForTheFirstServerIfAskedToRetry() throws IOException {
        assertGetWaits(Key.free(), "(msgget: ENOENT)");
    }

    private static void assertGetWaits(Key key, String why) throws IOException {
        try (ChildProcess get = getFrom(key.toString(), "note", "--retry", "99").start()) {
            get.awaitErrLine("letterbox: No server is running on key .*Retrying in 0.2 s");
            try (RunningServer _ = RunningServer.start(served, key, "--quiet")) {
                Finished ended = get.exit().expect(0);
                assertThat(ended.text()).isEqualTo("all is well\n");
                assertThat(ended.err()).contains(why);
            }
        }
    }

    @Test
    void aServerThatRestartsDuringTheGreetingIsGreetedAgain() throws IOException {
        Files.writeString(served.resolve("name"), "all of it");
        try (RunningServer killed = RunningServer.start(served, "--quiet")) {
            killed.process().signal("STOP");
            try (ChildProcess get =
                    getFrom(killed.key().toString(), "name", "--retry", "9").start()) {
                get.proc().awaitAsleepIn(Syscall.MSGRCV);
                killed.process().kill();
                get.awaitErrLine("The server has exited: the greeting will not be answered. Retrying in ");
                try (RunningServer next = RunningServer.start(served, killed.key(), "--quiet")) {
                    assertThat(get.exit().expect(0).text()).isEqualTo("all of it");
                    next.stop();
                }
            }
        }
    }

    @Test
    void aServerKilledDuringATransferIsNoticedAtOnce() throws IOException {
        Path pipe = makePipe();
        try (RunningServer killed = RunningServer.start(served, "--quiet");
                ChildProcess get = getFrom(
                                killed.key().toString(),
                                "large",
                                "-o",
                                pipe.toString(),
                                "--timeout",
                                "1h",
                                "--retry",
                                "0")
                        .start()) {
            try (InputStream in = Files.newInputStream(pipe)) {
                // The rest is yet to come: no pipe holds so much.
                assertThat(in.read()).isNotNegative();
                killed.process().kill();
                killed.process().exit().expect(137);
                assertThat(in.readAllBytes().length).isLessThan(LARGE - 1);
            }
            assertThat(get.exit().expect(1).err())
                    .contains("The server exited before the end of its response")
                    .hasLineCount(1);
            removeWhatWasLeft(killed.key());
        }
    }

    /** A process that is stopped is not woken when the lock is given back, and finds it taken when it continues. */
    @Test
    void getThatWasStoppedWhileItsServerWasReplacedHearsThatItsServerExited() throws IOException {
        Path pipe = makePipe();
        Key own = Key.free();
        try (RunningServer killed = RunningServer.start(served, own, "--quiet");
                ChildProcess get = getFrom(
                                own.toString(), "large", "-o", pipe.toString(), "--timeout", "1h", "--retry", "0")
                        .start();
                InputStream in = Files.newInputStream(pipe)) {
            // The rest is yet to come: no pipe holds so much.
            assertThat(in.read()).isNotNegative();
            get.signal("STOP");
            killed.process().kill();
            killed.process().exit().expect(137);
            try (RunningServer _ = RunningServer.start(served, own, "--quiet")) {
                get.signal("CONT");
                assertThat(in.readAllBytes().length).isLessThan(LARGE - 1);
                assertThat(get.exit().expect(1).err())
                        .contains("The server exited before the end of its response")
                        .hasLineCount(1);
            }
        }
    }

    /** As with Ctrl-Z: the deadline passes in the kernel's queue, where the answer has arrived meanwhile. */
    @Test
    void anAnswerThatArrivesWhileGetIsStoppedForLongerThanItsTimeoutIsRead() throws IOException {
        Files.writeString(served.resolve("name"), "all of it");
        Duration timeout = Duration.ofSeconds(5);
        try (RunningServer own = RunningServer.start(served, "--quiet")) {
            own.process().signal("STOP");
            try (ChildProcess get =
                    getFrom(own.key().toString(), "name", "-t", "5s").start()) {
                get.proc().awaitAsleepIn(Syscall.MSGRCV);
                get.signal("STOP");
                Deadline deadline = Deadline.in(timeout);
                own.process().signal("CONT");
                Await.until(
                        "the answer is in the queue of get",
                        () -> IpcTable.now().queues().stream()
                                .anyMatch(queue -> queue.key() == 0
                                        && queue.lastSender() == own.process().pid()));
                Await.until("the timeout of get has passed", deadline::passed);
                get.signal("CONT");

                assertThat(get.exit().expect(0).text()).isEqualTo("all of it");
            }
        }
    }

    @Test
    void aTransferResumesWhenTheServerRestarts() throws IOException {
        Path pipe = makePipe();
        Key own = Key.free();
        try (RunningServer killed = RunningServer.start(served, own, "--quiet");
                ChildProcess get = getFrom(own.toString(), "large", "-o", pipe.toString(), "--retry", "9")
                        .start()) {
            try (InputStream in = Files.newInputStream(pipe)) {
                byte[] all = new byte[LARGE];
                all[0] = (byte) in.read();
                killed.process().kill();
                killed.process().exit().expect(137);
                try (RunningServer _ = RunningServer.start(served, own, "--quiet")) {
                    assertThat(in.readNBytes(all, 1, LARGE - 1)).isEqualTo(LARGE - 1);
                    assertThat(in.read()).isEqualTo(-1);
                    assertThat(get.exit().expect(0).err())
                            .containsPattern(
                                    "^letterbox: The server exited before the end of its response, after \\d+ bytes\\. Retrying in 0\\.2 s\\.");
                }
                assertThat(all).isEqualTo(Files.readAllBytes(served.resolve("large")));
            }
        }
    }

    /** As in {@code letterbox get f | less}. */
    @Test
    void aReaderThatPausesForLongerThanTheServerWaitsGetsAll() throws IOException {
        Path pipe = makePipe();
        Key own = Key.free();
        try (RunningServer impatient = RunningServer.start(served, own, "--stall-timeout", "300ms");
                ChildProcess get =
                        getFrom(own.toString(), "large", "-o", pipe.toString()).start();
                InputStream in = Files.newInputStream(pipe)) {
            byte[] all = new byte[LARGE];
            all[0] = (byte) in.read();
            impatient.awaitLog("get 'large' .*: STALLED");
            assertThat(in.readNBytes(all, 1, LARGE - 1)).isEqualTo(LARGE - 1);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(get.exit().expect(0).err())
                    .contains("letterbox: The server gave this transfer up because this process did not read it in time"
                            + " (letterbox serve --stall-timeout). Retrying in 0.2 s.");
            assertThat(all).isEqualTo(Files.readAllBytes(served.resolve("large")));
        }
    }

    @Test
    void aTransferDoesNotResumeWithAChangedFile() throws IOException {
        Path pipe = makePipe();
        Key own = Key.free();
        Path directory = Files.createDirectory(folder.resolve("served"));
        TempFiles.file(directory, "large", LARGE);
        try (RunningServer killed = RunningServer.start(directory, own, "--quiet");
                ChildProcess get = getFrom(own.toString(), "large", "-o", pipe.toString(), "--retry", "9")
                        .start();
                InputStream in = Files.newInputStream(pipe)) {
            assertThat(in.read()).isNotNegative();
            killed.process().kill();
            killed.process().exit().expect(137);
            byte[] other = Files.readAllBytes(directory.resolve("large"));
            other[0]++;
            Files.write(directory.resolve("large"), other);
            try (RunningServer _ = RunningServer.start(directory, own, "--quiet")) {
                assertThat(in.readAllBytes().length).isLessThan(LARGE - 1);
                assertThat(get.exit().expect(1).err()).contains("fetch all of it again");
            }
        }
    }

    /** Takes over the queue of a server that was killed, and closes it. */
    private static void removeWhatWasLeft(Key key) {
        Server.on(new QueueTransport(key)).start().close();
    }

    @Test
    void aServerQueueWithoutPermissionIsAnError() {
        try (FakeServer fake = new FakeServer("600")) {
            Finished ended = Letterbox.programForAll(arguments(fake.key(), "name"))
                    .asUser(Privileges.NOBODY)
                    .run()
                    .expect(1);

            assertThat(ended.err())
                    .startsWith("letterbox: ")
                    .contains("permission denied", "EACCES", "mode 0600", "you are uid 65534")
                    .hasLineCount(1);
        }
    }

    @Test
    void aFullTableOfQueuesIsReported() {
        try (IpcNamespace namespace = IpcNamespace.with(Map.of("msgmni", 1))) {
            Command.of(Peers.program("queue"), "create", "-k", "0x5a5a")
                    .in(namespace)
                    .run()
                    .expect(0);
            Finished ended = getFrom("0x5a5a", "name").in(namespace).run().expect(1);

            assertThat(ended.err())
                    .startsWith("letterbox: ")
                    .contains("1 of 1 are in use", "ENOSPC", "sysctl -w kernel.msgmni=")
                    .hasLineCount(1);
        }
    }

    // When somebody stops it.

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void aSignalEndsTheTransferAndLeavesNoQueueAndNoFile(String signal) throws IOException {
        Files.writeString(target, "old");
        try (FakeServer fake = new FakeServer();
                ChildProcess get =
                        getFrom(fake.key(), "name", "-o", target.toString()).start()) {
            int client = fake.awaitRequest();
            fake.answer(client, 2, "-s", "half of it");
            Await.value("there is a file beside it", this::files, files -> files.size() == 2);
            get.proc().awaitAsleepIn(Syscall.MSGRCV);
            get.signal(signal);
            Finished ended = get.exit();

            assertThat(ended.status()).isEqualTo(Signals.exitCode(signal));
            assertThat(ended.err()).isEmpty();
            assertThat(IpcTable.now().queue(client)).isEmpty();
        }
        assertThat(files()).containsExactly(target);
        assertThat(target).hasContent("old");
    }
}
