package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.OpenFolder;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server as its operator has it: how it starts, what it says, how it ends. */
final class ServeIT {
    private static final int LARGE = 1 << 20;

    @TempDir
    private Path served;

    private final Key key = Key.free();

    @BeforeEach
    void write() throws IOException {
        Files.writeString(served.resolve("note"), "all is well\n");
        TempFiles.file(served, "large", LARGE);
    }

    @AfterEach
    void nothingIsLeftOnTheKey() {
        assertThat(IpcTable.now().items()).noneMatch(item -> item.key() == key.value());
    }

    private RunningServer serve(String... options) {
        return RunningServer.start(served, key, options);
    }

    private Command client(ClassicDialect dialect, String... arguments) {
        List<String> words = new ArrayList<>(List.of("-k", key.toString()));
        words.addAll(List.of(arguments));
        return Command.of(
                Peers.programForAll(dialect == ClassicDialect.TLPI ? "tlpi-client" : "compact-client"),
                words.toArray(String[]::new));
    }

    private void assertServes() {
        for (ClassicDialect dialect : ClassicDialect.values()) {
            assertThat(client(dialect, "note").run().expect(0).text()).isEqualTo("all is well\n");
        }
    }

    private static void send(RunningServer server, long type, byte[] body) {
        assertThat(MessageQueue.ofId(server.queueId())
                        .trySend(MessageBuffer.allocate().put(type, body)))
                .isTrue();
    }

    // How it starts.

    @ParameterizedTest
    @CsvSource({"owner, 601", "GROUP, 621", "all, 623"})
    void theAccessDeterminesTheModeOfTheQueue(String access, String mode) {
        try (RunningServer server = serve("--access", access)) {
            IpcTable.Queue queue = IpcTable.now().queue(server.queueId()).orElseThrow();

            assertThat(queue.key()).isEqualTo(key.value());
            assertThat(Integer.toOctalString(queue.mode())).isEqualTo(mode);
        }
    }

    @Test
    void aSecondServerNamesTheFirst() {
        try (RunningServer first = serve()) {
            Letterbox.Ended second = Letterbox.run("serve", served.toString(), "--key", key.toString());

            assertThat(second.status()).isEqualTo(1);
            assertThat(second.out()).isEmpty();
            assertThat(second.err())
                    .startsWith("letterbox: Another server (process %d)"
                            .formatted(first.process().pid()))
                    .contains(key.toString())
                    .hasLineCount(1);
            assertServes();
        }
    }

    @Test
    void anotherProgramsQueueIsNotUsed() {
        int strangers =
                Integer.parseInt(Command.of(Peers.programForAll("queue"), "create", "-k", key.toString(), "-m", "666")
                        .asUser(Privileges.NOBODY)
                        .run()
                        .expect(0)
                        .text()
                        .strip());
        try {
            Letterbox.Ended ended = Letterbox.run("serve", served.toString(), "--key", key.toString());

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err())
                    .startsWith("letterbox: The queue with key %s belongs to another user".formatted(key))
                    .hasLineCount(1);
        } finally {
            MessageQueue.ofId(strangers).remove();
        }
    }

    @Test
    void aFullTableOfQueuesIsReported() {
        try (IpcNamespace namespace = IpcNamespace.with(Map.of("msgmni", 1))) {
            Command.of(Peers.program("queue"), "create").in(namespace).run().expect(0);
            Finished ended = Letterbox.program("serve", served.toString())
                    .in(namespace)
                    .run()
                    .expect(1);

            assertThat(ended.err())
                    .startsWith("letterbox: ")
                    .contains("1 of 1 are in use", "ENOSPC", "sysctl -w kernel.msgmni=")
                    .hasLineCount(1);
            assertThat(namespace.table().semaphores()).isEmpty();
        }
    }

    @Test
    void serversInTwoIpcNamespacesCanHaveTheSameKey() {
        try (IpcNamespace namespace = IpcNamespace.with(Map.of());
                RunningServer here = serve();
                RunningServer there = RunningServer.start(
                        Letterbox.program(RunningServer.arguments(served, key)).in(namespace), key)) {
            assertThat(client(ClassicDialect.TLPI, "note")
                            .in(namespace)
                            .run()
                            .expect(0)
                            .text())
                    .isEqualTo("all is well\n");
            assertServes();
            there.awaitLog("get 'note' .* END");
            here.awaitLog("get 'note' .* END");
        }
    }

    @Test
    void theNextServerTakesOverAKilledServersQueueAndItsWaitingClients() {
        try (RunningServer killed = serve()) {
            killed.process().signal("STOP");
            try (ChildProcess waiting = client(ClassicDialect.COMPACT, "note").start()) {
                awaitMessages(killed, 1);
                try (ChildProcess impatient =
                        client(ClassicDialect.TLPI, "note").start()) {
                    awaitMessages(killed, 2);
                    impatient.signal("TERM");
                    impatient.exit().expect(143);
                }
                killed.process().kill();
                killed.process().exit().expect(137);

                try (RunningServer next = serve()) {
                    assertThat(next.queueId()).isEqualTo(killed.queueId());
                    assertThat(waiting.exit().expect(0).text()).isEqualTo("all is well\n");
                    assertThat(next.stop().err())
                            .contains("Took over queue %d".formatted(killed.queueId()))
                            .contains("with 2 messages in it")
                            .contains("Stopped. 2 messages received: 1 completed", "1 dropped");
                }
            }
        }
    }

    private static void awaitMessages(RunningServer server, int count) {
        Await.value(
                "%d requests wait".formatted(count),
                () -> IpcTable.now().queue(server.queueId()).orElseThrow().messages(),
                messages -> messages == count);
    }

    @Test
    void aStallTimeoutMayHaveAnyLength() {
        try (RunningServer server = serve("--stall-timeout", "999999999h")) {
            assertServes();
            assertThat(server.process().isAlive()).isTrue();
        }
    }

    // What it says.

    @Test
    void everyRequestIsOneLineOfTheLog() {
        try (RunningServer server = serve()) {
            assertServes();
            client(ClassicDialect.TLPI, "missing\nforged line").run().expect(1);
            client(ClassicDialect.TLPI, "-x", "1", "large").run().expect(3);
            server.awaitLog("^\\S+ \\S+ get 'note' for queue \\d+ of uid \\d+ \\(tlpi\\): END, 12 bytes, \\S+ ms$");
            server.awaitLog("^\\S+ \\S+ get 'note' for queue \\d+ of uid \\d+ \\(compact\\): END, 12 bytes, \\S+ ms$");
            server.awaitLog(
                    "get 'missing\\\\u000aforged line' for queue \\d+ of uid \\d+ \\(tlpi\\): FAILURE, 0 bytes");
            server.awaitLog("get 'large' for queue \\d+ of uid \\d+ \\(tlpi\\): GONE, \\d+ bytes");

            Finished ended = server.stop();
            assertThat(ended.err())
                    .endsWith(
                            "Stopped. 4 messages received: 2 completed, 1 answered with FAILURE, 0 busy, 1 client gone, "
                                    + "0 denied, 0 stalled, 0 aborted, 0 dropped.\n");
            assertThat(ended.err().lines()).hasSize(5);
            assertThat(ended.lines()).hasSize(1);
        }
    }

    @Test
    void aLimitBeyondTheMeansIsReportedIfItWasAskedFor() {
        int wanted = 2_000_000_000;
        try (RunningServer server = serve("--limit", "" + wanted)) {
            server.awaitLog(" At most \\d+ requests are served at the same time, not " + wanted + ": ");
        }
    }

    @Test
    void aQuietServerDoesNotLogRequests() {
        try (RunningServer server = serve("--quiet")) {
            assertServes();
            assertThat(server.stop().err()).isEmpty();
        }
    }

    @Test
    void badRequestsAreCountedAndLoggedOnce() {
        try (RunningServer server = serve()) {
            // At once, as it says so again after ten seconds.
            for (int size : new int[] {0, 1, 263, 265, 4_099, 8_192}) {
                byte[] body = new byte[size];
                Arrays.fill(body, (byte) 1); // the return address is no queue's
                send(server, 1, body);
            }
            // Before others send: that is told once for each process.
            String me = "Last to send was process %d,"
                    .formatted(ProcessHandle.current().pid());
            server.awaitLog(me);
            assertServes();
            assertThat(server.stop().err())
                    .contains(" WARNING Dropped a malformed message: Expected type 1 and 260 or 264 bytes (compact)")
                    .containsPattern("these are 0 bytes\\. " + me + " [^\n]*, of uid \\d+\\.\n")
                    .containsOnlyOnce(me)
                    .endsWith(
                            "Stopped. 8 messages received: 2 completed, 0 answered with FAILURE, 0 busy, 0 clients gone, "
                                    + "0 denied, 0 stalled, 0 aborted, 6 dropped.\n");
        }
    }

    // Who may use it.

    @Test
    void aServerForAllServesEveryUser() {
        try (RunningServer _ = serve("--access", "all")) {
            for (ClassicDialect dialect : ClassicDialect.values()) {
                assertThat(client(dialect, "-m", "622", "note")
                                .asUser(Privileges.NOBODY)
                                .run()
                                .expect(0)
                                .text())
                        .isEqualTo("all is well\n");
            }
            assertThat(Letterbox.programForAll("get", "note", "--key", key.toString())
                            .asUser(Privileges.NOBODY)
                            .run()
                            .expect(0)
                            .text())
                    .isEqualTo("all is well\n");
        }
    }

    @Test
    void aServerForItsGroupServesOnlyThatGroup() {
        try (RunningServer _ = serve("--access", "group")) {
            assertThat(client(ClassicDialect.TLPI, "note")
                            .asUser(Privileges.NOBODY, 0)
                            .run()
                            .expect(0)
                            .text())
                    .isEqualTo("all is well\n");
            assertThat(client(ClassicDialect.TLPI, "note")
                            .asUser(Privileges.NOBODY)
                            .run()
                            .expect(2)
                            .err())
                    .isEqualTo("msgget: EACCES\n");
        }
    }

    @Test
    void aServerForItsOwnerServesOnlyTheOwner() {
        try (RunningServer _ = serve()) {
            assertThat(client(ClassicDialect.TLPI, "note")
                            .asUser(Privileges.NOBODY, 0)
                            .run()
                            .expect(2)
                            .err())
                    .isEqualTo("msgget: EACCES\n");
        }
    }

    /** A server's mode is not to be widened by hand: who may receive from its queue takes others' requests. */
    @Test
    void whoMayNotSendIsToldHowTheServerAcceptsMore() {
        try (RunningServer server = serve()) {
            for (String command : List.of("get", "ls", "metrics", "top")) {
                Finished refused = Letterbox.programForAll(
                                switch (command) {
                                    case "get" -> new String[] {command, "note", "--key", key.toString()};
                                    case "top" -> new String[] {command, "--once", "--key", key.toString()};
                                    default -> new String[] {command, "--key", key.toString()};
                                })
                        .asUser(Privileges.NOBODY)
                        .run()
                        .expect(command.equals("top") ? 0 : 1);
                assertThat(refused.text() + refused.err())
                        .as(command)
                        .contains(
                                "The server on key " + key + " does not accept your requests",
                                "queue " + server.queueId(),
                                "mode 0601",
                                "--access all")
                        .doesNotContain("widen");
            }
        }
    }

    /** The other way round: the server has fewer rights than its clients. */
    @Test
    void aServerWithoutRootServesTheFilesThatItMayRead() throws IOException {
        try (OpenFolder open = OpenFolder.create()) {
            Files.writeString(open.path().resolve("note"), "all is well\n");
            Path secret = Files.writeString(open.path().resolve("secret"), "");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
            try (RunningServer server = RunningServer.start(
                    Letterbox.programForAll(RunningServer.arguments(open.path(), key, "--access", "all"))
                            .asUser(Privileges.NOBODY),
                    key)) {
                assertThat(Letterbox.program("get", "note", "--key", key.toString())
                                .run()
                                .expect(0)
                                .text())
                        .isEqualTo("all is well\n");
                assertThat(client(ClassicDialect.TLPI, "-m", "622", "note")
                                .run()
                                .expect(0)
                                .text())
                        .isEqualTo("all is well\n");
                assertThat(client(ClassicDialect.TLPI, "-m", "622", "secret")
                                .run()
                                .expect(1)
                                .err())
                        .isEqualTo("Cannot open 'secret': Permission denied\n");
                // A queue that is closed to the server gets nothing, and its client waits for ever, as it asked for.
                try (ChildProcess closed =
                        client(ClassicDialect.TLPI, "-m", "600", "note").start()) {
                    server.awaitLog("get 'note' .*: DENIED \\(queue .*\\), 0 bytes");
                    assertThat(closed.isAlive()).isTrue();
                    closed.signal("TERM");
                    closed.exit().expect(143);
                }
                assertThat(client(ClassicDialect.COMPACT, "-m", "622", "note")
                                .run()
                                .expect(0)
                                .text())
                        .isEqualTo("all is well\n");
            }
        }
    }

    // How it ends.

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void aSignalEndsTheServerAndLeavesNothing(String signal) {
        try (RunningServer server = serve()) {
            server.process().signal(signal);
            Finished ended = server.process().exit();

            assertThat(ended.status()).isZero();
            assertThat(ended.err()).contains("Stopped. 0 messages received");
        }
    }

    /** Whether the server still takes their requests or not: each has an outcome, and none waits for ever. */
    @Test
    void clientsThatWaitDuringTheStopGetTheirFileOrAFailure() {
        List<ChildProcess> clients = new ArrayList<>();
        try (RunningServer server = serve()) {
            server.process().signal("STOP");
            for (int count = 0; count < 3; count++) {
                clients.add(client(ClassicDialect.COMPACT, "note").start());
                clients.add(client(ClassicDialect.COMPACT, "note").start());
            }
            awaitMessages(server, 6);
            server.process().signal("TERM");
            server.process().signal("CONT");
            for (ChildProcess client : clients) {
                Finished ended = client.exit();
                assertThat(ended.text() + ended.err()).isIn("all is well\n", "The server is stopping\n");
                assertThat(ended.status()).isEqualTo(ended.err().isEmpty() ? 0 : 1);
            }
            server.process().exit().expect(0);
        } finally {
            clients.forEach(ChildProcess::close);
        }
    }

    @Test
    void stoppingWaitsOnlyAFewSecondsForAStalledClient() {
        try (RunningServer server = serve();
                ChildProcess stalled =
                        client(ClassicDialect.TLPI, "-n", "large").start()) {
            Await.until(
                    "a private queue is full",
                    () -> IpcTable.now().queues().stream()
                            .anyMatch(queue -> queue.key() == 0 && queue.bytes() > 16_384 - 8_192));
            server.process().signal("TERM");
            Finished ended = server.process().exit();
            stalled.signal("TERM");
            stalled.exit().expect(143);

            assertThat(ended.status()).isZero();
            assertThat(ended.err()).contains("Stopped. 1 message received: 0 completed", "0 stalled, 1 aborted");
        }
    }

    /** As {@code timeout} sends them, to its child and to the child's process group. */
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void signalsThatComeTogetherAreOne(String signal) {
        try (RunningServer server = serve()) {
            String pid = "" + server.process().pid();
            // Stopped, it finds both at once.
            server.process().signal("STOP");
            Command.of("kill", "-s", signal, pid).run().expect(0);
            Command.of("kill", "-s", "TERM", pid).run().expect(0);
            server.process().signal("CONT");
            Finished ended = server.process().exit();

            assertThat(ended.status()).isZero();
            assertThat(ended.err()).contains("Stopped. 0 messages received");
        }
    }

    @Test
    void anotherSignalAMomentLaterEndsTheServerAtOnce() {
        try (RunningServer server = serve();
                ChildProcess stalled =
                        client(ClassicDialect.TLPI, "-n", "large").start()) {
            Await.until(
                    "a private queue is full",
                    () -> IpcTable.now().queues().stream()
                            .anyMatch(queue -> queue.key() == 0 && queue.bytes() > 16_384 - 8_192));
            ProcessHandle process = ProcessHandle.of(server.process().pid()).orElseThrow();
            Await.until("TERM has ended it", () -> !process.destroy());
            server.process().exit().expect(143);
            stalled.signal("TERM");
            stalled.exit().expect(143);
        }
        // The next server removes what this one left.
        serve().close();
    }

    @Test
    void aServerWhoseQueueIsRemovedReportsThatAndServesOnANewQueue() {
        try (RunningServer server = serve()) {
            Command.of("ipcrm", "-q", "" + server.queueId()).run().expect(0);
            server.process().awaitErrLine("The server queue was removed; the server creates it again");
            server.process().awaitErrLine("Serving on queue \\d+ \\(key %s\\) now".formatted(server.key()));

            Letterbox.program("ls", "--key", server.key().toString()).run().expect(0);
        }
    }

    /** Also between the first that it makes and the moment when it is ready. */
    @RepeatedTest(3)
    void aServerStoppedDuringItsStartLeavesNothing() {
        try (ChildProcess starting =
                Letterbox.program(RunningServer.arguments(served, key)).start()) {
            Await.until(
                    "it has made something", () -> IpcTable.now().items().anyMatch(item -> item.key() == key.value()));
            // Without a process for kill, which would come late.
            assertThat(ProcessHandle.of(starting.pid()).orElseThrow().destroy()).isTrue();
            starting.exit().expect(0);
        }
    }
}
