package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Schemas;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Every queue or message here has a C program at its other end. */
class RawCallsTest {
    @AutoClose
    private final IpcNamespace namespace = IpcNamespace.with(Map.of());

    private final Operator letterbox = new Operator(namespace);

    @Test
    void creates() {
        String made = letterbox
                .run("create", "--key", "0x1234", "--mode", "0620", "--capacity", "4K")
                .expect(0)
                .text();
        assertThat(made).isEqualTo("Created queue 0: key 0x00001234, mode 0620, capacity 4096 bytes.\n");
        assertThat(letterbox.peer("stat", "0").expect(0).text())
                .contains("key 0x00001234")
                .contains("mode 0620")
                .contains("qbytes 4096");
        String id = letterbox.run("create", "--quiet").expect(0).text().strip();
        assertThat(letterbox.peer("stat", id).expect(0).text()).contains("key 0x00000000");
        assertThat(letterbox.run("create", "--key", "0x1234").expect(1).err()).contains("EEXIST");
    }

    @Test
    void aRefusedCapacityLeavesNoQueue() {
        Finished refused =
                letterbox.commandOfNobody("create", "--capacity", "1M").run().expect(1);
        assertThat(refused.err()).contains("CAP_SYS_RESOURCE");
        assertThat(namespace.table().queues()).isEmpty();
    }

    @Test
    void sendsTextBytesFilesAndStdin(@TempDir Path folder) throws Exception {
        int queue = letterbox.create("-k", "0x55");
        assertThat(letterbox
                        .run("send", "" + queue, "--text", "h\u00e9")
                        .expect(0)
                        .text())
                .isEqualTo("Sent type 1, 3 bytes, to queue %d.%n".formatted(queue));
        letterbox.run("send", "0x55", "--type", "7", "--hex", "01 00 ff").expect(0);
        letterbox
                .run(
                        "send",
                        "key:85",
                        "--file",
                        Files.writeString(folder.resolve("body"), "abc").toString())
                .expect(0);
        letterbox.command("send", "" + queue, "--type", "9").input("x\n").run().expect(0);
        letterbox.run("send", "" + queue, "--text", "").expect(0);
        assertThat(letterbox.peer("receive", "" + queue, "0").expect(0).text()).isEqualTo("1 3 68c3a9\n");
        assertThat(letterbox.peer("receive", "" + queue, "0").expect(0).text()).isEqualTo("7 3 0100ff\n");
        assertThat(letterbox.peer("receive", "" + queue, "0").expect(0).text()).isEqualTo("1 3 616263\n");
        assertThat(letterbox.peer("receive", "" + queue, "0").expect(0).text()).isEqualTo("9 2 780a\n");
        assertThat(letterbox.peer("receive", "" + queue, "0").expect(0).text()).isEqualTo("1 0\n");
    }

    @Test
    void stdinIsReadAlsoWhereTheLongestMessageIsTheLargestNumber() {
        try (IpcNamespace large = IpcNamespace.with(Map.of("msgmax", Integer.MAX_VALUE))) {
            Operator there = new Operator(large);
            int queue = there.create();
            there.command("send", "" + queue).input("x").run().expect(0);
            assertThat(there.peer("receive", "" + queue, "0").expect(0).text()).isEqualTo("1 1 78\n");
        }
    }

    @Test
    void anUnreadableFileIsNamed(@TempDir Path folder) {
        int queue = letterbox.create();
        assertThat(letterbox
                        .run("send", "" + queue, "--file", "" + folder)
                        .expect(1)
                        .err())
                .isEqualTo("letterbox: " + folder + ": Is a directory\n");
        assertThat(Operator.refusal("send", "" + queue, "--file", ""))
                .contains("--file: the name of a file cannot be empty.");
        assertThat(Operator.refusal("send", "" + queue, "--from-json", ""))
                .contains("--from-json: the name of a file cannot be empty.");
        assertThat(namespace.table().queues()).allMatch(each -> each.messages() == 0);
    }

    @Test
    void aFullQueueIsAnErrorAfterTheTimeout() {
        int queue = letterbox.create();
        letterbox.peer("flood", "" + queue, "1", "8192", "2").expect(0);
        assertThat(letterbox
                        .run("send", "" + queue, "--text", "x", "--no-wait")
                        .expect(1)
                        .err())
                .contains("16384 of 16384 bytes")
                .contains("EAGAIN");
        assertThat(letterbox
                        .run("send", "" + queue, "--text", "x", "--timeout", "100ms")
                        .expect(1)
                        .err())
                .contains("EAGAIN");
        assertThat(letterbox
                        .command("send", "" + queue)
                        .input(new byte[9_000])
                        .run()
                        .expect(1)
                        .err())
                .contains("(msgmax), 8192 bytes");
    }

    @Test
    void receivesByTypeAndInEveryFormat() {
        int queue = letterbox.create();
        for (String type : List.of("5", "3", "4", "4", "6")) {
            letterbox.peer("send", "" + queue, type, "-x", "6869000a").expect(0);
        }
        assertThat(receive(queue, "--type", "4")).isEqualTo("type 4, 4 bytes: hi\\0\\n\n");
        assertThat(receive(queue, "--up-to", "4", "--format", "hex"))
                .isEqualTo("type 3, 4 bytes\n00000000  68 69 00 0a" + " ".repeat(38) + "|hi..|\n");
        JsonNode json = Schemas.checked("message", receive(queue, "--except", "5", "--format", "json"));
        assertThat(json.get("type").asInt()).isEqualTo(4);
        assertThat(json.get("text").asString()).isEqualTo("hi\0\n");
        assertThat(receive(queue, "--no-wait", "--format", "raw")).isEqualTo("hi\0\n");
        assertThat(receive(queue)).startsWith("type 6");
        assertThat(letterbox.run("receive", "" + queue, "--no-wait").expect(1).err())
                .isEqualTo("letterbox: No message arrived in time from queue %d (type any; msgrcv: ENOMSG).%n"
                        .formatted(queue));
    }

    private String receive(int queue, String... options) {
        String[] words = new String[options.length + 2];
        words[0] = "receive";
        words[1] = "" + queue;
        System.arraycopy(options, 0, words, 2, options.length);
        return letterbox.run(words).expect(0).text();
    }

    @Test
    void followsNewMessagesAndReportsTheRemovalOfTheQueue() {
        int queue = letterbox.create();
        try (ChildProcess receiver =
                letterbox.command("receive", "" + queue, "--follow").start()) {
            receiver.proc().awaitAsleepIn(Syscall.MSGRCV);
            letterbox.peer("send", "" + queue, "2", "-s", "one").expect(0);
            letterbox.peer("send", "" + queue, "3", "-s", "two").expect(0);
            receiver.awaitLine("type 3, 3 bytes: two");
            letterbox.peer("rm", "" + queue).expect(0);
            assertThat(receiver.exit().expect(1).err()).contains("was removed");
        }
    }

    @Test
    void peeksWithoutReceiving() {
        int queue = letterbox.create();
        letterbox.peer("send", "" + queue, "2", "-s", "one").expect(0);
        letterbox.peer("send", "" + queue, "3", "-x", "ff").expect(0);
        assertThat(letterbox.run("peek", "" + queue).expect(0).text())
                .isEqualTo("0: type 2, 3 bytes: one\n1: type 3, 1 byte: \\xff\n");
        assertThat(letterbox.run("peek", "" + queue, "--type", "3").expect(0).lines())
                .hasSize(1);
        JsonNode json = Schemas.checked(
                "message",
                letterbox
                        .run("peek", "" + queue, "--at", "1", "--format", "json")
                        .expect(0)
                        .text());
        assertThat(json.get("index").asInt()).isEqualTo(1);
        assertThat(json.get("text").isNull()).isTrue();
        assertThat(letterbox.run("peek", "" + queue, "--at", "2").expect(1).err())
                .contains("no message at position 2");
        assertThat(letterbox.peer("stat", "" + queue).expect(0).text()).contains("qnum 2");
    }

    @Test
    void peeksAtAPartOfTheQueue() {
        int queue = letterbox.create();
        for (String body : List.of("a", "b", "c", "d")) {
            letterbox
                    .peer("send", "" + queue, body.equals("c") ? "2" : "1", "-s", body)
                    .expect(0);
        }
        assertThat(letterbox
                        .run("peek", "" + queue, "--from", "1", "--count", "2")
                        .expect(0)
                        .text())
                .isEqualTo("1: type 1, 1 byte: b\n2: type 2, 1 byte: c\n");
        assertThat(letterbox
                        .run("peek", "" + queue, "--from", "1", "-c", "2", "--type", "1")
                        .expect(0)
                        .text())
                .as("the count is of those that are shown")
                .isEqualTo("1: type 1, 1 byte: b\n3: type 1, 1 byte: d\n");
        assertThat(letterbox.run("peek", "" + queue, "--from", "4").expect(0).text())
                .isEmpty();
    }

    /** Each message costs a walk through the queue, during which its users wait. */
    @Test
    void peeksAtNoMoreThanTenThousandMessagesUnlessAsked() {
        int queue = letterbox.create();
        letterbox.peer("flood", "" + queue, "1", "1", "10001").expect(0);
        Finished some = letterbox.run("peek", "" + queue, "--format", "raw").expect(0);
        assertThat(some.out()).hasSize(10_000);
        assertThat(some.err()).contains("holds 10001 messages. 10000 were shown");
        Finished all = letterbox
                .run("peek", "" + queue, "--format", "raw", "--count", "10001")
                .expect(0);
        assertThat(all.out()).hasSize(10_001);
        assertThat(all.err()).isEmpty();
    }

    @Test
    void receivesAsManyAsWanted() {
        int queue = letterbox.create();
        letterbox.peer("flood", "" + queue, "1", "2", "5").expect(0);
        assertThat(receive(queue, "--count", "3").lines()).hasSize(3);
        Finished fewer = letterbox
                .run("receive", "" + queue, "--count", "3", "--no-wait")
                .expect(1);
        assertThat(fewer.lines()).hasSize(2);
        assertThat(fewer.err())
                .isEqualTo("letterbox: Only 2 of 3 messages arrived in time from queue %d (type any; msgrcv: ENOMSG).%n"
                        .formatted(queue));
    }

    /** What an operator does with a queue whose reader is gone, and undoes later. */
    @Test
    void whatWasReceivedAsJsonIsSentBackInOrderWithItsTypes(@TempDir Path folder) throws Exception {
        int queue = letterbox.create();
        String[] bodies = {"", "00ff0a", "c3a9", "7b7d"};
        long[] types = {Long.MAX_VALUE, 1, 1L << 53, 7};
        for (int i = 0; i < bodies.length; i++) {
            letterbox.peer("send", "" + queue, "" + types[i], "-x", bodies[i]).expect(0);
        }
        Path saved = folder.resolve("saved.jsonl");
        Files.write(
                saved,
                letterbox
                        .run("receive", "" + queue, "--follow", "--no-wait", "--format", "json")
                        .expect(0)
                        .out());
        assertThat(letterbox.peer("stat", "" + queue).expect(0).text()).contains("qnum 0");

        assertThat(letterbox
                        .run("send", "" + queue, "--from-json", saved.toString())
                        .expect(0)
                        .text())
                .isEqualTo("Sent 4 messages, 7 bytes, to queue %d.%n".formatted(queue));
        letterbox
                .command("send", "" + queue, "--from-json", "-")
                .input(Files.readAllBytes(saved))
                .run()
                .expect(0);
        for (int i = 0; i < 2 * bodies.length; i++) {
            JsonNode message = Schemas.checked("message", receive(queue, "--no-wait", "--format", "json"));
            assertThat(message.get("type").asString()).isEqualTo("" + types[i % bodies.length]);
            assertThat(message.get("hex").asString()).isEqualTo(bodies[i % bodies.length]);
        }
    }

    @Test
    void aLineThatIsNoSavedMessageIsNamedWithWhatWasSentBeforeIt() {
        int queue = letterbox.create();
        String good = "{\"type\":1,\"hex\":\"41\"}\n";
        for (String[] bad : new String[][] {
            {"hello", "it is not JSON"},
            {"[1]", "\"type\" is not a number"},
            {"{\"hex\":\"41\"}", "\"type\" is not a number from 1"},
            {"{\"type\":0,\"hex\":\"41\"}", "\"type\" is not a number from 1"},
            {"{\"type\":\"x\",\"hex\":\"41\"}", "\"type\" is not a number from 1"},
            {"{\"type\":1}", "no \"hex\""},
            {"{\"type\":1,\"hex\":\"4\"}", "not hexadecimal"},
            {"{\"type\":1,\"hex\":\"41\",\"size\":2}", "\"size\" is 2, but \"hex\" has 1 bytes"}
        }) {
            Finished refused = letterbox
                    .command("send", "" + queue, "--from-json", "-")
                    .input(good + bad[0] + "\n")
                    .run()
                    .expect(1);
            assertThat(refused.err())
                    .startsWith(
                            "letterbox: Line 2 of stdin is not a message that letterbox receive --format json wrote: ")
                    .containsPattern(bad[1])
                    .contains("1 message before line 2 was sent");
            letterbox.peer("drain", "" + queue).expect(0);
        }
        Finished full = letterbox
                .command("send", "" + queue, "--from-json", "-", "--no-wait")
                .input(("{\"type\":1,\"hex\":\"" + "41".repeat(6000) + "\"}\n").repeat(3))
                .run()
                .expect(1);
        assertThat(full.err()).contains("EAGAIN", "2 messages before line 3 were sent, and the rest of stdin was not.");
    }

    /** As a shell would run it. */
    @Test
    void theAdviceForTheRestOfTheMessagesWorks(@TempDir Path folder) throws Exception {
        int queue = letterbox.create();
        Path file = folder.resolve("it's saved");
        String good = "{\"type\":1,\"hex\":\"41\"}\n";
        Files.writeString(file, good + "bad\n" + good + good);
        String skipping = letterbox
                .run("send", "" + queue, "--from-json", file.toString())
                .expect(1)
                .err();
        assertThat(skipping)
                .contains(" 1 message before line 2 was sent; for the rest without this line: tail -n +3 -- ");
        follow(skipping);
        assertThat(letterbox.peer("stat", "" + queue).expect(0).text()).contains("qnum 3");
        letterbox.peer("drain", "" + queue).expect(0);

        String large = "{\"type\":1,\"hex\":\"" + "41".repeat(6000) + "\"}\n";
        Files.writeString(file, large.repeat(2) + large);
        String full = letterbox
                .run("send", "" + queue, "--from-json", file.toString(), "--no-wait")
                .expect(1)
                .err();
        assertThat(full).contains("2 messages before line 3 were sent; for the rest: tail -n +3 -- ");
        letterbox.peer("drain", "" + queue).expect(0);
        follow(full);
        assertThat(letterbox.peer("stat", "" + queue).expect(0).text()).contains("qnum 1");
    }

    private void follow(String advice) {
        String command = advice.substring(advice.indexOf("tail -n"));
        assertThat(command).contains(" | letterbox send ");
        String[] halves = command.strip().split(" \\| letterbox ", -1);
        byte[] rest = Command.of("sh", "-c", halves[0]).run().expect(0).out();
        letterbox.command(halves[1].split(" ", -1)).input(rest).run().expect(0);
    }

    @Test
    void aLineWithoutAnEndIsRefusedBeforeItFillsTheMemory(@TempDir Path folder) {
        int queue = letterbox.create();
        assertThat(letterbox
                        .run("send", "" + queue, "--from-json", "/dev/zero")
                        .expect(1)
                        .err())
                .startsWith("letterbox: Line 1 of /dev/zero is longer than the longest message (msgmax) is in JSON, ")
                .contains("Nothing was sent.")
                .hasLineCount(1);
        assertThat(letterbox
                        .run("send", "" + queue, "--from-json", folder.toString())
                        .expect(1)
                        .err())
                .isEqualTo("letterbox: %s: Is a directory. Nothing was sent.\n".formatted(folder));
    }

    /** Each of its bytes takes as many characters as can be. */
    @Test
    void theLongestMessageIsSentBack(@TempDir Path folder) throws Exception {
        int queue = letterbox.create();
        Path saved = folder.resolve("saved.jsonl");
        letterbox.peer("send", "" + queue, "1", "-x", "01".repeat(8192)).expect(0);
        Files.write(
                saved,
                letterbox
                        .run("receive", "" + queue, "--format", "json")
                        .expect(0)
                        .out());
        letterbox.run("send", "" + queue, "--from-json", saved.toString()).expect(0);
        assertThat(letterbox.peer("stat", "" + queue).expect(0).text()).contains("qnum 1");
    }

    @Test
    void aLongQueueIsEmptied() {
        int queue = letterbox.create();
        letterbox.peer("flood", "" + queue, "1", "1", "16000").expect(0);
        assertThat(letterbox
                        .run("receive", "" + queue, "--follow", "--no-wait", "--format", "json")
                        .expect(0)
                        .lines())
                .hasSize(16_000);
        assertThat(letterbox.peer("stat", "" + queue).expect(0).text()).contains("qnum 0");
    }

    @Test
    void peeksAtNewMessages() {
        int queue = letterbox.create();
        letterbox.peer("send", "" + queue, "1", "-s", "old").expect(0);
        try (ChildProcess peeking =
                letterbox.command("peek", "" + queue, "--follow").start()) {
            peeking.awaitLine("old");
            letterbox.peer("send", "" + queue, "1", "-s", "new").expect(0);
            peeking.awaitLine("1: type 1, 3 bytes: new");
            letterbox.peer("receive", "" + queue, "0").expect(0);
            letterbox.peer("send", "" + queue, "1", "-s", "newer").expect(0);
            peeking.awaitLine("1: type 1, 5 bytes: newer");
            assertThat(peeking.out().lines()).hasSize(3);
        }
    }

    @Test
    void setsOwnerModeAndCapacity() {
        int queue = letterbox.ipcmk("--mode", "0600");
        Privileges.assumeRoot();
        assertThat(letterbox
                        .run("set", "" + queue, "--owner", "nobody:65534", "--mode", "0660", "--capacity", "1K")
                        .expect(0)
                        .lines())
                .satisfiesExactly(
                        line -> assertThat(line).endsWith(": capacity 1024 bytes, was 16384 bytes."),
                        line -> assertThat(line).endsWith(": mode 0660, was 0600."),
                        line -> assertThat(line).contains(": owner nobody:").endsWith(", was root:root."));
        assertThat(letterbox.peer("stat", "" + queue).expect(0).text())
                .contains("uid 65534\n", "gid 65534\n", "cuid 0\n", "mode 0660\n", "qbytes 1024\n");
    }

    @Test
    void aCapacityThatTheKernelWouldMisreadIsRejectedAndNothingIsChanged() {
        int queue = letterbox.create();
        for (String tooMuch :
                new String[] {"4294967296", "4294967297", "2147483648", "2048M", "99999999999999999999"}) {
            assertThat(letterbox
                            .run("set", "" + queue, "--capacity", tooMuch)
                            .expect(2)
                            .err())
                    .contains("'" + tooMuch + "' is more than a queue can hold", "2147483647");
            assertThat(letterbox.run("create", "--capacity", tooMuch).expect(2).err())
                    .contains("'" + tooMuch + "' is more than a queue can hold");
        }
        assertThat(letterbox.peer("stat", "" + queue).expect(0).text()).contains("qbytes 16384\n");
        assertThat(namespace.table().queues()).hasSize(1);
    }

    @Test
    void removesAfterConfirmationOrWithYes() {
        int one = letterbox.ipcmk();
        int two = letterbox.create("-k", "0x66");
        Finished dry =
                letterbox.run("rm", "" + one, "0x66", "31337", "--dry-run").expect(1);
        assertThat(dry.text()).endsWith("Would remove 2 queues with 0 messages.\n");
        assertThat(dry.err()).isEqualTo("letterbox: queue 31337 does not exist\n");
        assertThat(letterbox.run("rm", "" + one).expect(2).err()).contains("--yes");
        Finished no =
                letterbox.command("rm", "" + one).onTerminal(80).input("n\n").run();
        assertThat(no.expect(1).text()).contains("[y/N]").contains("Nothing removed.");
        assertThat(namespace.table().queues()).hasSize(2);
        Finished yes =
                letterbox.command("rm", "" + one).onTerminal(80).input("y\n").run();
        assertThat(yes.expect(0).text()).contains("Removed queue " + one + ".");
        Finished all =
                letterbox.command("rm", "--all").onTerminal(80).input("n\n").run();
        assertThat(all.expect(1).text()).contains("Remove 1 queue with 0 messages? [y/N]");
        letterbox.run("rm", "0x66", "--yes").expect(0);
        assertThat(namespace.table().queue(two)).isEmpty();
        letterbox.create();
        letterbox.create();
        letterbox.run("rm", "--all", "--yes").expect(0);
        assertThat(namespace.table().queues()).isEmpty();
    }

    @Test
    void removesOnlyOrphans() {
        int orphan = letterbox.createAbandoned();
        int unused = letterbox.create();
        assertThat(letterbox.run("rm", "--orphans", "--yes").expect(0).lines())
                .last()
                .isEqualTo("Removed queue " + orphan + ".");
        assertThat(namespace.table().queues()).singleElement().matches(queue -> queue.id() == unused);
        assertThat(letterbox.run("rm", "--orphans", "--yes").expect(0).text()).isEqualTo("No queue to remove.\n");
    }

    @Test
    void aQueueInWhichAProcessSleepsIsNoOrphan() {
        int queue = letterbox.createAbandoned();
        try (ChildProcess owner = Command.of(Peers.program("queue"), "receive", "" + queue, "7")
                .in(namespace)
                .start()) {
            owner.proc().awaitAsleepIn(Syscall.MSGRCV);
            letterbox.peer("send", "" + queue, "1", "-s", "for another").expect(0);
            assertThat(letterbox.run("rm", "--orphans", "--yes").expect(0).text())
                    .isEqualTo("No queue to remove.\n");
            assertThat(letterbox
                            .run("queues", "--orphans", "--no-header")
                            .expect(0)
                            .text())
                    .isEmpty();
            owner.kill();
            owner.exit();
            assertThat(letterbox.run("rm", "--orphans", "--yes").expect(0).lines())
                    .last()
                    .isEqualTo("Removed queue " + queue + ".");
        }
    }

    @Test
    void anUnreadQueueIsNoOrphanWhileItsOwnerMayBeRunning() {
        try (ChildProcess other = Command.of("sleep", "600").in(namespace).start()) {
            int queue = letterbox.create();
            letterbox.peer("send", "" + queue, "1", "-s", "an answer").expect(0);
            assertThat(letterbox.run("rm", "--orphans", "--yes").expect(0).text())
                    .as("its creator has process %d", other.pid())
                    .isEqualTo("No queue to remove.\n");
        }
        int queue = Integer.parseInt(letterbox
                .commandOfNobody("create", "--quiet")
                .run()
                .expect(0)
                .text()
                .strip());
        letterbox.peer("send", "" + queue, "1", "-s", "an answer").expect(0);
        assertThat(letterbox.run("rm", "--orphans", "--yes").expect(0).lines())
                .as("its creator has no process")
                .last()
                .isEqualTo("Removed queue " + queue + ".");
    }

    @Test
    void reportsAFailedRemovalAndContinues() {
        letterbox.create("-m", "600");
        Finished refused = letterbox.commandOfNobody("rm", "0", "--yes").run().expect(1);
        assertThat(refused.err()).contains("EPERM").contains("you are uid " + Privileges.NOBODY);
        assertThat(namespace.table().queues()).hasSize(1);
    }

    @Test
    void rejectsWrongUsageInOneLine() {
        for (String[] wrong : new String[][] {
            {"send"},
            {"send", "5", "--text", "a", "--hex", "0a"},
            {"send", "5", "--hex", "0g"},
            {"send", "5", "--type", "0"},
            {"receive", "5", "--type", "1", "--except", "1"},
            {"receive", "5", "--timeout", "1s", "--no-wait"},
            {"peek", "5", "--at", "-1"},
            {"peek", "5", "--at", "1", "--count", "2"},
            {"peek", "5", "--count", "0"},
            {"peek", "5", "--follow", "--from", "2"},
            {"receive", "5", "--count", "0"},
            {"receive", "5", "--count", "2", "--follow"},
            {"send", "5", "--from-json", "x", "--text", "y"},
            {"rm"},
            {"rm", "--all", "5"},
            {"set", "5"},
            {"set", "5", "--mode", "888"},
            {"set", "5", "--owner", "no-such-user"},
            {"set", "5", "--capacity", "0"},
            {"create", "--key", "0"}
        }) {
            assertThat(Operator.refusal(wrong).lines()).hasSize(1);
        }
    }

    /** As in small containers. */
    @Test
    void withoutGetentANumberStillNamesAnOwner() {
        int queue = letterbox.create();
        Finished byName = letterbox
                .command("set", "" + queue, "--owner", "nobody")
                .env("PATH", "/nowhere")
                .run()
                .expect(2);
        assertThat(byName.err())
                .contains("cannot look up user 'nobody': getent is not installed. Write the user's number.");
        letterbox
                .command("set", "" + queue, "--owner", "65534")
                .env("PATH", "/nowhere")
                .run()
                .expect(0);
        assertThat(letterbox.peer("stat", "" + queue).expect(0).text()).contains("uid 65534");
    }
}
