package dev.letterbox.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Schemas;
import dev.letterbox.cli.Signals;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Figures;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The laboratory on this kernel: each effect must occur, and nothing may be left behind. All experiments run once, by the command
 * that writes the report.
 */
final class LabIT {
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Map<String, JsonNode> RESULTS = new HashMap<>();

    @TempDir
    private static Path folder;

    private static Path page;

    @TempDir
    private Path temporary;

    @BeforeAll
    static void runAllExperiments() {
        Privileges.assumeIpcNamespaces();
        page = folder.resolve("report.html");
        List<IpcTable.Item> before = IpcTable.now().items().toList();
        Finished finished = Letterbox.programWithTemporaryFilesIn(
                        folder, "lab", "report", "-o", page.toString(), "--figures", folder.toString(), "--json")
                .run(LONGEST)
                .expect(0);
        for (String line : finished.lines()) {
            JsonNode result = Schemas.checked("lab", line);
            RESULTS.put(result.get("experiment").asString(), result.get("figures"));
            assertThat(result.get("shown").asBoolean()).as(line).isTrue();
        }
        assertThat(IpcTable.now().items().toList()).hasSameSizeAs(before);
        assertThat(folder)
                .isDirectoryNotContaining(file -> file.getFileName().toString().startsWith("letterbox-lab"));
    }

    @AfterEach
    void noFileIsLeft() {
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void oneQueueComesToAStandstillWithTheServerAsleepInMsgsnd() {
        JsonNode shared = RESULTS.get("deadlock").get("shared");

        assertThat(shared.get("stuck").asBoolean()).isTrue();
        assertThat(shared.get("clientsWhenStuck").asInt()).isEqualTo(3);
        assertThat(shared.get("bytesWhenStuck").asInt()).isEqualTo(2 * 4_100);
        JsonNode server = shared.get("sleepers").get(0);
        assertThat(server.get("process").asString()).isEqualTo("server");
        assertThat(server.get("call").asString()).isEqualTo("msgsnd");
        assertThat(server.get("bytes").asInt()).isEqualTo(8_192);
        assertThat(shared.get("sleepers").get(1).get("call").asString()).isEqualTo("msgrcv");
        assertThat(shared.get("sleepers").size()).isEqualTo(6);
        assertThat(shared.get("fill").size()).isGreaterThan(10);
    }

    @Test
    void theSameClientsAreAllAnsweredWithPrivateQueues() {
        JsonNode result = RESULTS.get("deadlock");

        assertThat(result.get("perClient").get("completed").asBoolean()).isTrue();
        assertThat(result.get("perClient").get("answered").asInt())
                .isEqualTo(result.get("requests").asInt());
    }

    @Test
    void oneMaliciousClientStopsTheOthersWithOneQueueAndNotWithPrivateQueues() {
        assertThat(RESULTS.get("malicious").get("privateMode").asString()).isEqualTo("0600");
        for (JsonNode each : RESULTS.get("malicious").get("cases")) {
            boolean hurts = each.get("design").asString().equals("SHARED");
            assertThat(each.get("alone"))
                    .as(each.toString())
                    .hasSize(2)
                    .allMatch(window -> window.get("count").asInt() > 0);
            assertThat(each.get("stuck").asBoolean()).as(each.toString()).isEqualTo(hurts);
            assertThat(each.get("beside").get("count").asInt() == 0)
                    .as(each.toString())
                    .isEqualTo(hurts);
        }
    }

    @Test
    void largeFilesArriveCompleteInBothDesigns() {
        JsonNode result = RESULTS.get("large");

        assertThat(result.get("refusal").asString()).contains("EINVAL");
        assertThat(result.get("sharedOnTheWay").asInt()).isEqualTo(2);
        assertThat(result.get("privateOnTheWay").asInt()).isEqualTo(8);
        assertThat(result.get("transfers"))
                .isNotEmpty()
                .allMatch(each -> each.get("whole").asBoolean());
    }

    @Test
    void aKilledClientStopsAnotherOneWithOneQueueAndNotWithPrivateQueues() {
        JsonNode result = RESULTS.get("crash");

        assertThat(result.get("shared").get("before").get("count").asInt()).isPositive();
        assertThat(result.get("shared").get("after").get("count").asInt()).isZero();
        assertThat(result.get("shared").get("bytesForTheDead").asInt()).isEqualTo(16_384);
        assertThat(result.get("perClient").get("before").get("count").asInt()).isPositive();
        assertThat(result.get("perClient").get("after").get("count").asInt()).isPositive();
        assertThat(result.get("perClient").get("reapedAfterSeconds").asDouble()).isPositive();
    }

    @Test
    void clientsStartUntilTheTableIsFullAndAreStillServed() {
        JsonNode result = RESULTS.get("limit");

        assertThat(Command.of("unshare", "--ipc", "cat", "/proc/sys/kernel/msgmni")
                        .run()
                        .text())
                .contains(result.get("usualLimit").asString());
        assertThat(result.get("usualLimit").asInt())
                .isGreaterThan(result.get("limit").asInt());
        assertThat(result.get("perClient").get("errno").asString()).isEqualTo("ENOSPC");
        assertThat(result.get("perClient").get("clients").asInt())
                .isEqualTo(result.get("limit").asInt() - 1)
                .isEqualTo(result.get("perClient").get("answeredWhenFull").asInt());
        assertThat(result.get("perClient").get("wholeOverOneQueue").asInt()).isEqualTo(200);
    }

    @Test
    void theCostOfARequestIsMeasuredInBothDesigns() {
        for (JsonNode each : RESULTS.get("cost").get("costs")) {
            assertThat(each.get("perSecond").asDouble()).isPositive();
            assertThat(each.get("processorMicros").asDouble()).isPositive();
        }
    }

    @Test
    void everyPlotIsAlsoWrittenAsAFile() {
        for (String name : List.of("deadlock", "private-queues", "latency", "throughput")) {
            assertThat(folder.resolve(name + ".svg"))
                    .content()
                    .startsWith("<svg xmlns=")
                    .contains("<title>");
        }
    }

    @Test
    void everyNumberOnThePageWasMeasuredInThisRun() throws IOException {
        String text = Files.readString(page)
                .replaceAll("(?s)^.*?<main>|<footer>.*$|<svg.*?</svg>", "")
                .replaceAll("<[^>]+>", " ");
        JsonNode deadlock = RESULTS.get("deadlock");
        JsonNode shared = deadlock.get("shared");
        List<Number> derived = new ArrayList<>();
        derived.add(99); // per cent
        JsonNode plotted = shared.get("fill");
        derived.add(plotted.get(plotted.size() - 1).get("millis").asDouble());
        long waiting = shared.get("bytesWhenStuck").asLong();
        derived.add(waiting + shared.get("sleepers").get(0).get("bytes").asLong());
        derived.add(Math.round(100.0 * waiting / deadlock.get("capacity").asLong()));
        for (JsonNode cost : RESULTS.get("cost").get("costs")) {
            double calls = 0;
            for (JsonNode each : cost.get("calls")) {
                calls += each.asDouble();
            }
            derived.add(calls);
        }

        String measured = RESULTS.values().toString().replaceAll("\"fill\":\\[.*?\\]", "");
        assertThat(Figures.notIn(measured, text, derived)).isEmpty();
    }

    @Test
    void thePageIsCompleteInItself() throws IOException {
        assertThat(Files.readString(page))
                .doesNotContain("<script", "http-equiv", "@import", "url(", "<img", "<link", "src=")
                .contains(
                        "<!DOCTYPE html>", "<title>", "lang=\"en\"", "name=\"viewport\"", "prefers-color-scheme: dark")
                .doesNotContain("not measured", "Not measured", "NaN", "Infinity")
                .contains("standstill");
    }

    @ParameterizedTest
    @ValueSource(ints = {1280, 360})
    void aBrowserShowsTheWholePageOnALaptopAndOnAPhone(int width) throws IOException {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/chromium")),
                "This test needs Chromium (Debian: apt-get install chromium)");
        // Chromium's windows have a least width: a frame in a page around it is as narrow as is wanted.
        Path around = folder.resolve("around-" + width + ".html");
        Files.writeString(around, """
                <!DOCTYPE html><meta charset="utf-8"><body><iframe id="page" width="%d" height="900" srcdoc="%s"></iframe><script>
                addEventListener("load", () => {
                  const shown = document.getElementById("page").contentDocument;
                  const all = [...shown.querySelectorAll("main *")].filter(e => e.getClientRects().length && !e.closest("svg"));
                  const beyond = all.filter(e => e.getBoundingClientRect().right > %d + 1).map(e => e.tagName + "." + e.className);
                  const svgs = [...shown.querySelectorAll("svg")].filter(e => e.getClientRects().length);
                  const cut = svgs.flatMap(s => [...s.querySelectorAll("text")].filter(t => {
                    const box = t.getBoundingClientRect(), frame = s.getBoundingClientRect();
                    return box.right > frame.right + 1 || box.left < frame.left - 1;
                  }).map(t => t.textContent));
                  const report = document.createElement("p");
                  report.id = "seen";
                  report.textContent = "scroll=" + shown.documentElement.scrollWidth + " beyond=[" + beyond + "] plots="
                    + svgs.length + " cut=[" + cut + "] rows=" + shown.querySelectorAll(".compare tbody tr").length;
                  document.body.append(report);
                });
                </script></body>
                """.formatted(
                        width, Files.readString(page).replace("&", "&amp;").replace("\"", "&quot;"), width));
        String seen = Command.of(
                        "chromium",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--window-size=1400,1000",
                        "--user-data-dir=" + folder.resolve("profile-" + width),
                        "--dump-dom",
                        around.toUri().toString())
                .run(Duration.ofMinutes(5))
                .expect(0)
                .text();

        assertThat(seen).contains("beyond=[] plots=4 cut=[] rows=11");
        int scroll = Integer.parseInt(seen.replaceAll("(?s).*scroll=(\\d+) .*", "$1"));
        assertThat(scroll).isLessThanOrEqualTo(width);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aStoppedExperimentLeavesNothing(String signal) {
        List<IpcTable.Item> before = IpcTable.now().items().toList();
        try (ChildProcess lab = inTheSharedNamespace("deadlock").start()) {
            awaitQueuesBeyond(before);

            lab.signal(signal);

            assertThat(lab.exit(Duration.ofMinutes(3)).status()).isEqualTo(Signals.exitCode(signal));
        }
        assertThat(IpcTable.now().items().toList()).hasSameSizeAs(before);
    }

    @Test
    void aStoppedExperimentInANamespaceLeavesNoProcess() {
        Privileges.assumeIpcNamespaces();
        try (ChildProcess lab = Letterbox.programWithTemporaryFilesIn(temporary, "lab", "deadlock")
                .start()) {
            Await.until("the experiment has processes", () -> inside(lab).size() > 2);
            List<Proc> inside = inside(lab);

            lab.signal("TERM");

            assertThat(lab.exit(Duration.ofMinutes(3)).status()).isEqualTo(143);
            assertThat(inside).noneMatch(Proc::isAlive);
        }
    }

    @Test
    void theProcessesOfAKilledExperimentExitByThemselves() {
        List<IpcTable.Item> before = IpcTable.now().items().toList();
        // Its files stay: nothing of this process is left that could delete them.
        try (ChildProcess lab = Letterbox.programWithTemporaryFilesIn(folder, "lab", "deadlock")
                .env("LETTERBOX_LAB_SHARED_NAMESPACE", "1")
                .start()) {
            awaitQueuesBeyond(before);
            List<Proc> inside = inside(lab);
            assertThat(inside).isNotEmpty();

            lab.kill();

            Await.until("its processes have ended", () -> inside.stream().noneMatch(Proc::isAlive));
            Await.until("their queues are gone", () -> IpcTable.now().items().count() == before.size());
        }
    }

    private static List<Proc> inside(ChildProcess lab) {
        return ProcessHandle.of(lab.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .map(each -> new Proc(each.pid()))
                .toList();
    }

    private Command inTheSharedNamespace(String experiment) {
        return Letterbox.programWithTemporaryFilesIn(temporary, "lab", experiment)
                .env("LETTERBOX_LAB_SHARED_NAMESPACE", "1");
    }

    private static void awaitQueuesBeyond(List<IpcTable.Item> before) {
        Await.until("the experiment has a queue", () -> IpcTable.now().items().count() > before.size());
    }

    @Test
    void theLimitExperimentIsRefusedOutsideItsOwnNamespace() {
        Finished refused = inTheSharedNamespace("limit").run().expect(1);

        assertThat(refused.err()).contains("IPC namespace of its own").hasLineCount(1);
    }

    @Test
    void aMissingExperimentIsAUsageError() {
        assertThat(Operator.refusal("lab")).contains("missing experiment: use one of deadlock, malicious");
    }
}
