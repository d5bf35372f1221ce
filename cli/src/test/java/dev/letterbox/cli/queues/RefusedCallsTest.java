package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Schemas;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The commands where the kernel's answers are refused, as by a security module, or hidden. A filter of system calls does it here. */
class RefusedCallsTest {
    private static final int IPC_RMID = 0;
    private static final int IPC_SET = 1;
    private static final int IPC_STAT = 2;
    private static final int IPC_INFO = 3;
    private static final int MSG_INFO = 12;
    private static final int MSG_STAT_ANY = 13;
    private static final List<String> ANSWERS =
            List.of("msgctl=" + IPC_INFO, "msgctl=" + MSG_INFO, "msgctl=" + MSG_STAT_ANY);

    @AutoClose
    private final IpcNamespace namespace = IpcNamespace.with(Map.of());

    private final Operator letterbox = new Operator(namespace);

    /** Runs the command with these calls refused. */
    private Finished refusing(String errno, List<String> calls, String... arguments) {
        List<String> words = new ArrayList<>(List.of(Peers.program("deny").toString(), errno));
        words.addAll(calls);
        words.add("--");
        words.addAll(Letterbox.program(arguments).words());
        return Command.of(words).in(namespace).withoutEnv("NO_COLOR").run();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EPERM", "EACCES", "ENOSYS"})
    void eachCommandWorksFromProcAndSaysSo(String errno) {
        int queue = letterbox.create("-k", "0x4242");
        letterbox.peer("send", "" + queue, "7", "-s", "hello").expect(0);
        String said =
                "letterbox: msgctl(IPC_INFO) is refused here (%s), by a security module or a system call filter; /proc/sys/kernel/msg* is read instead. See: letterbox doctor"
                        .formatted(errno);

        Finished listed = refusing(errno, ANSWERS, "queues", "--json").expect(0);
        JsonNode found = Schemas.checked("queues", listed.text()).get("queues").get(0);
        assertThat(found.get("id").asInt()).isEqualTo(queue);
        assertThat(found.get("messages").asInt()).isEqualTo(1);
        assertThat(listed.err().lines()).hasSize(3).contains(said);
        Finished limits = refusing(errno, ANSWERS, "limits", "--json").expect(0);
        assertThat(Schemas.checked("limits", limits.text()).get("messages").asInt())
                .isEqualTo(1);
        assertThat(limits.err()).contains(said);
        Finished top =
                refusing(errno, ANSWERS, "top", "--once", "--delay", "100ms").expect(0);
        assertThat(top.text()).contains("1 of 32000 queues", "0x00004242");
        assertThat(refusing(errno, ANSWERS, "peek", "0x4242").expect(0).text()).contains("hello");
        refusing(errno, ANSWERS, "send", "" + queue, "--text", "x").expect(0);
        refusing(errno, ANSWERS, "receive", "" + queue, "--count", "2").expect(0);
        refusing(errno, ANSWERS, "reap").expect(0);
        refusing(errno, ANSWERS, "rm", "0x4242", "--yes").expect(0);
        assertThat(namespace.table().queues()).isEmpty();
    }

    @Test
    void theDoctorNamesTheLayerThatRefuses() {
        Finished finished = refusing("EPERM", List.of("msgctl=" + IPC_INFO), "doctor", "--json")
                .expect(1);
        assertThat(says(finished, "security"))
                .singleElement()
                .asString()
                .startsWith(
                        "msgctl(IPC_INFO) is refused (EPERM), although the kernel allows it to all users. A system call filter (seccomp) is in force");
        assertThat(says(refusing("EPERM", ANSWERS, "doctor", "--json").expect(1), "security"))
                .singleElement()
                .asString()
                .startsWith(
                        "msgctl(IPC_INFO), msgctl(MSG_INFO) and msgctl(MSG_STAT_ANY) are refused (EPERM), although the kernel allows them to all users. ")
                .endsWith(
                        "Letterbox reads /proc/sys/kernel/msg* and /proc/sysvipc/msg instead. The capacity of a queue that you may not read is unknown then.");
        Finished sending =
                refusing("EACCES", List.of("msgsnd"), "doctor", "--json").expect(1);
        assertThat(says(sending, "trial"))
                .singleElement()
                .asString()
                .contains(
                        "msgsnd: EACCES",
                        "The kernel's own rules allow it",
                        "A system call filter (seccomp) is in force");
    }

    @Test
    void theDoctorTriesEachCallAndSaysThatAFilterLogsNothing() {
        Finished finished = refusing(
                        "EACCES",
                        List.of("msgctl=" + IPC_STAT, "msgctl=" + IPC_SET, "msgsnd", "msgrcv"),
                        "doctor",
                        "--json")
                .expect(1);
        assertThat(says(finished, "trial"))
                .hasSize(5)
                .allMatch(says -> says.contains("A system call filter (seccomp) is in force"))
                .anyMatch(says -> says.startsWith("Cannot read the state of queue "))
                .anyMatch(says -> says.startsWith("Cannot set the mode of queue "))
                .anyMatch(says -> says.startsWith("Cannot send to queue "))
                .anyMatch(says -> says.startsWith("Cannot peek into queue "))
                .anyMatch(says -> says.startsWith("Cannot receive from queue "));
        assertThat(finished.text()).contains("a filter (seccomp) usually logs nothing there");
        assertThat(namespace.table().queues()).isEmpty();
    }

    @Test
    void aFilterThatSaysThereIsNoSuchCallIsNotTakenForTheKernel() {
        letterbox.create("-k", "0x4242");
        Finished finished =
                refusing("ENOSYS", List.of("msgctl"), "doctor", "--json").expect(1);
        assertThat(says(finished, "trial").getFirst())
                .contains("msgctl(IPC_STAT): ENOSYS", "a system call filter (seccomp) refused it");
        assertThat(finished.text()).doesNotContain("CONFIG_SYSVIPC", "built without");
    }

    @ParameterizedTest
    @ValueSource(strings = {"msgsnd", "msgget"})
    void aServerThatCouldNotBeAskedIsNoGoodNews(String call) {
        try (var server = letterbox.command("serve", "/usr/share", "--quiet").start()) {
            server.awaitLine("Serving");
            Finished finished =
                    refusing("EACCES", List.of(call), "doctor", "--json").expect(1);
            assertThat(says(finished, "key"))
                    .singleElement()
                    .asString()
                    .startsWith("A server is running on the default key 0x1aaaaaa1: ")
                    .contains(
                            "Asking it whether it answers failed. ",
                            "(" + call + ": EACCES)",
                            "A system call filter (seccomp) is in force.")
                    .doesNotContain("Run this as");
            server.signal("TERM");
            server.exit().expect(0);
        }
    }

    /** That a filter hides a capacity is no sign of an old kernel. */
    @Test
    void aHiddenCapacityIsNotBlamedOnTheKernelAndNotSaidToBeNothing() {
        Finished made = refusing("EPERM", List.of("msgctl"), "create").expect(0);
        assertThat(made.text()).matches("Created queue \\d+: private, mode 0600\\.\\R");
        Finished finished =
                refusing("EPERM", List.of("msgctl"), "doctor", "--json").expect(1);
        assertThat(finished.text()).doesNotContain("4.17");
        assertThat(says(finished, "security"))
                .anyMatch(says -> says.contains("The capacity of a queue that you may not read is unknown then."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EACCES", "ENOSYS"})
    void reapSaysThatAFilterHidesWhoseTheQueuesAre(String errno) {
        letterbox.create();
        Finished finished = refusing(errno, List.of("msgrcv"), "reap").expect(1);
        assertThat(finished.err())
                .startsWith("letterbox: Cannot peek into queues: ")
                .contains("(msgrcv: " + errno + ")", "system call filter")
                .doesNotContain("queue 2147483647", "CONFIG_CHECKPOINT_RESTORE")
                .hasLineCount(1);
    }

    @Test
    void aClientWhoseQueueCannotBeRemovedSaysSo() {
        try (var server = letterbox
                .command("serve", "/usr/share/common-licenses", "--quiet")
                .start()) {
            server.awaitLine("Serving");
            Finished finished = refusing("EPERM", List.of("msgctl=" + IPC_RMID), "ls");
            int left = namespace.table().queues().stream()
                    .filter(queue -> queue.key() == 0)
                    .findFirst()
                    .orElseThrow()
                    .id();
            assertThat(finished.expect(0).err())
                    .endsWith(
                            "WARNING Queue %d stays: it cannot be removed (msgctl(IPC_RMID): EPERM). Where that is allowed: ipcrm -q %d%n"
                                    .formatted(left, left))
                    .hasLineCount(1);
            server.signal("TERM");
            server.exit().expect(0);
        }
    }

    /** Its clients would wait in vain. */
    @ParameterizedTest
    @CsvSource({"EACCES, msgsnd", "ENOSYS, msgrcv"})
    void aServerThatMayNotReceiveOrAnswerDoesNotStart(String errno, String call) {
        Finished finished =
                refusing(errno, List.of(call), "serve", "/usr/share").expect(1);
        assertThat(finished.err())
                .contains("(" + call + ": " + errno + ")", "system call filter")
                .hasLineCount(1);
        assertThat(namespace.table().queues()).isEmpty();
    }

    @Test
    void aRefusedSendSaysThatTheModeAllowsIt() {
        int queue = letterbox.create();
        assertThat(refusing("EACCES", List.of("msgsnd"), "send", "" + queue, "--text", "x")
                        .expect(1)
                        .err())
                .contains("msgsnd: EACCES", "The kernel's own rules allow it, so a security module");
    }

    @Test
    void theDoctorsTestQueueThatCannotBeRemovedIsNamedAndLeftOnce() {
        List<String> removal = List.of("msgctl=" + IPC_RMID);
        for (int run = 0; run < 2; run++) {
            Finished finished = refusing("EPERM", removal, "doctor", "--json").expect(1);
            int queue = namespace.table().queues().getFirst().id();
            assertThat(says(finished, "trial"))
                    .singleElement()
                    .asString()
                    .contains("msgctl(IPC_RMID): EPERM", "The kernel's own rules allow it")
                    .endsWith("test queue is left behind; to remove it, run letterbox rm %d outside the filter."
                            .formatted(queue));
            assertThat(namespace.table().queues()).hasSize(1);
        }
        letterbox.run("doctor");
        assertThat(namespace.table().queues()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EPERM", "EACCES"})
    void whoCannotMakeAQueueIsToldThatTheKernelWouldAllowIt(String errno) {
        assertThat(refusing(errno, List.of("msgget"), "create").expect(1).err())
                .contains(
                        "(msgget: %s). You are uid ".formatted(errno),
                        "The kernel's own rules allow it, so a security");
    }

    @Test
    void receivingNeedsNoAnswersAtAll() {
        int queue = letterbox.create();
        letterbox.peer("send", "" + queue, "7", "-s", "hello").expect(0);
        assertThat(refusing("EPERM", List.of("msgctl"), "peek", "" + queue)
                        .expect(0)
                        .text())
                .contains("hello");
        assertThat(refusing("EPERM", List.of("msgctl"), "receive", "" + queue)
                        .expect(0)
                        .text())
                .contains("hello");
    }

    /** The kernel shows every user that it does not know there with the same number, which is that of nobody. */
    @Test
    void anOwnerWhoIsNotMappedInTheUserNamespaceIsNotTakenForNobody() {
        int queue = letterbox.create("-k", "0x4242");
        letterbox.run("set", "" + queue, "--owner", "1234").expect(0);
        List<String> words = new ArrayList<>(List.of("unshare", "--user", "--map-root-user"));
        assumeTrue(
                Command.of(Stream.concat(words.stream(), Stream.of("true")).toList())
                                .run()
                                .status()
                        == 0,
                "this system gives no user namespaces");
        words.addAll(Letterbox.program("queues", "--json").words());
        JsonNode found = Schemas.checked(
                        "queues",
                        Command.of(words).in(namespace).run().expect(0).text())
                .get("queues")
                .get(0);
        assertThat(found.get("owner").get("user").asString()).isEqualTo("unmapped");
        assertThat(found.get("creator").get("user").asString()).isEqualTo("root");
    }

    @Test
    void theDoctorTellsAUserWhoMayNotSendToAServer() {
        try (var server = letterbox.command("serve", "/usr/share", "--quiet").start()) {
            server.awaitLine("Serving");
            Finished finished =
                    letterbox.commandOfNobody("doctor", "--json").run().expect(1);
            assertThat(says(finished, "access"))
                    .singleElement()
                    .asString()
                    .matches(
                            "You, nobody, may not send requests to the server on key 0x1aaaaaa1 \\(queue \\d+\\): its owner is"
                                    + " root and its mode 0601\\.");
            assertThat(finished.text()).contains("letterbox serve DIR --access all");
            assertThat(says(letterbox.run("doctor", "--json").expect(0), "access"))
                    .isEmpty();
            server.signal("TERM");
            server.exit().expect(0);
        }
    }

    /** Where /proc shows a user only the user's own processes, nobody is said to be gone. */
    @Test
    void withProcessesHiddenNobodyIsSaidToBeGone() {
        int queue = letterbox.create("-k", "0x4242", "-m", "666");
        letterbox.peer("flood", "" + queue, "1", "8000", "2").expect(0);
        String script = "mount -t proc -o hidepid=invisible proc /proc && exec \"$@\"";
        List<String> words = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", script, "sh"));
        assumeTrue(
                Command.of(Stream.concat(words.stream(), Stream.of("true")).toList())
                                .run()
                                .status()
                        == 0,
                "this system gives no mounts of /proc");
        Privileges.assumeOtherUsers();
        String nobody = "" + Privileges.NOBODY;
        words.addAll(List.of("setpriv", "--reuid=" + nobody, "--regid=" + nobody, "--clear-groups"));
        words.addAll(Letterbox.programForAll("queues", "--json").words());
        Finished finished = Command.of(words).in(namespace).run().expect(0);
        JsonNode all = Schemas.checked("queues", finished.text());
        assertThat(all.get("waitersHidden").asBoolean()).isTrue();
        assertThat(all.get("queues").get(0).get("lastSender").get("state").asString())
                .isEqualTo("unknown");
    }

    private static List<String> says(Finished finished, String check) {
        return StreamSupport.stream(
                        Schemas.checked("doctor", finished.text())
                                .get("findings")
                                .spliterator(),
                        false)
                .filter(finding -> finding.get("check").asString().equals(check))
                .filter(finding -> !finding.get("weight").asString().equals("fine"))
                .map(finding -> finding.get("says").asString())
                .toList();
    }
}
