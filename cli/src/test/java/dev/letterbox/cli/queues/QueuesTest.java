package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Schemas;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Syscall;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class QueuesTest {
    @AutoClose
    private final IpcNamespace namespace = IpcNamespace.with(Map.of());

    private final Operator letterbox = new Operator(namespace);

    @Test
    void showsTheQueuesOfOtherPrograms() {
        int keyed = letterbox.create("-k", "0x1234", "-m", "640");
        int made = letterbox.ipcmk("--mode", "0600");
        letterbox.peer("flood", "" + keyed, "1", "1000", "5").expect(0);

        JsonNode queues = Schemas.checked(
                        "queues", letterbox.run("queues", "--json").expect(0).text())
                .get("queues");

        assertThat(queues.size()).isEqualTo(2);
        JsonNode first = queues.get(0);
        assertThat(first.get("id").asInt()).isEqualTo(keyed);
        assertThat(first.get("key").asString()).isEqualTo("0x00001234");
        assertThat(first.get("kind").asString()).isEqualTo("keyed");
        assertThat(first.get("mode").asString()).isEqualTo("0640");
        assertThat(first.get("messages").asInt()).isEqualTo(5);
        assertThat(first.get("bytes").asInt()).isEqualTo(5_000);
        assertThat(first.get("capacity").asInt()).isEqualTo(16_384);
        assertThat(first.get("fullPercent").asDouble()).isEqualTo(30.5);
        assertThat(first.get("lastSender").get("state").asString()).isEqualTo("gone");
        assertThat(first.get("lastReceiver").isNull()).isTrue();
        assertThat(first.get("orphan").asBoolean()).isTrue();
        assertThat(queues.get(1).get("id").asInt()).isEqualTo(made);
        assertThat(queues.get(1).get("orphan").asBoolean()).as("never used").isFalse();
    }

    @Test
    void knowsTheProcessBehindAThreadThatReceived() {
        int queue = letterbox.create();
        try (ChildProcess receiver = letterbox
                .command("receive", "" + queue, "--follow", "--timeout", "60s")
                .start()) {
            receiver.proc().awaitAsleepIn(Syscall.MSGRCV);
            letterbox.peer("send", "" + queue, "1", "-s", "x").expect(0);
            receiver.awaitLine("type 1");
            JsonNode process = Schemas.checked(
                            "queues",
                            letterbox.run("queues", "--json").expect(0).text())
                    .get("queues")
                    .get(0)
                    .get("lastReceiver");
            assertThat(process.get("pid").asLong()).isEqualTo(receiver.pid());
            assertThat(process.get("reported").asLong()).isNotEqualTo(receiver.pid());
            assertThat(process.get("program").asString()).isEqualTo("java");
            assertThat(process.get("state").asString()).isEqualTo("alive");
        }
    }

    @Test
    void distinguishesAServersQueueFromThatOfAKilledServer(@TempDir Path folder) {
        try (ChildProcess server =
                letterbox.command("serve", folder.toString(), "--quiet").start()) {
            server.awaitLine("Serving");
            JsonNode running = onlyQueue();
            assertThat(running.get("kind").asString()).isEqualTo("server");
            assertThat(running.get("server").get("process").asLong()).isEqualTo(server.pid());
            server.kill();
            server.exit();
            JsonNode left = onlyQueue();
            assertThat(left.get("kind").asString()).isEqualTo("left-over");
            assertThat(left.get("server").get("process").isNull()).isTrue();
        }
    }

    private JsonNode onlyQueue() {
        JsonNode queues = Schemas.checked(
                        "queues", letterbox.run("queues", "--json").expect(0).text())
                .get("queues");
        assertThat(queues.size()).isEqualTo(1);
        return queues.get(0);
    }

    @Test
    void filtersAndSorts() {
        int empty = letterbox.create("-k", "0x77");
        int full = letterbox.createAbandoned();
        letterbox.peer("flood", "" + full, "1", "8192", "2").expect(0);
        assertThat(ids("--fuller-than", "80%")).containsExactly(full);
        assertThat(ids("--key", "0x77")).containsExactly(empty);
        assertThat(ids("--private")).containsExactly(full);
        assertThat(ids("--orphans")).containsExactly(full);
        assertThat(ids("--older-than", "1h")).isEmpty();
        // The kernel counts seconds.
        Await.until(
                "both are older than a second", () -> ids("--older-than", "1s").size() == 2);
        assertThat(ids("--owner", "nobody")).isEmpty();
        assertThat(letterbox
                        .run("queues", "-o", "id,key", "--noheadings", "--key", "0x77")
                        .expect(0)
                        .text()
                        .strip())
                .as("as lsipc has it")
                .isEqualTo(empty + "  0x00000077");
        assertThat(ids("--sort", "full")).containsExactly(full, empty);
        assertThat(ids("--sort", "full", "--reverse")).containsExactly(empty, full);
    }

    private List<Integer> ids(String... options) {
        String[] words = new String[options.length + 4];
        List.of("queues", "--columns", "id", "--no-header").toArray(words);
        System.arraycopy(options, 0, words, 4, options.length);
        return letterbox.run(words).expect(0).lines().stream()
                .map(line -> Integer.valueOf(line.strip()))
                .toList();
    }

    @Test
    void namesAMissingQueue() {
        int queue = letterbox.create("-k", "0x99");
        Finished finished = letterbox.run("queues", "0x99", "31337", "key:5").expect(1);
        assertThat(finished.lines()).hasSize(2);
        assertThat(finished.lines().getLast()).contains(" " + queue + " ");
        assertThat(finished.err().lines())
                .containsExactly(
                        "letterbox: queue 31337 does not exist", "letterbox: queue with key 0x00000005 does not exist");
    }

    @Test
    void showsWhatAnotherUserMayNotRead() {
        letterbox.create("-m", "600");
        Finished finished = letterbox.commandOfNobody("queues", "--json").run().expect(0);
        JsonNode queue =
                Schemas.checked("queues", finished.text()).get("queues").get(0);
        assertThat(queue.get("capacity").asInt()).isEqualTo(16_384);
        assertThat(queue.get("owner").get("user").asString()).isEqualTo("root");
    }

    @Test
    void fitsANarrowTerminalAndColoursIt() {
        int full = letterbox.create();
        letterbox.peer("flood", "" + full, "1", "8192", "2").expect(0);
        List<String> narrow =
                letterbox.command("queues").onTerminal(80).run().expect(0).lines();
        assertThat(narrow).hasSize(2);
        assertThat(narrow).allSatisfy(line -> assertThat(plain(line).length()).isBetween(50, 80));
        assertThat(narrow.get(1)).contains("\u001b[31m100%\u001b[0m");
        List<String> wide =
                letterbox.command("queues").onTerminal(200).run().expect(0).lines();
        assertThat(plain(wide.getFirst()))
                .matches("KEY +ID +KIND +OWNER +CREATOR +MODE +MESSAGES +BYTES +CAPACITY +FULL +SENDER +RECEIVER"
                        + " +SENT +RECEIVED +CHANGED +WAITING +IDLE");
        assertThat(letterbox
                        .command("queues")
                        .onTerminal(200)
                        .env("NO_COLOR", "1")
                        .run()
                        .expect(0)
                        .text())
                .doesNotContain("\u001b");
        assertThat(letterbox.run("queues").text()).doesNotContain("\u001b");
    }

    @Test
    void fitsTheNarrowestTerminalWithWhatMattersMost() {
        int full = letterbox.create("-k", "0x4242");
        letterbox.peer("flood", "" + full, "1", "8192", "2").expect(0);
        for (int columns : new int[] {20, 40}) {
            List<String> lines = letterbox
                    .command("queues")
                    .onTerminal(columns)
                    .run()
                    .expect(0)
                    .lines();
            assertThat(lines).hasSize(2);
            assertThat(lines)
                    .allSatisfy(line -> assertThat(plain(line).length()).isLessThanOrEqualTo(columns));
            assertThat(plain(lines.getLast())).contains("100%");
        }
    }

    @Test
    void watchesInADumbTerminalLineAfterLine() {
        letterbox.create("-k", "0x4242");
        try (ChildProcess watching = letterbox
                .command("queues", "--watch", "100ms")
                .onTerminal(80)
                .env("TERM", "dumb")
                .start()) {
            for (int times = 0; times < 2; times++) {
                assertThat(watching.awaitLine(".*0x00004242.*").group()).doesNotContain("\u001b");
            }
            watching.signal("TERM");
            watching.exit();
        }
    }

    private static String plain(String line) {
        return line.replaceAll("\u001b\\[[0-9;]*m", "").stripTrailing();
    }

    @Test
    void watches() {
        try (ChildProcess watching =
                letterbox.command("queues", "--json", "--watch", "200ms").start()) {
            watching.awaitLine("\"queues\":\\[\\]");
            int queue = letterbox.create();
            String line = watching.awaitLine(".*\"id\":" + queue + ",.*").group();
            Schemas.checked("queues", line);
            // TERM, since INT may be ignored from the start.
            watching.signal("TERM");
            watching.exit().expect(143);
        }
    }

    @Test
    void aQueueAfterWatchIsNoTime() {
        letterbox.create("-k", "0x4242");
        int queue = letterbox.create("-k", "0x4243");
        for (String name : List.of("" + queue, "0x4243")) {
            try (ChildProcess watching =
                    letterbox.command("queues", "--json", "--watch", name).start()) {
                JsonNode queues = Schemas.checked(
                                "queues", watching.awaitLine(".*\"queues\".*").group())
                        .get("queues");
                assertThat(queues).hasSize(1);
                watching.signal("TERM");
                watching.exit().expect(143);
            }
        }
    }

    @Test
    void rejectsWrongOptionsInOneLine() {
        for (String[] wrong : new String[][] {
            {"queues", "5x"},
            {"queues", "--fuller-than", "much"},
            {"queues", "--owner", "no-such-user"},
            {"queues", "--sort", "colour"},
            {"queues", "--json", "--columns", "id"},
            {"queues", "--all-namespaces", "--sort", "id"},
            {"queues", "--all-namespaces", "5"},
            {"queues", "99999999999"}
        }) {
            assertThat(Operator.refusal(wrong).lines()).hasSize(1);
        }
    }
}
