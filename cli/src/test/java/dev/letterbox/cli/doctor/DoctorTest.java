package dev.letterbox.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Schemas;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.waiters.Waiter;
import dev.letterbox.sysv.waiters.Waiters;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.PeerLanguage;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class DoctorTest {
    private IpcNamespace namespace;
    private Operator letterbox;

    @BeforeEach
    void makeNamespace() {
        namespace = IpcNamespace.with(Map.of("msgmni", 10));
        letterbox = new Operator(namespace);
    }

    @AfterEach
    void endNamespace() {
        namespace.close();
    }

    @Test
    void findsNoProblemsIfThereAreNone() {
        JsonNode found = examine(0);
        assertThat(found.get("fine").asBoolean()).isTrue();
        assertThat(says(found, "wrong", "limits")).isEmpty();
        assertThat(says(found, "note", "namespace")).hasSize(1);
        assertThat(namespace.table().queues()).isEmpty();
    }

    /** Its requests are answered: nothing is wrong, and its queue must not be removed. */
    @ParameterizedTest
    @EnumSource(names = {"C", "C_32_BITS"})
    void aServerThatIsNotLetterboxIsNamed(PeerLanguage language, @TempDir Path folder) {
        language.assumeInstalled();
        try (ChildProcess server = language.server("compact", "0x1aaaaaa1")
                .in(namespace)
                .inDirectory(folder)
                .start()) {
            server.awaitLine("ready");
            Await.until("it sleeps", () -> !Waiters.of(server.pid()).all().isEmpty());
            JsonNode found = examine(0);
            assertThat(says(found, "note", "key"))
                    .singleElement()
                    .asString()
                    .contains("process " + server.pid() + ", compact-server");
            server.signal("TERM");
            server.exit().expect(0);
        }
    }

    @Test
    void findsAFullTableAndItsOwners() {
        for (int i = 0; i < 10; i++) {
            letterbox.createAbandoned();
        }
        JsonNode found = examine(1);
        assertThat(says(found, "wrong", "limits"))
                .singleElement()
                .asString()
                .contains("All 10 queues are in use")
                .endsWith("Owners: root 10.");
        assertThat(says(found, "warning", "leaked")).singleElement().asString().contains("10 private queues");
        JsonNode first = found.get("findings").get(0);
        assertThat(first.get("weight").asString()).isEqualTo("wrong");
        String advice = "sysctl -w kernel.msgmni=64";
        assertThat(first.get("remedy").asString()).endsWith(advice);
        assertThat(letterbox.run("create").expect(1).err()).contains(advice);
        assertThat(letterbox.run("limits").expect(0).text()).contains(advice + "\n");
    }

    @Test
    void saysWhatVeryLargeLimitsPromise() {
        try (IpcNamespace large = IpcNamespace.with(Map.of("msgmax", 131_072_000, "msgmnb", 131_072_000))) {
            Operator there = new Operator(large);
            there.peer("send", "" + there.create(), "1", "-z", "2097152").expect(0);
            JsonNode found = Schemas.checked(
                    "doctor", there.run("doctor", "--json").expect(0).text());
            assertThat(says(found, "note", "limits"))
                    .satisfiesExactly(
                            capacity -> assertThat(capacity)
                                    .startsWith(
                                            "msgmnb is 131072000: each new queue may hold 125 MiB of the kernel's memory")
                                    .contains("All queues together hold 2 MiB now;"),
                            longest ->
                                    assertThat(longest).startsWith("msgmax is 131072000: a single message may take"));
        }
    }

    @Test
    void findsFullQueuesWithAndWithoutARunningReader() {
        int dead = letterbox.create("-k", "0x51");
        letterbox.peer("send", "" + dead, "1", "-s", "x").expect(0);
        letterbox.peer("receive", "" + dead, "0").expect(0);
        letterbox.peer("flood", "" + dead, "1", "8000", "2").expect(0);
        int alive = letterbox.create("-k", "0x52");
        try (ChildProcess reader =
                letterbox.command("receive", "" + alive, "--follow").start()) {
            letterbox.peer("send", "" + alive, "1", "-s", "x").expect(0);
            reader.awaitLine("type 1");
            reader.proc().awaitAsleepIn(Syscall.MSGRCV);
            reader.signal("STOP");
            letterbox.peer("flood", "" + alive, "2", "8000", "2").expect(0);
            JsonNode found = examine(1);
            assertThat(says(found, "wrong", "full"))
                    .singleElement()
                    .asString()
                    .startsWith("Queue %d (key 0x00000051, owner root) is 97%% full with 2 messages".formatted(dead))
                    .contains("has exited. ");
            assertThat(says(found, "warning", "full")).isEmpty();
            assertThat(says(found, "warning", "waiting")).isEmpty();
            assertThat(says(found, "wrong", "stopped"))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "Queue %d (key 0x00000052, owner root) is 97%% full with 2 messages: its reader, process %d (java)"
                                    .formatted(alive, reader.pid()))
                    .endsWith(", is stopped by a signal or a debugger.");
            assertThat(remedy(found, "stopped")).isEqualTo("kill -CONT " + reader.pid());
        }
    }

    /** Receives one message, and then does something else. */
    static final class ReadsOnce {
        private ReadsOnce() {}

        public static void main(String[] arguments) throws Exception {
            try (MessageQueue queue = MessageQueue.ofId(Integer.parseInt(arguments[0]))) {
                System.out.println(
                        "received type " + queue.receive(Selector.any()).type());
                System.in.read();
            }
        }
    }

    /** Nothing shows it in the queue but the kernel's note of who received last. */
    @Test
    void aReaderThatIsStoppedOutsideOfTheQueueIsNamed() {
        int queue = letterbox.create("-k", "0x55");
        letterbox.peer("send", "" + queue, "1", "-s", "x").expect(0);
        try (ChildProcess reader = JavaProcess.running(ReadsOnce.class)
                .command("" + queue)
                .in(namespace)
                .openInput()
                .start()) {
            reader.awaitLine("received type 1");
            reader.signal("STOP");
            letterbox.peer("flood", "" + queue, "2", "8000", "2").expect(0);
            JsonNode found = examine(1);
            assertThat(says(found, "warning", "full")).isEmpty();
            assertThat(says(found, "wrong", "stopped"))
                    .singleElement()
                    .asString()
                    .contains("is 97% full", "process %d (java), is stopped".formatted(reader.pid()));
        }
    }

    @Test
    void aStoppedReaderOfAQueueThatHasRoomIsAWarning() {
        int queue = letterbox.create("-k", "0x56");
        try (ChildProcess reader =
                letterbox.command("receive", "" + queue, "--follow").start()) {
            reader.proc().awaitAsleepIn(Syscall.MSGRCV);
            reader.signal("STOP");
            JsonNode found = examine(1);
            assertThat(says(found, "warning", "stopped"))
                    .singleElement()
                    .asString()
                    .startsWith("Queue %d (key 0x00000056, owner root): its reader, process %d (java), thread "
                            .formatted(queue, reader.pid()))
                    .endsWith(", is stopped by a signal or a debugger.");
        }
    }

    @Test
    void aStoppedClientWhoseAnswerWaitsIsNamed(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("large"), new byte[20_000_000]);
        String get = String.join(" ", letterbox.command("get", "large").words());
        try (ChildProcess server =
                letterbox.command("serve", folder.toString(), "--quiet").start()) {
            server.awaitLine("Serving");
            // Nobody reads what it writes, so that it is in the middle for as long as this test takes.
            try (ChildProcess _ =
                    Command.of("sh", "-c", get + " | sleep 1000").in(namespace).start()) {
                long client = clientWithUnreadAnswer();
                Command.of("kill", "-STOP", "" + client).run().expect(0);
                JsonNode found = examine(1);
                assertThat(says(found, "warning", "stopped"))
                        .singleElement()
                        .asString()
                        .contains("process %d (java)".formatted(client));
                assertThat(remedy(found, "stopped")).isEqualTo("kill -CONT " + client);
                Command.of("kill", "-KILL", "" + client).run().expect(0);
            }
        }
    }

    private long clientWithUnreadAnswer() {
        AtomicLong pid = new AtomicLong();
        Await.until("an answer waits for a client", () -> {
            JsonNode listed = Schemas.checked(
                    "queues", letterbox.run("queues", "--json").expect(0).text());
            for (JsonNode queue : listed.get("queues")) {
                if (queue.get("kind").asString().equals("client")
                        && queue.get("messages").asInt() > 2) {
                    pid.set(queue.get("client").get("pid").asLong());
                }
            }
            return pid.get() != 0;
        });
        return pid.get();
    }

    @Test
    void aReaderOfAnyMessageIsNeverSaidToWantNoneOfThoseThere() {
        Waiter any = waiter(0, 0);
        Waiter others = waiter(7, 0);
        assertThat(WaitersCheck.wantsNone(any, Set.of(1L))).isFalse();
        assertThat(WaitersCheck.wantsNone(others, Set.of(1L))).isTrue();
        assertThat(WaitersCheck.wantsNone(others, Set.of(1L, 7L))).isFalse();
    }

    @Test
    void findsTheQueueOfProgramsWhoseFtokFailed() {
        int queue = letterbox.create("-k", "0xffffffff");
        assertThat(says(examine(1), "warning", "key"))
                .singleElement()
                .asString()
                .startsWith("Queue " + queue + " (creator root) has the key 0xffffffff: ");
    }

    @Test
    void countsPrivateQueuesTogether() {
        for (int i = 0; i < 2; i++) {
            letterbox
                    .peer("flood", "" + letterbox.createAbandoned(), "1", "8192", "2")
                    .expect(0);
        }
        JsonNode found = examine(1);
        assertThat(says(found, "wrong", "full")).isEmpty();
        assertThat(says(found, "warning", "leaked")).singleElement().asString().startsWith("2 private queues");
    }

    @Test
    void distinguishesASquattedKeyFromAServerAndFromAKilledServersQueue(@TempDir Path folder) {
        int squatter = letterbox.create("-k", "0x1aaaaaa1", "-m", "666");
        JsonNode squatted = examine(1);
        assertThat(says(squatted, "warning", "key")).singleElement().asString().contains("queue " + squatter);
        assertThat(says(squatted, "note", "open")).hasSize(1);
        assertThat(remedy(squatted, "open")).isEqualTo("letterbox set %d --mode 0662".formatted(squatter));
        letterbox.peer("rm", "" + squatter).expect(0);
        try (ChildProcess server =
                letterbox.command("serve", folder.toString(), "--quiet").start()) {
            server.awaitLine("Serving");
            assertThat(says(examine(0), "fine", "key"))
                    .singleElement()
                    .asString()
                    .contains("process " + server.pid())
                    .endsWith(" It answers.");
            // It holds its lock, and serves nobody.
            server.signal("STOP");
            JsonNode stopped = examine(1);
            assertThat(says(stopped, "wrong", "key"))
                    .singleElement()
                    .asString()
                    .contains("is stopped by a signal or a debugger", "process " + server.pid());
            assertThat(remedy(stopped, "key")).isEqualTo("kill -CONT " + server.pid());
            assertThat(says(stopped, "warning", "stopped")).isEmpty();
            server.kill();
            server.exit();
            assertThat(says(examine(0), "note", "key"))
                    .singleElement()
                    .asString()
                    .contains("was killed");
        }
    }

    @Test
    void aServersQueueWithoutItsLockIsNotTakenForAnotherPrograms(@TempDir Path folder) {
        try (ChildProcess server =
                letterbox.command("serve", folder.toString(), "--quiet").start()) {
            server.awaitLine("Serving");
            server.proc().awaitAsleepIn(Syscall.MSGRCV);
            server.signal("STOP");
            Command.of("ipcrm", "-S", "0x1aaaaaa1").in(namespace).run().expect(0);
            JsonNode stopped = examine(1);
            assertThat(says(stopped, "warning", "key"))
                    .singleElement()
                    .asString()
                    .contains("a Letterbox server's queue without a lock", "process " + server.pid() + " is stopped");
            assertThat(remedy(stopped, "key")).isEqualTo("kill -CONT " + server.pid());
            assertThat(says(stopped, "note", "leaked")).isEmpty();
            assertThat(kind()).isEqualTo("server");
            server.kill();
            server.exit();
        }
        JsonNode killed = examine(0);
        assertThat(says(killed, "note", "key"))
                .singleElement()
                .asString()
                .contains("a Letterbox server's queue without a lock", "The server was killed, with 0 messages");
        assertThat(remedy(killed, "key")).contains("takes over the queue");
        assertThat(kind()).isEqualTo("left-over");
    }

    @Test
    void aKilledServersQueueIsFoundOnEveryKey(@TempDir Path folder) {
        try (ChildProcess server = letterbox
                .command("serve", folder.toString(), "--quiet", "--key", "0x57")
                .start()) {
            server.awaitLine("Serving");
            assertThat(says(examine(0), "note", "key")).isEmpty();
            server.kill();
            server.exit();
        }
        JsonNode found = examine(0);
        int queue = namespace.table().queues().getFirst().id();
        assertThat(says(found, "note", "key"))
                .containsExactly("A server on key 0x00000057 was killed and left its queue (queue %d, 0 messages)."
                        .formatted(queue));
        assertThat(StreamSupport.stream(found.get("findings").spliterator(), false)
                        .filter(finding -> finding.get("weight").asString().equals("note"))
                        .map(finding -> finding.get("remedy").asString()))
                .contains("nothing to do: the next letterbox serve of user root takes it over; if no server is to serve"
                        + " that key again: letterbox rm 0x00000057");
        assertThat(letterbox.run("rm", "0x57", "--yes").expect(0).text())
                .contains("The server's lock and bell stay, for the next server on that key");
        assertThat(says(examine(0), "note", "key")).isEmpty();
    }

    @Test
    void manyKilledServersAreToldInFewLines() {
        for (int key = 0x61; key <= 0x67; key++) {
            letterbox.create("-k", "" + key, "-m", "601");
        }
        assertThat(says(examine(0), "note", "key"))
                .hasSize(6)
                .last()
                .asString()
                .startsWith("2 more queues belong to servers that were killed or whose lock was removed (queues ");
    }

    private String kind() {
        return Schemas.checked(
                        "queues",
                        letterbox
                                .run("queues", "0x1aaaaaa1", "--json")
                                .expect(0)
                                .text())
                .get("queues")
                .get(0)
                .get("kind")
                .asString();
    }

    private static String remedy(JsonNode found, String check) {
        return StreamSupport.stream(found.get("findings").spliterator(), false)
                .filter(finding -> finding.get("check").asString().equals(check))
                .map(finding -> finding.get("remedy").asString())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aKeySquattedByAnotherUserIsWorseThanOneTakenByRoot() {
        int squatter = Integer.parseInt(letterbox
                .commandOfNobody("create", "--quiet", "--key", "0x1aaaaaa1")
                .run()
                .expect(0)
                .text()
                .strip());
        assertThat(says(examine(1), "wrong", "key"))
                .singleElement()
                .asString()
                .contains("queue " + squatter + ", creator nobody, mode 0600")
                .endsWith("Clients send their requests to it, and no server can start.");
    }

    /** Its program may sleep in it unseen. */
    @Test
    void anOrdinaryUserIsNotToldThatAnotherUsersQueueIsUnused() {
        Privileges.assumeOtherUsers();
        int server = letterbox.create("-k", "0x1aaaaaa1", "-m", "666");
        int used = letterbox.create("-k", "0x54", "-m", "666");
        letterbox.peer("send", "" + used, "1", "-s", "x").expect(0);
        letterbox.peer("receive", "" + used, "0").expect(0);
        letterbox.peer("flood", "" + used, "1", "8000", "2").expect(0);
        JsonNode found = Schemas.checked(
                "doctor",
                letterbox.commandOfNobody("doctor", "--json").run().expect(1).text());
        String hidden = " is hidden from you.";
        assertThat(says(found, "warning", "key"))
                .singleElement()
                .asString()
                .contains("queue " + server)
                .endsWith(hidden);
        assertThat(says(found, "note", "leaked"))
                .singleElement()
                .asString()
                .startsWith("The last users of 1 queue with a key have exited.")
                .endsWith(hidden);
        assertThat(says(found, "wrong", "full")).singleElement().asString().endsWith(hidden);
        assertThat(found.get("findings"))
                .allSatisfy(finding ->
                        assertThat(finding.get("remedy").asString("")).doesNotContain("letterbox rm"));
        assertThat(letterbox
                        .commandOfNobody("queues", "--columns", "id,waiting", "--no-header")
                        .run()
                        .expect(0)
                        .lines())
                .allSatisfy(line -> assertThat(line).endsWith("?"));
        assertThat(letterbox
                        .run("queues", "--columns", "waiting", "--no-header")
                        .expect(0)
                        .lines())
                .containsOnly("-");
    }

    @Test
    void writesForPeopleWithTheRemedyBelow() {
        int queue = letterbox.create("-k", "0x53");
        letterbox.peer("flood", "" + queue, "1", "8192", "2").expect(0);
        Finished pipe = letterbox.run("doctor").expect(1);
        assertThat(pipe.lines().get(0)).startsWith("WRONG    Queue " + queue).contains("it has never been read");
        assertThat(pipe.lines().get(1)).startsWith("         -> start its reader;");
        Finished terminal = letterbox.command("doctor").onTerminal(80).run().expect(1);
        assertThat(terminal.text()).startsWith("\u001b[31mWRONG\u001b[0m    Queue");
        assertThat(terminal.lines())
                .allSatisfy(line -> assertThat(
                                line.replaceAll("\u001b\\[[0-9;]*m", "").length())
                        .isLessThanOrEqualTo(80));
    }

    private static Waiter waiter(long type, int flags) {
        return new Waiter(
                71,
                71,
                "reader",
                Waiter.Call.RECEIVE,
                OptionalInt.of(5),
                OptionalLong.of(type),
                OptionalInt.of(flags),
                OptionalLong.empty(),
                false);
    }

    private JsonNode examine(int status) {
        return Schemas.checked(
                "doctor", letterbox.run("doctor", "--json").expect(status).text());
    }

    private static List<String> says(JsonNode found, String weight, String check) {
        return StreamSupport.stream(found.get("findings").spliterator(), false)
                .filter(finding -> finding.get("weight").asString().equals(weight))
                .filter(finding -> finding.get("check").asString().equals(check))
                .map(finding -> finding.get("says").asString())
                .toList();
    }
}
