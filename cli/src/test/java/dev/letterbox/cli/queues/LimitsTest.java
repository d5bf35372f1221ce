package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Schemas;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LimitsTest {
    private IpcNamespace namespace;
    private Operator letterbox;

    @BeforeEach
    void makeSmallTable() {
        namespace = IpcNamespace.with(Map.of("msgmni", 16, "msgmnb", 9000));
        letterbox = new Operator(namespace);
    }

    @AfterEach
    void endNamespace() {
        namespace.close();
    }

    @Test
    void showsLimitsAndTheirUseAndThatProcAgrees() {
        int queue = letterbox.ipcmk();
        letterbox.peer("flood", "" + queue, "1", "1000", "3").expect(0);
        String json = letterbox.run("limits", "--json").expect(0).text();
        JsonNode limits = Schemas.checked("limits", json).get("limits");
        assertThat(limits.get(0).get("value").asInt()).isEqualTo(16);
        assertThat(limits.get(0).get("used").asInt()).isEqualTo(1);
        assertThat(limits.get(0).get("usedPercent").asDouble()).isEqualTo(6.3);
        assertThat(limits.get(1).get("value").asInt()).isEqualTo(9_000);
        assertThat(limits.get(1).get("used").asInt()).isEqualTo(3_000);
        assertThat(limits.get(1).get("usedPercent").asDouble()).isEqualTo(33.3);
        assertThat(limits.get(2).get("value").asInt()).isEqualTo(8_192);
        for (JsonNode limit : limits) {
            assertThat(limit.get("inProc")).isEqualTo(limit.get("value"));
            assertThat(limit.get("warnings").isEmpty()).isTrue();
        }
    }

    /** Marks of life and lanes are segments, locks and bells are semaphores. */
    @Test
    void showsTheUseOfSegmentsAndSemaphoresToo() {
        Command.of("ipcmk", "--shmem", "10000").in(namespace).run().expect(0);
        Command.of("ipcmk", "--semaphore", "3").in(namespace).run().expect(0);
        JsonNode limits = Schemas.checked(
                        "limits", letterbox.run("limits", "--json").expect(0).text())
                .get("limits");
        assertThat(limits.valueStream()
                        .skip(3)
                        .map(limit -> limit.get("name").asString() + " " + limit.get("used"))
                        .toList())
                .containsExactly("shmmni 1", "shmall 3", "semmni 1", "semmns 3", "semopm null");
        assertThat(limits.get(5).get("raise").get("now").asString())
                .matches("sysctl -w kernel\\.sem=\"\\d+ \\d+ \\d+ \\d+\"");
    }

    @Test
    void aTableOfSegmentsThatIsNearlyFullIsAWarning() {
        try (IpcNamespace few = IpcNamespace.with(Map.of("shmmni", 1))) {
            Operator operator = new Operator(few);
            Command.of("ipcmk", "--shmem", "10").in(few).run().expect(0);
            assertThat(operator.run("limits").expect(0).text())
                    .contains(
                            "Warning: 1 of 1 shared memory segments are in use (shmmni): now no program can create another")
                    .contains("sysctl -w kernel.shmmni=64\n");
            assertThat(operator.run("doctor").expect(1).text()).contains("1 of 1 shared memory segments are in use");
        }
    }

    @Test
    void fitsATerminalOfEightyColumns() {
        int queue = letterbox.create();
        letterbox.peer("flood", "" + queue, "1", "1000", "1").expect(0);
        String text = letterbox.command("limits").onTerminal(80).run().expect(0).text();
        assertThat(text.replaceAll("\u001b\\[[0-9;]*m", "").lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(text).contains("In all queues: 1 message, 1000 bytes.");
    }

    @Test
    void warnsBeforeTheTableIsFullAndSaysHowToRaiseIt() {
        for (int i = 0; i < 13; i++) {
            letterbox.create();
        }
        assertThat(letterbox.run("limits").expect(0).text())
                .contains("Warning: 13 of 16 queues are in use")
                .contains("sysctl -w kernel.msgmni=64\n")
                .contains("docker run --sysctl kernel.msgmni=64")
                .contains("name: kernel.msgmni");
    }

    @Test
    void aMsgmnbBelowMsgmaxIsAProblem() {
        try (IpcNamespace odd = IpcNamespace.with(Map.of("msgmnb", 4096, "msgmax", 65536))) {
            Operator operator = new Operator(odd);
            assertThat(operator.run("limits").expect(0).text())
                    .contains("Warning: msgmnb is below msgmax, which is 65536: a message of more than 4096 bytes")
                    .contains("sysctl -w kernel.msgmnb=65536\n")
                    .doesNotContain("kernel.msgmax");
            assertThat(operator.run("doctor").expect(1).text())
                    .contains("msgmnb is below msgmax")
                    .contains("-> sysctl -w kernel.msgmnb=65536\n");
        }
    }

    @Test
    void aMsgmaxBelowLetterboxsMessagesIsAProblem() {
        try (IpcNamespace odd = IpcNamespace.with(Map.of("msgmax", 300))) {
            Operator operator = new Operator(odd);
            assertThat(operator.run("limits").expect(0).text())
                    .contains("Warning: msgmax is 300: Letterbox's messages have up to 8192 bytes")
                    .contains("sysctl -w kernel.msgmax=8192\n");
            assertThat(operator.run("doctor").expect(1).text())
                    .contains("msgmax is 300: Letterbox's messages have up to 8192 bytes")
                    .contains("-> sysctl -w kernel.msgmax=8192\n");
        }
    }

    @Test
    void aVeryLargeMsgmaxIsToBeLowered() {
        try (IpcNamespace odd = IpcNamespace.with(Map.of("msgmax", 131_072_000))) {
            Operator operator = new Operator(odd);
            assertThat(operator.run("limits").expect(0).text())
                    .contains(
                            "Warning: msgmax is 131072000: a single message may take that much of the kernel's memory")
                    .contains("A message of more than msgmnb, 16384 bytes, never fits into a new queue.")
                    .contains(
                            "To lower msgmax, unless a program needs more, or to raise another limit in the same way:")
                    .contains("sysctl -w kernel.msgmax=8192\n")
                    .doesNotContain("kernel.msgmnb");
            JsonNode msgmax = Schemas.checked(
                            "limits", operator.run("limits", "--json").expect(0).text())
                    .get("limits")
                    .get(2);
            assertThat(msgmax.get("lower").get("now").asString()).isEqualTo("sysctl -w kernel.msgmax=8192");
            assertThat(operator.run("doctor").text())
                    .contains("a program that receives into a buffer of msgmax bytes needs as much for each receiver")
                    .contains("-> if no program needs more: sysctl -w kernel.msgmax=8192\n")
                    .doesNotContain("kernel.msgmnb");
        }
    }

    @Test
    void bothLimitsAreToBeLoweredTogetherUnlessAProgramNeedsThem() {
        try (IpcNamespace odd = IpcNamespace.with(Map.of("msgmax", 131_072_000, "msgmnb", 131_072_000))) {
            Operator operator = new Operator(odd);
            String both = "sysctl -w kernel.msgmnb=16384 kernel.msgmax=8192";
            assertThat(operator.run("doctor").text().replaceAll("\\s+", " "))
                    .contains("Letterbox itself needs only 8192.")
                    .contains("-> if no program needs more: " + both + " ");
            assertThat(operator.run("limits").expect(0).text())
                    .contains("Warning: msgmnb is 131072000: each new queue may hold 125 MiB of the kernel's memory")
                    .contains("Warning: msgmax is 131072000: a single message may take that much")
                    .contains("To lower msgmnb and msgmax, unless a program needs more, or to raise another limit")
                    .contains("  " + both + "\n")
                    .contains("docker run --sysctl kernel.msgmnb=16384 --sysctl kernel.msgmax=8192 ...\n")
                    .contains("printf '%s\\n' kernel.msgmnb=16384 kernel.msgmax=8192 > /etc/sysctl.d/60-msg.conf\n");
            JsonNode limits = Schemas.checked(
                            "limits", operator.run("limits", "--json").expect(0).text())
                    .get("limits");
            for (int each : List.of(1, 2)) {
                assertThat(limits.get(each).get("lower").get("now").asString()).isEqualTo(both);
            }
        }
    }

    @Test
    void aLargeMsgmnbAloneIsLoweredToWhatAMessageMayTake() {
        try (IpcNamespace odd = IpcNamespace.with(Map.of("msgmax", 65_536, "msgmnb", 131_072_000))) {
            Operator operator = new Operator(odd);
            assertThat(operator.run("limits").expect(0).text())
                    .contains("To lower msgmnb, unless a program needs more,", "  sysctl -w kernel.msgmnb=65536\n");
            assertThat(operator.run("doctor").text())
                    .contains("-> if no program needs more: sysctl -w kernel.msgmnb=65536\n");
        }
    }

    @Test
    void noLimitIsToBeRaisedToItsOwnValue() {
        try (IpcNamespace full = IpcNamespace.with(Map.of("shmmni", 32_768, "msgmax", Integer.MAX_VALUE))) {
            JsonNode limits = Schemas.checked(
                            "limits",
                            new Operator(full).run("limits", "--json").expect(0).text())
                    .get("limits");
            for (JsonNode limit : limits) {
                String name = limit.get("name").asString();
                JsonNode raise = limit.path("raise");
                assertThat(raise.path("now").asString("")).doesNotEndWith(name + "=" + limit.get("value"));
                if (name.equals("shmall")) {
                    assertThat(raise.isNull()).as("unlimited").isTrue();
                }
                if (name.equals("shmmni")) {
                    assertThat(raise.get("atBoot").asString()).contains("ipcmni_extend");
                }
            }
        }
    }

    @Test
    void aLimitOfZeroCanBeRaised() {
        try (IpcNamespace odd = IpcNamespace.with(Map.of("msgmnb", 0))) {
            Operator operator = new Operator(odd);
            int queue = operator.create("-k", "0x51");
            assertThat(operator.run("limits").expect(0).text())
                    .contains("sysctl -w kernel.msgmnb=8192\n")
                    .doesNotContain("ipcmni_extend", "100%");
            assertThat(operator.run("doctor").expect(1).text())
                    .contains("Queue %d (key 0x00000051, owner root) has a capacity of 0 bytes".formatted(queue))
                    .contains("-> letterbox set %d --capacity 8192\n".formatted(queue))
                    .contains("-> sysctl -w kernel.msgmnb=8192\n")
                    .doesNotContain("system call filter", "start its reader");
        }
    }

    @Test
    void aSuccessfulProbeLeavesNoQueue() {
        JsonNode probe = Schemas.checked(
                        "limits",
                        letterbox
                                .run("limits", "--probe", "16", "--json")
                                .expect(0)
                                .text())
                .get("probe");
        assertThat(probe.get("made").asInt()).isEqualTo(16);
        assertThat(probe.get("refusal").isNull()).isTrue();
        assertThat(namespace.table().queues()).isEmpty();
    }

    @Test
    void aFailedProbeReportsTheErrorAndLeavesNoQueue() {
        int stranger = letterbox.create();
        Finished text = letterbox.run("limits", "--probe", "17").expect(1);
        assertThat(text.text()).contains("Probe: 15 queues were created").contains("ENOSPC");
        JsonNode probe = Schemas.checked(
                        "limits",
                        letterbox
                                .run("limits", "--probe", "100", "--json")
                                .expect(1)
                                .text())
                .get("probe");
        assertThat(probe.get("made").asInt()).isEqualTo(15);
        assertThat(probe.get("refusal").get("errno").asString()).isEqualTo("ENOSPC");
        assertThat(namespace.table().queues()).singleElement().matches(queue -> queue.id() == stranger);
    }

    @Test
    void anInterruptedProbeLeavesNoQueue() {
        try (IpcNamespace large = IpcNamespace.with(Map.of("msgmni", 32_000))) {
            Await.until("a probe is stopped in the middle", () -> isStoppedInTheMiddle(large));
        }
    }

    /** On a busy machine it may be over before anybody has looked; it leaves nothing then either. */
    private static boolean isStoppedInTheMiddle(IpcNamespace large) {
        try (ChildProcess probing = new Operator(large)
                .command("limits", "--probe", "32000")
                .env("JDK_JAVA_OPTIONS", "-Xint") // slow enough to be stopped in the middle
                .start()) {
            Await.until(
                    "the probe makes queues, or is over",
                    () -> !large.table().queues().isEmpty() || !probing.isAlive());
            Command.of("kill", "-TERM", "" + probing.pid()).run();
            int status = probing.exit().status();
            assertThat(large.table().queues()).isEmpty();
            return status == 143;
        }
    }

    @Test
    void rejectsAProbeOfZeroQueues() {
        assertThat(Operator.refusal("limits", "--probe", "0").lines()).hasSize(1);
    }
}
