package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.ClientPrograms;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Machine;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The clients in C and Python, written from the protocol's page, at a real server: on each machine that there is here. */
final class OtherClientsIT {
    private static final int LARGE = 3_000_000;

    /** And less than a pipe and a queue together. */
    private static final int MORE_THAN_A_PIPE = 72_000;

    /** Around what fits in one message of a session, and more. */
    private static final List<Integer> SIZES = List.of(0, 1, 8_127, 8_128, 8_129, 16_257, MORE_THAN_A_PIPE, LARGE);

    private static final String NAME = LARGE + ".bin";

    @TempDir
    private static Path served;

    private static RunningServer server;

    @TempDir
    private Path own;

    @BeforeAll
    static void startServer() throws IOException {
        for (int size : SIZES) {
            Files.write(served.resolve(size + ".bin"), TempFiles.bytes(size));
        }
        Files.createSymbolicLink(served.resolve("link"), Path.of("8128.bin"));
        // Their entries need more than a message, so that one is cut anywhere.
        Path many = Files.createDirectory(served.resolve("many"));
        for (int file = 0; file < 1_000; file++) {
            Files.createFile(many.resolve("a name of some length, number " + file));
        }
        server = RunningServer.start(served, "--access", "all");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    enum Client {
        C(Machine.NATIVE),
        C_32_BITS(Machine.BITS_32),
        C_AARCH64(Machine.AARCH64),
        C_ARM(Machine.ARM),
        PYTHON(null);

        private final @Nullable Machine machine;

        Client(@Nullable Machine machine) {
            this.machine = machine;
        }

        private Command command(Key key, String verb, String option, String... words) {
            List<String> all = new ArrayList<>(List.of("-k", key.toString()));
            String what = machine == null ? verb : option;
            if (!what.isEmpty()) {
                all.add(what);
            }
            all.addAll(List.of(words));
            String[] arguments = all.toArray(String[]::new);
            return machine == null
                    ? ClientPrograms.python(arguments)
                    : ClientPrograms.c(machine, "letterbox-get", arguments);
        }

        boolean isPresent() {
            return machine == null ? Machine.isInstalled("python3") : machine.isPresent();
        }

        Command get(Key key, String... words) {
            return command(key, "get", "", words);
        }

        Command list(Key key, String... names) {
            return command(key, "ls", "-l", names);
        }

        Command stat(Key key, String... names) {
            return command(key, "stat", "-s", names);
        }
    }

    @ParameterizedTest
    @EnumSource
    void filesArriveWholeAndInPart(Client client) {
        for (int size : SIZES) {
            assertThat(client.get(server.key(), size + ".bin").run().expect(0).out())
                    .as("%d bytes", size)
                    .isEqualTo(TempFiles.bytes(size));
        }
        byte[] large = TempFiles.bytes(LARGE);
        assertThat(part(client, "8000-20000")).isEqualTo(Arrays.copyOfRange(large, 8_000, 20_001));
        assertThat(part(client, "2999990-")).isEqualTo(Arrays.copyOfRange(large, 2_999_990, LARGE));
        Finished none = client.get(server.key(), "-r", LARGE + "-", NAME).run().expect(1);
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).contains(NAME + ": it ends before the range begins");
        assertThat(client.get(server.key(), "-r", "3000001-", NAME)
                        .run()
                        .expect(1)
                        .err())
                .contains("it has 3000000 bytes, but byte 3000001 was requested");
    }

    private static byte[] part(Client client, String range) {
        return client.get(server.key(), "-r", range, NAME).run().expect(0).out();
    }

    @ParameterizedTest
    @EnumSource
    void listsAndDescriptionsTellWhatIsThere(Client client) throws IOException {
        assertThat(names(client.list(server.key(), "many").run().expect(0).lines()))
                .isEqualTo(namesIn(served.resolve("many")));
        assertThat(client.list(server.key(), ".").run().expect(0).lines())
                .hasSize(SIZES.size() + 2)
                .anyMatch(line -> line.matches("100644 8128 \\d+\\.\\d{9} 8128\\.bin"))
                .anyMatch(line -> line.matches("120777 8 .* link"));
        // What a link names is told of, under the name that was asked for.
        assertThat(client.stat(server.key(), "link").run().expect(0).lines())
                .singleElement()
                .satisfies(line -> assertThat(line).matches("100644 8128 .* link"));
        assertThat(client.stat(server.key(), "missing").run().expect(1).err())
                .contains("missing: Cannot look at 'missing': No such file or directory");
        assertThat(client.list(server.key(), "").run().expect(1).err())
                .contains("Cannot list '': No such file or directory");
    }

    private static Set<String> names(List<String> lines) {
        return lines.stream().map(line -> line.split(" ", 4)[3]).collect(Collectors.toSet());
    }

    private static Set<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyRequestsInFlightArriveWholeAndTheCancelledOnesDoNot(Machine machine) {
        assertThat(ClientPrograms.c(machine, "flights", arguments(100))
                        .run()
                        .expect(0)
                        .text())
                .isEqualTo("86 arrived, 14 cancelled, crc " + checksum() + "\n");
    }

    private static String[] arguments(int count) {
        return new String[] {server.key().toString(), NAME, "" + LARGE, "" + count};
    }

    private static String checksum() {
        CRC32C checksum = new CRC32C();
        checksum.update(TempFiles.bytes(LARGE));
        return "%08x".formatted(checksum.getValue());
    }

    @Test
    void aBrokenTransferIsResumedWhereTheServersFileIsTheSame() throws IOException {
        Path copy = own.resolve("copy");
        byte[] large = TempFiles.bytes(LARGE);
        Files.write(copy, Arrays.copyOf(large, 1_234_567));
        Command resume = Client.C.get(server.key(), "-C", "-o", copy.toString(), NAME);
        resume.run().expect(0);
        assertThat(copy).hasBinaryContent(large);
        // There is nothing to add.
        resume.run().expect(0);
        assertThat(copy).hasBinaryContent(large);
        Files.write(copy, new byte[] {1, 2, 3});
        assertThat(resume.run().expect(1).err())
                .contains("its first 3 bytes are not those that the client has: fetch all of it again");
        assertThat(copy).hasBinaryContent(new byte[] {1, 2, 3});
    }

    @Test
    void aFileAppearsWhenItIsWholeOrNotAtAll() {
        Path copy = own.resolve("copy");
        Client.C.get(server.key(), "-o", copy.toString(), NAME).run().expect(0);
        assertThat(copy).hasBinaryContent(TempFiles.bytes(LARGE));
        Client.C
                .get(server.key(), "-o", own.resolve("none").toString(), "missing")
                .run()
                .expect(1);
        assertThat(own.toFile().list()).containsExactly("copy");
    }

    @Test
    void aFileThatIsReplacedKeepsItsModeAndLinksToIt() throws IOException {
        Path copy = Files.createFile(
                own.resolve("copy"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Path link = Files.createSymbolicLink(own.resolve("link"), copy);
        Client.C.get(server.key(), "-o", link.toString(), NAME).run().expect(0);
        assertThat(link).isSymbolicLink();
        assertThat(copy).hasBinaryContent(TempFiles.bytes(LARGE));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rw-------");
        Files.delete(copy);
        Path further = Files.createSymbolicLink(own.resolve("further"), Path.of("link"));
        Client.C.get(server.key(), "-o", further.toString(), NAME).run().expect(0);
        assertThat(copy).isRegularFile().hasBinaryContent(TempFiles.bytes(LARGE));
        Path loop = Files.createSymbolicLink(own.resolve("loop"), Path.of("loop"));
        assertThat(Client.C
                        .get(server.key(), "-o", loop.toString(), NAME)
                        .run()
                        .expect(1)
                        .err())
                .contains("Too many levels of symbolic links");
        assertThat(own.toFile().list()).containsExactlyInAnyOrder("copy", "link", "further", "loop");
    }

    @Test
    void whatIsNoFileIsWrittenAndNotReplaced() throws IOException {
        Path pipe = own.resolve("pipe");
        Command.of("mkfifo", pipe.toString()).run().expect(0);
        try (ChildProcess reader = Command.of("cat", pipe.toString()).start()) {
            Client.C.get(server.key(), "-o", pipe.toString(), NAME).run().expect(0);
            assertThat(reader.exit().expect(0).out()).isEqualTo(TempFiles.bytes(LARGE));
        }
        Path folder = Files.createDirectory(own.resolve("folder"));
        assertThat(Client.C
                        .get(server.key(), "-o", folder.toString(), NAME)
                        .run()
                        .expect(1)
                        .err())
                .contains("Is a directory");
        assertThat(own.toFile().list()).containsExactlyInAnyOrder("pipe", "folder");
    }

    @ParameterizedTest
    @CsvSource({"-r, 0-9223372036854775807", "-r, 18446744073709551616-", "-t, nan", "-t, inf", "-t, 0", "-t, -1"})
    void aWrongWordIsAnErrorOfUsageInEveryClient(String option, String value) {
        for (Client client : List.of(Client.C, Client.PYTHON)) {
            assertThat(client.get(server.key(), option + value, NAME)
                            .run()
                            .expect(2)
                            .err())
                    .doesNotContain("Traceback");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientOfAnotherUserIsServed(Machine machine) {
        Privileges.assumeOtherUsers();
        List<String> words = new ArrayList<>(machine.emulator());
        words.add(ClientPrograms.programForAll(machine, "letterbox-get").toString());
        words.addAll(List.of("-k", server.key().toString(), NAME));
        assertThat(Command.of(words).asUser(Privileges.NOBODY).run().expect(0).out())
                .isEqualTo(TempFiles.bytes(LARGE));
        server.awaitLog("get .* of uid " + Privileges.NOBODY + " .*END");
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftOfAClientThatASignalEnds(Client client) {
        Set<Integer> before = privateQueues();
        Map.of("INT", 130, "TERM", 143, "HUP", 129).forEach((signal, status) -> {
            try (ChildProcess stuck = stuck(client)) {
                queueInUse(before);
                stuck.signal(signal);
                stuck.exit().expect(status);
            }
            assertThat(privateQueues()).isEqualTo(before);
        });
    }

    @Test
    void theQueuesOfClientsThatWereKilledAreRemovedByTheServer() {
        Set<Integer> before = privateQueues();
        Set<Integer> seen = new HashSet<>(before);
        for (Client client : Client.values()) {
            if (client.isPresent()) {
                try (ChildProcess stuck = stuck(client)) {
                    int queue = queueInUse(seen);
                    seen.add(queue);
                    stuck.kill();
                    stuck.exit().expect(137);
                }
            }
        }
        Await.asserted(() -> assertThat(privateQueues()).isEqualTo(before));
    }

    /** A client whose reader does not read: it is in the middle of its answer. */
    private ChildProcess stuck(Client client) {
        return stuck(client, server.key(), NAME).start();
    }

    private Command stuck(Client client, Key key, String... names) {
        Path pipe = own.resolve("pipe");
        if (!Files.exists(pipe)) {
            TempFiles.pipe(own, "pipe");
        }
        List<String> words = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 1<>\"$0\"", pipe.toString()));
        words.addAll(client.get(key, names).words());
        return Command.of(words);
    }

    private static Set<Integer> privateQueues() {
        return IpcTable.now().queues().stream()
                .filter(queue -> queue.key() == 0)
                .map(IpcTable.Queue::id)
                .collect(Collectors.toSet());
    }

    /** Returns the private queue that is new, when its client has begun to receive. */
    private static int queueInUse(Set<Integer> before) {
        return Await.value(
                        "a new private queue from which its client receives",
                        () -> IpcTable.now().queues().stream()
                                .filter(queue ->
                                        queue.key() == 0 && !before.contains(queue.id()) && queue.lastReceiver() != 0)
                                .toList(),
                        found -> found.size() == 1)
                .getFirst()
                .id();
    }

    @ParameterizedTest
    @EnumSource
    void aClientSaysAtOnceThatItsServerWasKilled(Client client) {
        Key key = Key.free();
        Set<Integer> before = privateQueues();
        try (RunningServer doomed = RunningServer.start(served, key)) {
            doomed.process().signal("STOP");
            try (ChildProcess waiting = client.get(key, "-t", "3600", NAME).start()) {
                IpcTable.awaitMessages(key.value(), 1);
                doomed.process().kill();
                doomed.process().exit().expect(137);
                assertThat(waiting.exit().expect(1).err()).contains("ended before it had answered");
            }
            assertThat(privateQueues()).isEqualTo(before);
            assertThat(client.get(key, NAME).run().expect(1).err())
                    .contains("was killed, and none has taken its place");
        }
        // The next server takes what the killed one left, and leaves nothing.
        RunningServer.start(served, key).close();
    }

    /** A process that is stopped is not woken when the lock is given back, and finds it taken when it continues. */
    @ParameterizedTest
    @EnumSource(names = {"C", "PYTHON"})
    void aClientThatWasStoppedWhileItsServerWasReplacedSaysSo(Client client) throws IOException {
        Key key = Key.free();
        Set<Integer> before = privateQueues();
        try (RunningServer doomed = RunningServer.start(served, key);
                ChildProcess asks = stuck(client, key, NAME).start()) {
            queueInUse(before);
            asks.signal("STOP");
            doomed.process().kill();
            doomed.process().exit().expect(137);
            try (RunningServer next = RunningServer.start(served, key);
                    InputStream pipe = Files.newInputStream(own.resolve("pipe"))) {
                asks.signal("CONT");
                assertThat(pipe.readAllBytes()).hasSizeLessThan(LARGE);
                assertThat(asks.exit().expect(1).err()).contains("ended before");
                next.stop();
            }
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsNotWaitedForBeyondTheDeadline() {
        try (RunningServer stopped = RunningServer.start(served)) {
            stopped.process().signal("STOP");
            for (Client client : Client.values()) {
                if (client.isPresent()) {
                    assertThat(client.get(stopped.key(), "-t", "1", NAME)
                                    .run()
                                    .expect(1)
                                    .err())
                            .contains("did not answer the greeting in time");
                }
            }
            stopped.process().signal("CONT");
        }
    }

    /** The server makes another one, and knows its sessions. */
    @ParameterizedTest
    @EnumSource
    void aClientFindsTheServersQueueAgainThatSomebodyRemoved(Client client) throws IOException {
        Set<Integer> before = privateQueues();
        try (RunningServer disturbed = RunningServer.start(served);
                ChildProcess asks =
                        stuck(client, disturbed.key(), NAME, "8128.bin").start()) {
            queueInUse(before);
            try (InputStream pipe = Files.newInputStream(own.resolve("pipe"))) {
                byte[] large = new byte[LARGE];
                // The first request has arrived: what is in the queue when that is removed is lost.
                large[0] = (byte) pipe.read();
                int removed = queueOf(disturbed);
                Command.of("ipcrm", "-q", "" + removed).run().expect(0);
                Await.until("there is another queue", () -> queueOf(disturbed) != removed);
                pipe.readNBytes(large, 1, LARGE - 1);
                assertThat(large).isEqualTo(TempFiles.bytes(LARGE));
                assertThat(pipe.readNBytes(8128)).isEqualTo(TempFiles.bytes(8128));
            }
            asks.exit().expect(0);
        }
    }

    /** What was in the queue is lost. The server does not answer twice what it had received before. */
    @ParameterizedTest
    @EnumSource
    void whatWasLostWithTheServersQueueIsSentAgain(Client client) throws IOException {
        String first = MORE_THAN_A_PIPE + ".bin";
        try (RunningServer disturbed = RunningServer.start(served);
                ChildProcess asks =
                        stuck(client, disturbed.key(), first, "8128.bin").start()) {
            // The server is done with the first request, and the client has not asked for the other file yet.
            disturbed.awaitLog("get '" + first + "' .*: END");
            disturbed.process().signal("STOP");
            try (InputStream pipe = Files.newInputStream(own.resolve("pipe"))) {
                assertThat(pipe.readNBytes(MORE_THAN_A_PIPE)).isEqualTo(TempFiles.bytes(MORE_THAN_A_PIPE));
                IpcTable.awaitMessages(disturbed.key().value(), 1);
                Command.of("ipcrm", "-q", "" + queueOf(disturbed)).run().expect(0);
                disturbed.process().signal("CONT");
                assertThat(pipe.readNBytes(8128)).isEqualTo(TempFiles.bytes(8128));
            }
            asks.exit().expect(0);
        }
    }

    /** The client's greeting is lost with the queue, and the server knows nothing of it. */
    @ParameterizedTest
    @EnumSource
    void aGreetingThatWasLostWithTheServersQueueIsSentAgain(Client client) {
        try (RunningServer disturbed = RunningServer.start(served)) {
            disturbed.process().signal("STOP");
            try (ChildProcess asks =
                    client.get(disturbed.key(), "-t", "60", "8128.bin").start()) {
                IpcTable.awaitMessages(disturbed.key().value(), 1);
                Command.of("ipcrm", "-q", "" + queueOf(disturbed)).run().expect(0);
                disturbed.process().signal("CONT");
                assertThat(asks.exit().expect(0).out()).isEqualTo(TempFiles.bytes(8128));
            }
        }
    }

    /** It is removed when the client has sent: a second time while the client repeats what was lost with the first one. */
    @Test
    void nothingIsLostHoweverOftenTheServersQueueIsRemovedAndNoDeadlineIsMissed() {
        try (RunningServer disturbed = RunningServer.start(served)) {
            String key = disturbed.key().toString();
            for (Command removed : List.of(
                    ClientPrograms.cTest("removed", key, "8128.bin", "8128"),
                    ClientPrograms.pythonTest("removed", key, "8128.bin"))) {
                assertThat(removed.run().expect(0).text()).isEqualTo("nothing was lost\n");
            }
        }
    }

    /** Returns the id of a server's queue; -1 while it has none. */
    private static int queueOf(RunningServer running) {
        return IpcTable.now()
                .queueOfKey(running.key().value())
                .map(IpcTable.Queue::id)
                .orElse(-1);
    }

    /** Stopped after it has looked in vain, until its deadline has passed and what it waits for has come. */
    @Test
    void anAnswerThatCameWhileTheClientWasStoppedIsTaken() {
        String key = server.key().toString();
        for (Command paused : List.of(
                ClientPrograms.cTest("paused", key, "8128.bin"),
                ClientPrograms.pythonTest("paused", key, "8128.bin"))) {
            assertThat(paused.run().expect(0).text()).isEqualTo("8128 bytes, paused\n");
        }
    }

    /** The table holds the server's queue and those of two clients that were killed. */
    @Test
    void aClientThatFindsTheTableFullIsServedOnceTheServerHasRemovedTheOrphans() {
        Key key = Key.free();
        for (Client client : List.of(Client.C, Client.PYTHON)) {
            try (IpcNamespace namespace = IpcNamespace.with(Map.of("msgmni", 3));
                    RunningServer full = RunningServer.start(
                            Letterbox.program(RunningServer.arguments(served, key))
                                    .in(namespace),
                            key)) {
                for (int killed = 1; killed <= 2; killed++) {
                    int queues = killed + 1;
                    try (ChildProcess stuck =
                            stuck(Client.C, key, NAME).in(namespace).start()) {
                        Await.until(
                                "it has its queue",
                                () -> namespace.table().queues().stream()
                                                .filter(queue -> queue.lastReceiver() != 0)
                                                .count()
                                        == queues);
                        stuck.kill();
                    }
                }
                assertThat(client.get(key, "8128.bin")
                                .in(namespace)
                                .run()
                                .expect(0)
                                .out())
                        .isEqualTo(TempFiles.bytes(8128));
                full.stop();
            }
        }
    }

    /** As in {@code letterbox-get … | head}. */
    @ParameterizedTest
    @EnumSource
    void aReaderThatLeavesIsNoReasonForAMessageOrALeak(Client client) {
        List<String> piped =
                new ArrayList<>(List.of("bash", "-c", "\"$@\" | head -c 10; ((PIPESTATUS[0] != 0))", "bash"));
        piped.addAll(client.get(server.key(), LARGE + ".bin").words());
        Finished ended = Command.of(piped).run().expect(0);
        assertThat(ended.out()).hasSize(10);
        assertThat(ended.err()).isEmpty();
        assertThat(IpcTable.now().queues()).noneMatch(queue -> queue.key() == 0);
    }

    @Test
    void withoutAServerThatIsSaid() {
        Key key = Key.free();
        for (Client client : List.of(Client.C, Client.PYTHON)) {
            assertThat(client.get(key, NAME).run().expect(1).err())
                    .contains("no server runs on key " + key + " in this IPC namespace");
        }
    }

    @Test
    void valgrindFindsNothingInTheCClient() {
        Machine.assumeInstalled("valgrind");
        List<String> valgrind =
                List.of("valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=all", "--error-exitcode=99");
        String key = server.key().toString();
        run(valgrind, 0, "letterbox-get", "-k", key, "-t", "60", NAME, "0.bin");
        run(valgrind, 0, "letterbox-get", "-k", key, "-l", "many");
        run(valgrind, 1, "letterbox-get", "-k", key, "-s", "8128.bin", "missing");
        run(valgrind, 0, "flights", arguments(30));
        run(valgrind, 1, "letterbox-get", "-k", Key.free().toString(), NAME);
    }

    private static void run(List<String> prefix, int status, String program, String... arguments) {
        ClientPrograms.cUnder(prefix, program, arguments)
                .run(Deadline.PATIENCE.multipliedBy(3))
                .expect(status);
    }

    @Test
    void theCClientSurvivesWhatNoServerSends() {
        for (int seed = 0; seed < 5; seed++) {
            ClientPrograms.fuzz("" + seed, "100000")
                    .run(Deadline.PATIENCE.multipliedBy(3))
                    .expect(0);
        }
    }

    @Test
    void aProgramOfTwentyLinesFetchesAFile() {
        try (IpcNamespace namespace = IpcNamespace.with(Map.of());
                RunningServer there = RunningServer.start(
                        Letterbox.program("serve", served.toString()).in(namespace), Key.of(0x1aaaaaa1))) {
            assertThat(ClientPrograms.c(Machine.NATIVE, "example", NAME)
                            .in(namespace)
                            .run()
                            .expect(0)
                            .out())
                    .isEqualTo(TempFiles.bytes(LARGE));
            there.stop();
        }
    }
}
