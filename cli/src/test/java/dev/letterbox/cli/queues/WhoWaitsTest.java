package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Schemas;
import dev.letterbox.sysv.waiters.Waiters;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Programs in C sleep in queues here, and the commands say for what. */
class WhoWaitsTest {
    @AutoClose
    private final IpcNamespace namespace = IpcNamespace.with(Map.of());

    private final Operator letterbox = new Operator(namespace);

    private ChildProcess sleeping(Syscall call, Object... arguments) {
        List<String> words = new ArrayList<>();
        for (Object argument : arguments) {
            words.add(argument.toString());
        }
        ChildProcess peer = Command.of(Peers.program("queue"), words.toArray(String[]::new))
                .in(namespace)
                .start();
        try {
            peer.proc().awaitAsleepIn(call);
            return peer;
        } catch (AssertionError never) {
            peer.close();
            throw never;
        }
    }

    private JsonNode queue(int id) {
        return Schemas.checked(
                        "queues",
                        letterbox.run("queues", "" + id, "--json").expect(0).text())
                .get("queues")
                .get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "7, false, a message of type 7",
        "7, true, a message of any type but 7",
        "-9, false, a message of a type up to 9",
        "0, false, any message"
    })
    void aReceiverIsShownWithTheTypesThatItWaitsFor(long type, boolean except, String words) {
        int id = letterbox.create("-k", "0x4242");
        List<Object> call = new ArrayList<>(List.of("receive", id, type));
        if (except) {
            call.add("-e");
        }
        try (ChildProcess receiver = sleeping(Syscall.MSGRCV, call.toArray())) {
            JsonNode waiter = queue(id).get("waiters").get(0);
            assertThat(waiter.get("pid").asLong()).isEqualTo(receiver.pid());
            assertThat(waiter.get("thread").asLong()).isEqualTo(receiver.pid());
            assertThat(waiter.get("program").asString()).isEqualTo("queue");
            assertThat(waiter.get("waits").asString()).isEqualTo("to receive");
            assertThat(waiter.get("type").asLong()).isEqualTo(type);
            assertThat(waiter.get("except").asBoolean()).isEqualTo(except);
            assertThat(letterbox.run("queues", "0x4242").expect(0).lines())
                    .contains(
                            "Waiting in queue %d:".formatted(id),
                            "  process %d (queue) waits for %s".formatted(receiver.pid(), words));
            assertThat(letterbox
                            .run("queues", "-c", "waiting", "--no-header")
                            .expect(0)
                            .text())
                    .isEqualTo("1 receiver\n");
        }
        assertThat(queue(id).get("waiters").isEmpty()).isTrue();
    }

    /** Whoever runs this for the first time does not know that there is such a column. */
    @Test
    void thatSomebodyWaitsIsShownOnANarrowTerminalToo() {
        int id = letterbox.create("-k", "0x4242");
        try (ChildProcess _ = sleeping(Syscall.MSGRCV, "receive", id, 7)) {
            assertThat(letterbox
                            .command("queues")
                            .onTerminal(60)
                            .run()
                            .expect(0)
                            .text())
                    .contains("WAITING", "1 receiver");
        }
        assertThat(letterbox.command("queues").onTerminal(60).run().expect(0).text())
                .doesNotContain("WAITING");
    }

    @Test
    void aSenderIsShownWithTheSizeOfItsMessage() {
        int id = letterbox.create("-k", "0x4242");
        letterbox.peer("flood", "" + id, "1", "8000", "2").expect(0);
        try (ChildProcess sender = sleeping(Syscall.MSGSND, "send", id, 3, "-z", 4000)) {
            JsonNode waiter = queue(id).get("waiters").get(0);
            assertThat(waiter.get("waits").asString()).isEqualTo("to send");
            assertThat(waiter.get("bytes").asLong()).isEqualTo(4000);
            assertThat(waiter.get("type").isNull()).isTrue();
            assertThat(letterbox
                            .run("top", "--once", "--delay", "100ms")
                            .expect(0)
                            .text())
                    .contains("1 sender");
            Finished doctor = letterbox.run("doctor").expect(1);
            assertThat(doctor.text())
                    .contains("it has never been read. Process %d (queue) waits to send 4000 bytes."
                            .formatted(sender.pid()));
        }
    }

    /** Of two programs that disagree on a type, neither is at fault alone, and their queue is not a leaked one. */
    @Test
    void theDoctorNamesAReaderThatWaitsForATypeThatTheQueueDoesNotHold() {
        int id = letterbox.create("-k", "0x4242");
        letterbox.peer("send", "" + id, "1", "-s", "x").expect(0);
        try (ChildProcess receiver = sleeping(Syscall.MSGRCV, "receive", id, 7)) {
            String says =
                    "Queue %d (key 0x00004242, owner root): its reader, process %d (queue), waits for a message of type 7; the queue holds only type 1 (1 message)."
                            .formatted(id, receiver.pid());
            // A note at first: the queue may be in use.
            Await.asserted(() -> assertThat(found("warning", "waiting", 1)).containsExactly(says));
            assertThat(found("note", "leaked", 1)).isEmpty();
            letterbox.peer("flood", "" + id, "1", "8000", "2").expect(0);
            Await.asserted(() -> assertThat(found("wrong", "waiting", 1))
                    .containsExactly(says.replace("(1 message)", "(3 messages)")));
            assertThat(found("wrong", "full", 1)).isEmpty();
            try (ChildProcess sender = sleeping(Syscall.MSGSND, "send", id, 3, "-z", 4000)) {
                assertThat(found("wrong", "waiting", 1))
                        .singleElement()
                        .asString()
                        .endsWith("(3 messages). Process %d (queue) waits to send 4000 bytes.".formatted(sender.pid()));
            }
        }
    }

    @Test
    void theDoctorNamesASenderWhoseMessageNeverFits() {
        int id = letterbox.create("-k", "0x4242");
        letterbox.run("set", "" + id, "--capacity", "2000").expect(0);
        try (ChildProcess sender = sleeping(Syscall.MSGSND, "send", id, 1, "-z", 3000)) {
            assertThat(found("wrong", "waiting", 1))
                    .containsExactly(
                            "Queue %d (key 0x00004242, owner root): process %d (queue) waits to send 3000 bytes, and they never fit: the capacity is 2000 bytes."
                                    .formatted(id, sender.pid()));
        }
    }

    private List<String> found(String weight, String check, int status) {
        JsonNode all = Schemas.checked(
                "doctor", letterbox.run("doctor", "--json").expect(status).text());
        return StreamSupport.stream(all.get("findings").spliterator(), false)
                .filter(finding -> finding.get("weight").asString().equals(weight))
                .filter(finding -> finding.get("check").asString().equals(check))
                .map(finding -> finding.get("says").asString())
                .toList();
    }

    @Test
    void aQueueInWhichAThreadWaitsIsRemovedAfterTwoQuestions() {
        int id = letterbox.create("-k", "0x4242");
        try (ChildProcess receiver = sleeping(Syscall.MSGRCV, "receive", id, 7)) {
            Finished no = letterbox
                    .command("rm", "" + id)
                    .onTerminal(80)
                    .input("y\nn\n")
                    .run()
                    .expect(1);
            assertThat(no.text())
                    .contains("  process %d (queue) waits for a message of type 7".formatted(receiver.pid()));
            assertThat(no.text().replaceAll("\\s+", " "))
                    .contains("Remove 1 queue with 0 messages? [y/N]")
                    .contains("1 thread still waits in it, and will fail with EIDRM. Remove it anyway? [y/N]")
                    .contains("Nothing removed.");
            assertThat(receiver.isAlive()).isTrue();
            letterbox
                    .command("rm", "" + id)
                    .onTerminal(80)
                    .input("y\ny\n")
                    .run()
                    .expect(0);
            receiver.exit();
        }
        assertThat(namespace.table().queues()).isEmpty();
    }

    /** As with hidepid and Yama: one process is hidden, of another one only the kernel's function is shown. */
    @Test
    void whatCouldNotBeSeenIsSaidToProgramsToo(@TempDir Path proc) throws IOException {
        Path thread = Files.createDirectories(proc.resolve("77/task/77"));
        Files.writeString(proc.resolve("77/stat"), "77 (reader) S 1");
        Files.writeString(thread.resolve("stat"), "77 (reader) S 1");
        Files.writeString(thread.resolve("wchan"), "do_msgrcv");
        JsonNode found = Schemas.checked(
                "queues",
                Queues.object(new FoundQueues(List.of(), List.of(), Waiters.look(proc)))
                        .toString());
        assertThat(found.get("waitersHidden").asBoolean()).isTrue();
        assertThat(found.get("waitersHiddenWhy").asString())
                .startsWith("/proc does not show other users' processes, so that what they wait for is hidden.");
        JsonNode waiter = found.get("waitersSomewhere").get(0);
        assertThat(waiter.get("pid").asLong()).isEqualTo(77);
        assertThat(waiter.get("program").asString()).isEqualTo("reader");
        assertThat(waiter.get("waits").asString()).isEqualTo("to receive");
        assertThat(List.of("type", "except", "bytes"))
                .allSatisfy(unknown -> assertThat(waiter.get(unknown).isNull()).isTrue());
    }

    @Test
    void anotherUserIsToldThatWaitersMayBeHidden() {
        int id = letterbox.create("-k", "0x4242", "-m", "666");
        try (ChildProcess _ = sleeping(Syscall.MSGRCV, "receive", id, 7)) {
            JsonNode found = Schemas.checked(
                    "queues",
                    letterbox
                            .commandOfNobody("queues", "--json")
                            .run()
                            .expect(0)
                            .text());
            assertThat(found.get("waitersHidden").asBoolean()).isTrue();
            assertThat(found.get("queues").get(0).get("waiters").isEmpty()).isTrue();
            assertThat(found.get("waitersHiddenWhy").asString())
                    .matches(
                            "What (process \\d+ waits|\\d+ processes wait) for.* is hidden from you\\. Root sees it\\.");
            assertThat(String.join(
                            " ",
                            letterbox
                                    .commandOfNobody("queues")
                                    .onTerminal(40)
                                    .run()
                                    .expect(0)
                                    .lines()))
                    .matches(".*WAITING: What .* is +hidden +from +you\\. +Root +sees +it\\.");
        }
    }

    @Test
    void rootIsToldWhatIsHiddenFromItTooAndNothingElse() {
        Waiters look = Waiters.look();
        JsonNode found = Schemas.checked(
                "queues", letterbox.run("queues", "--json").expect(0).text());
        assertThat(found.get("waitersHiddenWhy").isNull())
                .isEqualTo(!found.get("waitersHidden").asBoolean());
        if (look.areSomeHidden() && !look.areProcessesHidden()) {
            assertThat(found.get("waitersHiddenWhy").asString()).endsWith(" is hidden from root too.");
        }
    }
}
