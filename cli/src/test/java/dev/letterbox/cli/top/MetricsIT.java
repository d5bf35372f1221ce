package dev.letterbox.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Operator;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.cli.Schemas;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a server tells of itself, to commands and in its file. */
class MetricsIT {
    @TempDir
    private Path folder;

    @BeforeEach
    void makeFile() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("served")).resolve("notes.txt"), "hello\n");
    }

    private RunningServer start(String... options) {
        return RunningServer.start(folder.resolve("served"), options);
    }

    private static Letterbox.Ended run(RunningServer server, String... words) {
        String[] all = new String[words.length + 2];
        System.arraycopy(words, 0, all, 0, words.length);
        all[words.length] = "--key";
        all[words.length + 1] = server.key().toString();
        return Letterbox.run(all);
    }

    private static void askThreeTimes(RunningServer server) {
        assertThat(run(server, "ls").status()).isZero();
        assertThat(run(server, "ls").status()).isZero();
        assertThat(run(server, "stat", "nothing").status()).isEqualTo(1);
        Await.value(
                "all have ended",
                () -> run(server, "metrics").out(),
                out -> out.matches("(?s).*\nEND +2 .*\nFAILURE +1 .*"));
    }

    @Test
    void metricsShowsWhatTheServerDid() {
        try (RunningServer server = start()) {
            askThreeTimes(server);

            JsonNode json =
                    Schemas.checked("metrics", run(server, "metrics", "--json").out());
            assertThat(json.get("process").asLong()).isEqualTo(server.process().pid());
            assertThat(json.get("queue").asInt()).isEqualTo(server.queueId());
            assertThat(json.get("ended").get("end").get("requests").asInt()).isEqualTo(2);
            assertThat(json.get("ended").get("end").get("max").asDouble()).isPositive();
            assertThat(json.get("users").size()).isEqualTo(1);
            assertThat(json.get("users").get(0).get("failed").asInt()).isEqualTo(1);
            assertThat(run(server, "metrics").out())
                    .containsPattern("(?m)^Server +process " + server.process().pid() + " on key " + server.key())
                    .containsPattern("(?m)^ENDED IN +REQUESTS +P50 +P99 +P99.9 +MAX$")
                    .containsPattern("(?m)^END +2 ")
                    .containsPattern("(?m)^FAILURE +1 ");
            assertThat(run(server, "metrics", "--prometheus").out())
                    .contains("letterbox_request_duration_seconds_count{key=\"%s\",outcome=\"end\"} 2\n"
                            .formatted(server.key()));
            assertThat(server.stop().err()).as("the log").contains("nothing").doesNotContain("metrics");
        }
    }

    @Test
    void otherUsersSeeOnlyTheTotals() {
        try (RunningServer server = start("--access", "all")) {
            askThreeTimes(server);
            Finished stranger = Letterbox.programForAll("metrics", "--json", "--key", "" + server.key())
                    .asUser(Privileges.NOBODY)
                    .run()
                    .expect(0);
            JsonNode json = Schemas.checked("metrics", stranger.text());
            assertThat(json.get("ended").get("end").get("requests").asInt()).isEqualTo(2);
            assertThat(json.get("users").isNull()).isTrue();
        }
    }

    @Test
    void theMetricsFileExistsWhileTheServerRuns() {
        Path file = folder.resolve("letterbox.prom");
        try (RunningServer server = start("--metrics-file", file.toString(), "--metrics-interval", "20ms")) {
            askThreeTimes(server);
            String count =
                    "letterbox_request_duration_seconds_count{key=\"%s\",outcome=\"end\"} 2\n".formatted(server.key());
            Await.until("the file has it", () -> Files.readString(file).contains(count));
            server.stop();
            assertThat(folder).isDirectoryNotContaining("glob:**letterbox.prom*");
        }
    }

    @Test
    void aPipeForTheMetricsStaysAndNeedsNoReader() throws IOException {
        Path pipe = TempFiles.pipe(folder, "letterbox.prom");
        try (RunningServer server = start("--metrics-file", pipe.toString())) {
            server.stop();
        }
        assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther())
                .isTrue();
    }

    @Test
    void aMetricsFileThatCannotBeWrittenIsReportedAtTheStart() {
        Path file = folder.resolve("nowhere/letterbox.prom");
        Letterbox.Ended ended = Letterbox.run(
                "serve", folder.toString(), "--key", Key.free().toString(), "--metrics-file", file.toString());
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        // Before that it may log that the machine gives it fewer descriptors than its limit takes.
        assertThat(ended.err())
                .endsWith("letterbox: %s: cannot write the metrics: No such directory\n".formatted(file));
    }

    @Test
    void aStoppedServerIsGivenUpAfterTheTimeout() {
        try (RunningServer server = start()) {
            server.process().signal("STOP");
            try {
                assertThat(run(server, "metrics", "--timeout", "300ms").err())
                        .startsWith("letterbox: The server sent nothing for 0.3 s after the greeting.");
                assertThat(run(server, "metrics", "--timeout", "20ms").err()).contains("sent nothing for 20 ms after");
                assertThat(run(server, "top", "--once", "--delay", "50ms").out())
                        .contains("The server sent nothing for 1.0 s after the greeting.", "KEY");
            } finally {
                server.process().signal("CONT");
            }
        }
    }

    @Test
    void anotherProgramsQueueGetsNoRequest() {
        try (OwnedQueue stranger = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            Letterbox.Ended ended =
                    Letterbox.run("metrics", "--key", "" + stranger.key().orElseThrow(), "--timeout", "1s");
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err()).contains("queue " + stranger.id(), "belongs to another program");
            assertThat(stranger.status().messages()).isZero();
        }
    }

    @Test
    void aKilledServersQueueGetsNoRequest() {
        try (IpcNamespace namespace = IpcNamespace.with(Map.of())) {
            Operator letterbox = new Operator(namespace);
            try (ChildProcess server = letterbox
                    .command("serve", folder.resolve("served").toString(), "--quiet")
                    .start()) {
                server.awaitLine("^Serving");
                server.kill();
                server.exit();
            }
            assertThat(letterbox.run("metrics", "--timeout", "1s").expect(1).err())
                    .contains("No server is running on key 0x1aaaaaa1: a killed server left queue ");
            assertThat(namespace.table().queues()).singleElement().matches(queue -> queue.messages() == 0);
        }
    }

    @Test
    void aServerWithoutMetricsSaysSo() {
        assertThat(Letterbox.run("metrics", "--key", Key.free().toString()).err())
                .contains("No server is running on key");
        assertThat(Letterbox.run("metrics", "--json", "--prometheus").status()).isEqualTo(2);
    }
}
