package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.RunningServer;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.TempFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Very many requests at once, while a hundred clients do not read and one does nothing but ask. */
final class ManyRequestsIT {
    private static final int STALLED = 100;

    @TempDir
    private Path served;

    private RunningServer server;
    private ChildProcess stalled;
    private ChildProcess flood;

    @BeforeEach
    void stallAndFlood() {
        for (int size : ManyRequests.SIZES) {
            TempFiles.file(served, size);
        }
        TempFiles.file(served, "big", 1_000_000);
        server = RunningServer.start(served, "--quiet");
        stalled = Command.of(
                        "sh",
                        "-c",
                        "for i in $(seq " + STALLED + "); do \"$1\" -k \"$2\" -n big & done; wait",
                        "sh",
                        Peers.program("compact-client").toString(),
                        server.key().toString())
                .start();
        Await.until(
                "all of them are stalled",
                () -> IpcTable.now().queues().stream()
                                .filter(queue -> queue.key() == 0 && queue.bytes() >= 16_384)
                                .count()
                        == STALLED);
        // One request after the other, as fast as the server answers.
        flood = Command.of(Peers.program("compact-load"), "-k", server.key().toString(), "-n", "1000000000", "10.bin")
                .start();
    }

    @AfterEach
    void end() {
        assertThat(flood.isAlive()).as("the flood went on: %s", flood.err()).isTrue();
        flood.signal("TERM");
        flood.exit();
        flood.close();
        // Each removes its queue.
        Command.of("pkill", "-TERM", "-P", "" + stalled.pid()).run();
        stalled.exit();
        stalled.close();
        server.close();
    }

    private Command client(int requests) {
        return JavaProcess.running(ManyRequests.class)
                .options("-Xmx24m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .command(server.key().toString(), "" + requests);
    }

    @Test
    void aThousandRequestsOfOneProcessAreAnsweredCorrectly() {
        try (ChildProcess client = client(1_000).start()) {
            assertThat(client.exit(Duration.ofMinutes(5)).expect(0).text()).isEqualTo("1000 right\n");
        }
    }

    @Test
    void fiftyRequestsOfEachOfTwoHundredProcessesAreAnsweredCorrectly() throws Exception {
        try (ExecutorService starters = Executors.newFixedThreadPool(6)) {
            List<Future<Finished>> clients = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                clients.add(starters.submit(() -> client(50).run(Duration.ofMinutes(5))));
            }
            for (Future<Finished> client : clients) {
                assertThat(client.get().expect(0).text()).isEqualTo("50 right\n");
            }
        }
    }
}
