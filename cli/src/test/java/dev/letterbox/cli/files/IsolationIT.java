package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.cli.Schemas;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code serve --isolation process}, as its operator and its clients have it. */
final class IsolationIT {
    private static final int LARGE = 30_000_000;

    @TempDir
    private Path served;

    @TempDir
    private Path fetched;

    private final Key key = Key.free();

    @BeforeEach
    void write() throws IOException {
        Files.writeString(served.resolve("note"), "all is well\n");
        TempFiles.file(served, "large", LARGE);
    }

    @AfterEach
    void nothingIsLeftOnTheKey() {
        assertThat(IpcTable.now().items()).noneMatch(item -> item.key() == key.value());
    }

    private RunningServer serve(int workers) {
        RunningServer server =
                RunningServer.start(served, key, "--isolation", "process", "--workers", Integer.toString(workers));
        Await.until("all workers are there", () -> workers(server).size() == workers);
        return server;
    }

    /** The JVM's helper, which is a child for a moment before it becomes the worker, is none yet. */
    private static List<Proc> workers(RunningServer server) {
        return server.proc().children().stream()
                .filter(child -> child.commandLine().contains("FileWorker"))
                .toList();
    }

    private Finished get(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "get";
        all[1] = "--key=" + key;
        all[2] = "--retry=0";
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return Letterbox.program(all).run();
    }

    private String metrics(String... options) {
        String[] all = new String[options.length + 2];
        all[0] = "metrics";
        all[1] = "--key=" + key;
        System.arraycopy(options, 0, all, 2, options.length);
        return Letterbox.program(all).run().expect(0).text();
    }

    private void assertServes() {
        assertThat(get("note").expect(0).text()).isEqualTo("all is well\n");
    }

    @Test
    void processesServeEveryDialectAsThreadsDo() throws IOException {
        try (RunningServer server = serve(2)) {
            Path copy = fetched.resolve("copy");
            get("large", "-o", copy.toString()).expect(0);
            assertThat(Files.mismatch(copy, served.resolve("large"))).isEqualTo(-1);
            for (ClassicDialect dialect : ClassicDialect.values()) {
                String peer = dialect == ClassicDialect.TLPI ? "tlpi-client" : "compact-client";
                assertThat(Command.of(Peers.program(peer), "-k", key.toString(), "note")
                                .run()
                                .expect(0)
                                .text())
                        .isEqualTo("all is well\n");
                assertThat(get("note", "--dialect", dialect.name().toLowerCase(java.util.Locale.ROOT))
                                .expect(0)
                                .text())
                        .isEqualTo("all is well\n");
            }
            assertThat(get("../../etc/passwd").expect(1).err()).contains("No such file");
            assertThat(get("note", "-r", "4-5").expect(0).text()).isEqualTo("is");
            server.awaitLog("get 'large' for queue \\d+ of uid \\d+ \\(session\\): END, " + LARGE + " bytes");
        }
    }

    @Test
    void aKilledWorkerIsReplaced() {
        try (RunningServer server = serve(1)) {
            Proc worker = workers(server).getFirst();
            assertServes();
            worker.signal("KILL");
            server.awaitLog(
                    "WARNING Worker process " + worker.pid() + " was killed by signal 9 while it had nothing to do\\.");
            assertServes();
            JsonNode told = Schemas.checked("metrics", metrics("--json")).get("workers");
            assertThat(told.get("ends").asInt()).isEqualTo(1);
            assertThat(told.get("processes").asInt()).isEqualTo(1);
            assertThat(metrics()).contains("Workers  1 process; 1 exited unexpectedly\n");
            assertThat(metrics("--prometheus"))
                    .contains("# TYPE letterbox_worker_ends_total counter\n")
                    .contains("letterbox_worker_ends_total{key=\"" + key + "\"} 1\n");
        }
    }

    /** The client sends no deadline; but it does not wait for a worker that is gone. */
    @Test
    void theClientOfAKilledWorkerIsToldAtOnce() throws IOException {
        Path pipe = TempFiles.pipe(fetched, "pipe");
        try (RunningServer server = serve(1);
                ChildProcess client = Letterbox.program(
                                "get", "large", "--key=" + key, "--retry=0", "--timeout=1h", "-o", pipe.toString())
                        .start();
                InputStream in = Files.newInputStream(pipe)) {
            // The rest is yet to come: no pipe holds so much.
            assertThat(in.read()).isNotNegative();
            Proc worker = workers(server).getFirst();
            worker.signal("KILL");
            server.awaitLog("WARNING Worker process " + worker.pid() + " was killed by signal 9 while it answered"
                    + " get 'large' for queue \\d+ of uid \\d+, who is told\\.");
            assertThat(in.readAllBytes().length).isLessThan(LARGE - 1);
            assertThat(client.exit().expect(1).err())
                    .isEqualTo(
                            "letterbox: The worker process that answered was killed by signal 9 before it was done\n");
            assertServes();
        }
    }

    /** What came stays right: the next worker goes on with the rest. */
    @Test
    void aTransferResumesWithAnotherWorker() throws IOException {
        Path pipe = TempFiles.pipe(fetched, "pipe");
        try (RunningServer server = serve(1);
                ChildProcess client = Letterbox.program("get", "large", "--key=" + key, "-o", pipe.toString())
                        .start();
                InputStream in = Files.newInputStream(pipe)) {
            byte[] all = new byte[LARGE];
            all[0] = (byte) in.read();
            Proc worker = workers(server).getFirst();
            worker.signal("KILL");

            assertThat(in.readNBytes(all, 1, LARGE - 1)).isEqualTo(LARGE - 1);

            assertThat(in.read()).isEqualTo(-1);
            assertThat(client.exit().expect(0).err())
                    .isEqualTo("letterbox: The worker process that answered was killed by signal 9 before it was done."
                            + " Retrying in 0.2 s.\n");
            assertThat(all).isEqualTo(Files.readAllBytes(served.resolve("large")));
        }
    }

    @Test
    void workersThatKeepExitingEndTheServerWithAMessage() {
        // Three at once: with the start of a JVM between them, their ends might be further apart than is counted.
        try (RunningServer server = serve(3)) {
            List<Proc> workers = workers(server);
            List<String> kill = new ArrayList<>(List.of("kill", "-KILL"));
            workers.forEach(worker -> kill.add(String.valueOf(worker.pid())));
            Command.of(kill).run().expect(0);
            workers.forEach(worker -> server.awaitLog("WARNING Worker process " + worker.pid() + " was killed"));
            Finished finished = server.process().exit().expect(1);
            assertThat(finished.err())
                    .contains("letterbox: The worker processes exit again and again: 3 within 5 s, and the last one was"
                            + " killed by signal 9.")
                    .doesNotContain("WorkersFailedException");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalEndsItAndItsWorkers(String signal) {
        List<Proc> workers;
        try (RunningServer server = serve(2)) {
            workers = workers(server);
            server.process().signal(signal);
            server.process().exit().expect(0);
        }
        assertThat(workers).hasSize(2).noneMatch(Proc::isAlive);
    }

    @Test
    void theWorkersOfAKilledServerExitAndTheNextServerServes() {
        List<Proc> workers;
        try (RunningServer server = serve(2)) {
            workers = workers(server);
            server.process().kill();
            server.process().exit().expect(137);
        }
        Await.until("they have ended", () -> workers.stream().noneMatch(Proc::isAlive));
        try (RunningServer next = serve(1)) {
            next.awaitLog("Took over queue");
            assertServes();
        }
    }

    @Test
    void conflictingOptionsAreRejected() {
        assertThat(Letterbox.run("serve", ".", "--workers", "2").err()).contains("--workers needs --isolation process");
        assertThat(Letterbox.run("serve", ".", "--isolation", "process", "--workers", "0")
                        .err())
                .contains("--workers must be 1 or more");
        assertThat(Letterbox.run("serve", ".", "--isolation", "fork").status()).isEqualTo(2);
    }

    /** As it is when the server ends while its workers start. */
    @Test
    void aWorkerWithoutItsDirectoryReportsThatInOneLine() {
        assertThat(JavaProcess.running(FileWorker.class)
                        .command("/proc/self/fd/999", "server")
                        .run()
                        .expect(1)
                        .err())
                .isEqualTo(
                        "letterbox: A worker process cannot open the served directory: /proc/self/fd/999: No such file or directory\n");
    }
}
