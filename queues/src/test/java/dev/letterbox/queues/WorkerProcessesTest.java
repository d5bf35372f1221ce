package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.letterbox.Access;
import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.ContentSink;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.process.WorkerProcesses;
import dev.letterbox.process.WorkersFailedException;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerBuilder;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Proc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What worker processes answer, and what their ends cost. */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
final class WorkerProcessesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final dev.letterbox.Timeout LONG = dev.letterbox.Timeout.ofTotal(PATIENCE);
    private static final List<String> SERVICES =
            List.of("echo", "pid", "who", "pattern", "part", "endless", "sleep", "say", "left", "end");

    private final Key key = Key.free();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        List<Long> pids = new ArrayList<>();
        for (AutoCloseable each : open.reversed()) {
            if (each instanceof WorkerProcesses workers) {
                pids.addAll(workers.processIds());
            }
            each.close();
        }
        assertThat(pids).noneMatch(pid -> new Proc(pid).isAlive());
    }

    private WorkerProcesses start(int count) throws InterruptedException {
        return start(count, PATIENCE, PATIENCE);
    }

    private WorkerProcesses start(int count, Duration patience, Duration grace) throws InterruptedException {
        WorkerProcesses workers = WorkerProcesses.start(count, patience, grace, TestWorker.command());
        open.add(workers);
        return workers;
    }

    private Server serve(WorkerProcesses workers) {
        ServerBuilder builder = Server.on(new QueueTransport(key));
        SERVICES.forEach(name -> builder.service(name, workers.service(name, _ -> name)));
        Server server = builder.start();
        open.add(server);
        return server;
    }

    private Client connect() throws RequestException, InterruptedException {
        Client client = Client.connect(new QueueTransport(key));
        open.add(client);
        return client;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String ask(Client client, String service, String payload)
            throws RequestException, InterruptedException {
        return new String(client.collect(service, bytes(payload), 10_000, LONG), StandardCharsets.UTF_8);
    }

    private static RequestRefusedException refusal(Client client, String service, String payload) {
        return catchThrowableOfType(RequestRefusedException.class, () -> ask(client, service, payload));
    }

    private static Request request(int uid, String payload) {
        return Request.of(Caller.ofUser(uid, uid), bytes(payload));
    }

    @Test
    void anotherProcessAnswersWithAllThatTheRequestSays() throws Exception {
        WorkerProcesses workers = start(1);
        serve(workers);
        Client client = connect();

        assertThat(ask(client, "pid", ""))
                .isEqualTo(String.valueOf(workers.processIds().getFirst()))
                .isNotEqualTo(String.valueOf(ProcessHandle.current().pid()));
        assertThat(ask(client, "echo", "")).isEmpty();
        assertThat(ask(client, "echo", "hello")).isEqualTo("hello");
        assertThat(ask(client, "who", ""))
                .isEqualTo(Linux.host().geteuid() + " " + Linux.host().getegid());
        assertThat(ask(client, "left", "")).isEqualTo("true");
        assertThat(ask(client, "say", "what would spoil the pipe")).isEqualTo("said");
        assertThat(refusal(client, "end", "what nobody knows"))
                .hasMessage("What is what nobody knows?")
                .returns(FailureKind.REFUSED, RequestRefusedException::kind);
    }

    @Test
    void contentOfEachSizeComesWhole() throws Exception {
        serve(start(1));
        Client client = connect();
        for (long size : new long[] {0, 1, 4_999, 5_000, 65_536, 300_000, 20_000_000}) {
            Counting content = new Counting();

            assertThat(client.fetch("pattern", bytes(Long.toString(size)), content, LONG))
                    .isEqualTo(size);

            assertThat(content.place).isEqualTo(size);
            assertThat(content.wrong).isZero();
        }
    }

    private static final class Counting implements ContentSink {
        private long place;
        private long wrong;

        @Override
        public void accept(ByteBuffer piece) throws IOException {
            while (piece.hasRemaining()) {
                if (piece.get() != TestWorker.at(place)) {
                    wrong++;
                }
                place++;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "killed, was killed by signal 9",
        "aborted, was killed by signal 6",
        "exit, ended with status 7",
        "memory, ended with status 1",
        "error, ended with status 1"
    })
    void whateverEndsAWorkerCostsItsOwnRequestOnly(String how, String told) throws Exception {
        WorkerProcesses workers = start(2);
        serve(workers);
        Client client = connect();
        try (Background<RequestRefusedException> other =
                Background.start("asks meanwhile", () -> refusal(connect(), "sleep", ""))) {
            Await.until("both are there", () -> workers.processIds().size() == 2);
            RequestRefusedException refusal = refusal(client, "end", how);

            assertThat(refusal.kind()).isEqualTo(FailureKind.LOST);
            assertThat(refusal).hasMessage("The worker process that answered " + told + " before it was done");
            assertThat(ask(client, "echo", "next")).isEqualTo("next");
            assertThat(other.isDone()).isFalse();
            assertThat(workers.endCount()).isEqualTo(1);
            Await.until("another took its place", () -> workers.processIds().size() == 2);
            workers.requireWorking();
        }
    }

    @Test
    void whatCameBeforeTheEndIsNotTakenForAll() throws Exception {
        serve(start(1));
        Client client = connect();

        assertThatExceptionOfType(RequestRefusedException.class)
                .isThrownBy(() -> client.fetch("part", bytes("600000"), _ -> {}, LONG))
                .withMessageContaining("was killed by signal 9");

        assertThat(ask(client, "echo", "next")).isEqualTo("next");
    }

    @Test
    void aLoopWithoutEndIsOverSoonAfterTheDeadline() throws Exception {
        WorkerProcesses workers = start(1, PATIENCE, Duration.ofSeconds(1));
        serve(workers);
        Client client = connect();
        long looping = workers.processIds().getFirst();

        Await.longEnough(Duration.ofMillis(300), span -> {
            assertThatExceptionOfType(RequestException.class)
                    .isThrownBy(() -> client.collect("end", bytes("loop"), 10, dev.letterbox.Timeout.ofTotal(span)));

            // The only worker answers when it has let go of the loop, or another has taken its place.
            assertThat(ask(client, "echo", "next")).isEqualTo("next");
            // Where it did not come to the loop in time, it is the same still.
            return !new Proc(looping).isAlive();
        });
        assertThat(workers.endCount()).as("it was killed").isEqualTo(1);
        workers.requireWorking();
    }

    @Test
    void aWorkerThatGivesNothingIsGivenUpAfterThePatience() throws Exception {
        WorkerProcesses workers = start(1, Duration.ofMillis(300), Duration.ofSeconds(1));
        long stopped = workers.processIds().getFirst();
        new Proc(stopped).signal("STOP");

        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> workers.service("echo", _ -> "").open(request(1, "")))
                .withMessageStartingWith("The worker process produced nothing for");

        Await.until("it is replaced", () -> !workers.processIds().contains(stopped));
        assertThat(new Proc(stopped).isAlive()).isFalse();
    }

    @Test
    void aClientThatCancelsInterruptsTheServiceAndTheWorkerGoesOn() throws Exception {
        WorkerProcesses workers = start(1);
        serve(workers);
        Client client = connect();
        String before = ask(client, "pid", "");

        for (String service : List.of("sleep", "endless")) {
            CountDownLatch begun = new CountDownLatch(1);
            try (Background<Long> asking = Background.start(
                    "cancels", () -> client.fetch(service, new byte[0], _ -> begun.countDown(), LONG))) {
                if (service.equals("endless")) {
                    begun.await();
                }
                asking.interrupt();
                assertThat(asking.failure()).isInstanceOf(InterruptedException.class);
            }
            assertThat(ask(client, "pid", "")).isEqualTo(before);
        }
    }

    @Test
    void clientsThatDoNotReadDoNotKeepAllWorkers() throws Exception {
        WorkerProcesses workers = start(1);
        serve(workers);
        CountDownLatch goOn = new CountDownLatch(1);
        List<Background<Long>> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 6; i++) {
                CountDownLatch begun = new CountDownLatch(1);
                Client client = connect();
                stalled.add(Background.start(
                        "does not read",
                        () -> client.fetch(
                                "pattern",
                                bytes("20000000"),
                                _ -> {
                                    begun.countDown();
                                    try {
                                        goOn.await();
                                    } catch (InterruptedException over) {
                                        Thread.currentThread().interrupt();
                                    }
                                },
                                LONG)));
                begun.await();
            }

            assertThat(ask(connect(), "echo", "new")).isEqualTo("new");

            assertThat(workers.processIds()).hasSizeLessThanOrEqualTo(4);
            goOn.countDown();
            List<Throwable> lost = new ArrayList<>();
            int whole = 0;
            for (Background<Long> each : stalled) {
                Await.until("it has ended", each::isDone);
                try {
                    assertThat(each.result()).isEqualTo(20_000_000);
                    whole++;
                } catch (AssertionError failed) {
                    lost.add(failed.getCause());
                }
            }
            assertThat(whole).isGreaterThanOrEqualTo(3);
            assertThat(lost)
                    .isNotEmpty()
                    .allSatisfy(why -> assertThat(why)
                            .hasMessage("The client does not read, and others wait for its worker process"));
        } finally {
            goOn.countDown();
            stalled.forEach(Background::close);
        }
        Await.until(
                "those too many have gone", PATIENCE, () -> workers.processIds().size() == 1);
    }

    /** No process is made at all, as with too many open files. */
    @Test
    void workersThatCannotBeMadeAreToldOfAtOnce() {
        List<String> none = List.of("a NUL makes it no program: \0");

        try (Background<WorkerProcesses> starting =
                Background.start("starts", () -> WorkerProcesses.start(1, PATIENCE, none))) {
            assertThat(starting.failure(Duration.ofSeconds(10)))
                    .isInstanceOf(WorkersFailedException.class)
                    .hasMessageContaining("the last one could not be started");
        }
    }

    @Test
    void workersThatCannotStartAreToldOfAtOnce() {
        List<String> wrong = List.of("/bin/sh", "-c", "exit 3");

        assertThatExceptionOfType(WorkersFailedException.class)
                .isThrownBy(() -> WorkerProcesses.start(1, PATIENCE, wrong))
                .withMessageContainingAll("3 within 5 s", "ended with status 3", "/bin/sh -c exit 3");
    }

    /** What a worker has started may hold its end of the pipe for ever. */
    @Test
    void theEndOfAWorkerIsSeenThoughAnotherProcessHasItsPipe(@TempDir Path folder) throws Exception {
        Path heirs = folder.resolve("heirs");
        List<String> leavesOne = List.of("/bin/sh", "-c", "sleep 1000 & echo $! >>\"$0\"; exit 3", heirs.toString());
        try (Background<WorkerProcesses> starting =
                Background.start("starts", () -> WorkerProcesses.start(1, PATIENCE, leavesOne))) {
            assertThat(starting.failure()).hasMessageContaining("ended with status 3");
        } finally {
            for (String heir : Files.readAllLines(heirs)) {
                new Proc(Long.parseLong(heir)).signal("KILL");
            }
        }
    }

    @Test
    void threeEndsInFiveSecondsEndTheServer() throws Exception {
        WorkerProcesses workers = start(3);
        Server server = serve(workers);
        CountDownLatch told = new CountDownLatch(1);
        workers.onFailure(() -> {
            told.countDown();
            server.close();
        });
        Client client = connect();
        Await.until("all are there", () -> workers.processIds().size() == 3);
        assertThat(refusal(client, "end", "killed").kind()).isEqualTo(FailureKind.LOST);
        // All others at once: with the start of a JVM between them, the ends might be further apart. The first may be
        // among them still.
        List<String> kill = new ArrayList<>(List.of("kill", "-KILL"));
        workers.processIds().forEach(pid -> kill.add(String.valueOf(pid)));
        Command.of(kill).run();

        assertThat(told.await(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        server.awaitClose();
        assertThatExceptionOfType(WorkersFailedException.class)
                .isThrownBy(workers::requireWorking)
                .withMessageContaining("was killed by signal 9");
    }

    @Test
    void noOtherUserCanEndTheServerByRequestsThatEndWorkers() throws Exception {
        WorkerProcesses workers = start(1);
        Service end = workers.service("end", _ -> "the end");
        for (int i = 0; i < 4; i++) {
            assertThatExceptionOfType(ServiceException.class)
                    .isThrownBy(() -> end.open(request(12_345, "exit")))
                    .withMessageContaining("ended with status 7");
        }

        workers.requireWorking();
        try (Content content = workers.service("echo", _ -> "").open(request(1, "still"))) {
            assertThat(content.size()).hasValue(5);
        }
    }

    @Test
    void workersFinishWhatTheyHaveWhenCtrlCReachesThemToo() throws Exception {
        WorkerProcesses workers = start(1);
        serve(workers);
        Client client = connect();
        long pid = workers.processIds().getFirst();
        for (String name : List.of("INT", "HUP", "TERM")) {
            new Proc(pid).signal(name);
        }

        assertThat(ask(client, "pid", "")).isEqualTo(String.valueOf(pid));
    }

    @ParameterizedTest
    @ValueSource(strings = {"idle", "loop", "endless"})
    void workersEndWithTheirServerHoweverItEnds(String at) throws Exception {
        try (ChildProcess server = JavaProcess.running(ServerWithWorkers.class)
                .command(key.toString(), at)
                .start()) {
            List<Long> pids = Stream.of(
                            server.awaitLine("workers (.*)").group(1).split(" "))
                    .map(Long::valueOf)
                    .toList();
            assertThat(pids).isNotEmpty().allMatch(pid -> new Proc(pid).isAlive());
            server.kill();
            Await.until(
                    "the workers have ended",
                    Deadline.PATIENCE,
                    () -> pids.stream().noneMatch(pid -> new Proc(pid).isAlive()));
        }
        // The next one removes what the killed one left.
        EchoServer.start(key, Access.OWNER).close();
    }
}
