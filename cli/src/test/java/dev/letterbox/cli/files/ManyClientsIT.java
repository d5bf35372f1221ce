package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many client processes at once, and what is left of them in the server afterwards: nothing. */
final class ManyClientsIT {
    private static final int C_CLIENTS = 200;
    private static final int JAVA_CLIENTS = 8;
    /** Fills a private queue more than once. */
    private static final int SIZE = 50_000;

    /** Starts all clients, then waits for each; prints how many failed. */
    private static final String ALL_AT_ONCE = """
            pids=
            for i in $(seq "$1"); do
                if [ $((i % 2)) = 0 ]; then client=$2; else client=$3; fi
                "$client" -k "$4" file >"$5/$i" &
                pids="$pids $!"
            done
            failed=0
            for pid in $pids; do wait "$pid" || failed=$((failed + 1)); done
            echo "$failed"
            """;

    @TempDir
    private Path served;

    @TempDir
    private Path copies;

    private void fetchWithC(RunningServer server, int clients) {
        String failed = Command.of(
                        "sh",
                        "-c",
                        ALL_AT_ONCE,
                        "sh",
                        "" + clients,
                        Peers.program("tlpi-client").toString(),
                        Peers.program("compact-client").toString(),
                        server.key().toString(),
                        copies.toString())
                .run(Duration.ofMinutes(5))
                .expect(0)
                .text();
        assertThat(failed).isEqualTo("0\n");
    }

    @Test
    void twoHundredClientProcessesLeaveNothingInTheServer() {
        Path file = TempFiles.file(served, "file", SIZE);
        try (RunningServer server = RunningServer.start(served, "--quiet")) {
            fetchWithC(server, 20); // What is made once, on first use, is there now.
            Proc process = server.proc();
            int threads = process.threadCount();
            int descriptors = process.descriptorCount();
            List<IpcTable.Queue> queues = IpcTable.now().queues();

            List<ChildProcess> javaClients = new ArrayList<>();
            try {
                for (int i = 0; i < JAVA_CLIENTS; i++) {
                    javaClients.add(Letterbox.program(
                                    "get",
                                    "file",
                                    "--key",
                                    server.key().toString(),
                                    "-o",
                                    copies.resolve("java" + i).toString())
                            .start());
                }
                fetchWithC(server, C_CLIENTS);
                javaClients.forEach(client -> client.exit().expect(0));
            } finally {
                javaClients.forEach(ChildProcess::close);
            }

            assertThat(copies).isDirectoryContaining("glob:**/java0").isDirectoryContaining("glob:**/" + C_CLIENTS);
            assertThat(copies.toFile().listFiles())
                    .hasSize(C_CLIENTS + JAVA_CLIENTS)
                    .allSatisfy(copy -> assertThat(copy).hasSameBinaryContentAs(file.toFile()));
            assertThat(process.children()).isEmpty();
            assertThat(IpcTable.now().queues())
                    .extracting(IpcTable.Queue::id)
                    .containsExactlyElementsOf(
                            queues.stream().map(IpcTable.Queue::id).toList());
            Await.asserted(() -> {
                // The last of the first clients may still have had its file open when they were counted.
                assertThat(process.descriptorCount()).isLessThanOrEqualTo(descriptors);
                // The JVM's own pool for virtual threads may have come to its full size meanwhile.
                assertThat(process.threadCount())
                        .isLessThanOrEqualTo(threads + Runtime.getRuntime().availableProcessors());
            });
        }
    }
}
