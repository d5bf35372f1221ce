package dev.letterbox.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
    private static final Timeout PATIENT = Timeout.ofTotal(Deadline.PATIENCE);
    private static final Service REFUSING = _ -> {
        throw new ServiceException("not today");
    };

    private final Key key = Key.free();
    private final Metrics metrics = new Metrics();
    private Server server;
    private Client client;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws RequestException, InterruptedException {
        server = Server.on(new QueueTransport(key))
                .service("echo", request -> Content.of(request.payload()))
                .service("no", REFUSING)
                .service(Metrics.SERVICE, metrics)
                .observer(metrics)
                .start();
        client = Client.connect(new QueueTransport(key));
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private String ask(String service, String payload) throws RequestException, InterruptedException {
        return new String(client.collect(service, payload.getBytes(UTF_8), 1 << 20, PATIENT), UTF_8);
    }

    private Snapshot read() throws RequestException, InterruptedException {
        return Snapshot.parse(ask(Metrics.SERVICE, ""));
    }

    private Snapshot awaitRequests(long count) {
        return Await.value("requests are counted", () -> metrics.snapshot(true), now -> now.requests() == count);
    }

    @Test
    void theServiceTellsWhatTheServerDid() throws Exception {
        ask("echo", "hello");
        ask("echo", "hello, world");
        assertThatThrownBy(() -> ask("no", "")).isInstanceOf(RequestRefusedException.class);
        assertThatThrownBy(() -> ask("nobody", "")).isInstanceOf(RequestRefusedException.class);
        awaitRequests(4);
        MessageQueue.ofId(server.queueId()).trySend(MessageBuffer.allocate().put(99, new byte[3]));
        Await.until("it is dropped", () -> metrics.snapshot(true).allDropped() == 1);
        // A request is at work for a moment after its end was told.
        Await.until("nobody is at work", () -> server.statistics().atWork() == 0);

        Snapshot told = read();

        assertThat(told.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(told.queueId()).isEqualTo(server.queueId());
        assertThat(told.key()).isEqualTo(key.value());
        assertThat(told.uptime()).isPositive();
        assertThat(told.ended().get(Outcome.END).count()).isEqualTo(2);
        assertThat(told.ended().get(Outcome.FAILURE).count()).isEqualTo(2);
        assertThat(told.latencies().percentileNanos(100)).isPositive();
        assertThat(told.bytes()).isEqualTo(17);
        assertThat(told.refused()).containsEntry(FailureKind.REFUSED, 1L).containsEntry(FailureKind.BUSY, 0L);
        assertThat(told.dropped()).containsEntry(Drop.MALFORMED, 1L);
        assertThat(told.sessions()).isEqualTo(1);
        assertThat(told.atWork()).as("without this one").isZero();
        assertThat(told.waiting().orElseThrow().capacity()).isPositive();
        assertThat(told.maxQueues()).isEqualTo(MessageQueues.limits().maxQueues());
        assertThat(told.queues()).isGreaterThanOrEqualTo(2);
        assertThat(told.users().orElseThrow()).singleElement().satisfies(user -> {
            assertThat(user.latencies().count()).isEqualTo(4);
            assertThat(user.failed()).isEqualTo(2);
            assertThat(user.refused()).isEqualTo(1);
            assertThat(user.bytes()).isEqualTo(17);
        });
        assertThat(read().requests()).as("reading counts for nothing").isEqualTo(4);
    }

    @Test
    void onlyRootAndTheServersOwnUserLearnWhatEachUserDid() throws Exception {
        ask("echo", "hello");
        awaitRequests(1);
        int own = MessageQueues.find(server.queueId()).orElseThrow().ownerUid();
        assertThat(readAs(0).users()).isPresent();
        assertThat(readAs(own).users()).isPresent();
        Snapshot strangers = readAs(own + 12_345);
        assertThat(strangers.users()).isEmpty();
        assertThat(strangers.requests()).isEqualTo(1);
    }

    private Snapshot readAs(int uid) throws ServiceException, IOException {
        try (Content content = metrics.open(Request.of(Caller.ofUser(uid, uid), new byte[0]))) {
            byte[] bytes = new byte[Math.toIntExact(content.size().orElseThrow())];
            for (int at = 0; at < bytes.length; ) {
                at += content.read(MemorySegment.ofArray(bytes).asSlice(at), bytes.length - at);
            }
            return Snapshot.parse(new String(bytes, UTF_8));
        }
    }

    @Test
    void whatWasWrittenIsReadAgain() throws Exception {
        ask("echo", "hello");
        Snapshot written = awaitRequests(1);
        assertThat(Snapshot.parse(written.text()).text()).isEqualTo(written.text());
        assertThat(Snapshot.parse(written.text() + "invention 5 6 7\ndropped invented 8\n")
                        .text())
                .as("what a later version tells too")
                .isEqualTo(written.text());
    }

    @Test
    void whatIsNoSnapshotIsRefused() {
        String good = metrics.snapshot(true).text();
        for (String bad : new String[] {
            "",
            "letterbox-metrics 2\n",
            "letterbox-metrics 1\n",
            good.replace("pid ", "pid x"),
            good + "ended end 7 8\n",
            good + "user\n",
            good + "dropped\n"
        }) {
            assertThatIllegalArgumentException().as(bad).isThrownBy(() -> Snapshot.parse(bad));
        }
    }

    @Test
    void metricsAreOfOneServer() {
        assertThatIllegalStateException().isThrownBy(() -> metrics.started(server));
        assertThatIllegalStateException().isThrownBy(() -> new Metrics().snapshot(true));
    }

    @Test
    void prometheusCanReadIt() throws Exception {
        ask("echo", "hello");
        assertThatThrownBy(() -> ask("no", "")).isInstanceOf(RequestRefusedException.class);
        Map<String, Double> series = StrictPrometheus.read(Prometheus.text(awaitRequests(2)));

        String own = "{key=" + key;
        assertThat(series)
                .containsEntry("letterbox_request_duration_seconds_count" + own + ", outcome=end}", 1.0)
                .containsEntry("letterbox_request_duration_seconds_count" + own + ", outcome=failure}", 1.0)
                .containsEntry("letterbox_request_duration_seconds_count" + own + ", outcome=gone}", 0.0)
                .containsEntry("letterbox_request_duration_seconds_bucket" + own + ", outcome=end, le=60}", 1.0)
                .containsEntry("letterbox_response_bytes_total" + own + "}", 5.0)
                .containsEntry("letterbox_sessions" + own + "}", 1.0)
                .containsEntry("letterbox_server_queue_messages" + own + "}", 0.0)
                .containsKey("letterbox_uptime_seconds" + own + "}");
        assertThat(series.keySet()).anyMatch(name -> name.startsWith("letterbox_user_request_duration_seconds_sum"));
    }

    @Test
    void labelsAndHelpAreEscaped() {
        assertThat(Prometheus.escapedLabel("a\"b\\c\nd")).isEqualTo("a\\\"b\\\\c\\nd");
        assertThat(Prometheus.escapedHelp("a\"b\\c\nd")).isEqualTo("a\"b\\\\c\\nd");
    }

    @Test
    void theFileIsWrittenAgainAndAgainAndRemovedAtTheEnd() throws Exception {
        Path file = folder.resolve("letterbox.prom");
        try (MetricsFile _ = MetricsFile.start(metrics, file, Duration.ofMillis(20))) {
            double before = uptime(file);
            Await.until("it is newer", () -> uptime(file) > before);
            ask("echo", "hello");
            String line = "letterbox_response_bytes_total{key=\"" + key + "\"} 5\n";
            Await.until("it has the request", () -> Files.readString(file).contains(line));
        }
        assertThat(folder).isEmptyDirectory();
    }

    private double uptime(Path file) throws IOException {
        return StrictPrometheus.read(Files.readString(file)).get("letterbox_uptime_seconds{key=" + key + "}");
    }

    @Test
    void whatCannotBeWrittenIsToldAtOnce() throws IOException {
        Path noFolder = folder.resolve("nowhere/letterbox.prom");
        assertThatThrownBy(() -> MetricsFile.start(metrics, noFolder, Duration.ofHours(1)))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(noFolder + ": cannot write the metrics: No such directory");
        Path taken = Files.createDirectories(folder.resolve("taken.prom/full")).getParent();
        assertThatThrownBy(() -> MetricsFile.start(metrics, taken, Duration.ofHours(1)))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("cannot write the metrics: ");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aFileThatCannotBeWrittenAnyMoreDoesTheServerNoHarm() throws Exception {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path file = inner.resolve("letterbox.prom");
        try (MetricsFile _ = MetricsFile.start(metrics, file, Duration.ofMillis(20))) {
            Path away = Files.move(inner, folder.resolve("away"));
            ask("echo", "hello");
            Files.move(away, inner);
            double before = uptime(file);
            Await.until("it is written again", () -> uptime(file) > before);
        }
    }

    @Test
    void aLinkStaysAndItsTargetIsReplacedAndRemoved() throws Exception {
        Path target =
                Files.writeString(Files.createDirectory(folder.resolve("there")).resolve("real.prom"), "old");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.resolve("letterbox.prom"), Path.of("there/real.prom"));
        try (MetricsFile _ = MetricsFile.start(metrics, link, Duration.ofHours(1))) {
            assertThat(link).isSymbolicLink();
            assertThat(uptime(target)).isNotNegative();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                    .isEqualTo("rw-r-----");
        }
        assertThat(link).isSymbolicLink();
        assertThat(target.getParent()).isEmptyDirectory();
        // The link dangles now, as it does each time that the server starts again.
        try (MetricsFile _ = MetricsFile.start(metrics, link, Duration.ofHours(1))) {
            assertThat(uptime(target)).isNotNegative();
        }
        assertThat(link).isSymbolicLink();
        assertThat(target.getParent()).isEmptyDirectory();
    }

    @Test
    void linksThatLeadNowhereAreRefused() throws Exception {
        Path loop = folder.resolve("loop.prom");
        Files.createSymbolicLink(loop, Path.of("loop.prom"));
        assertThatThrownBy(() -> MetricsFile.start(metrics, loop, Duration.ofHours(1)))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(loop + ": cannot write the metrics: Too many levels of symbolic links");
        assertThat(loop).isSymbolicLink();
    }

    @Test
    void aPipeIsWrittenToAndStays() throws Exception {
        Path pipe = TempFiles.pipe(folder, "letterbox.prom");
        try (MetricsFile _ = MetricsFile.start(metrics, pipe, Duration.ofHours(1))) {
            assertThat(Files.readString(pipe)).contains("letterbox_uptime_seconds{key=\"" + key + "\"}");
        }
        assertPipe(pipe);
    }

    @Test
    void aPipeWithoutAReaderDelaysNeitherTheStartNorTheEnd() throws Exception {
        Path pipe = TempFiles.pipe(folder, "letterbox.prom");
        MetricsFile.start(metrics, pipe, Duration.ofHours(1)).close();
        // Its writer waits for a reader.
        assertThat(Files.readString(pipe)).contains("letterbox_uptime_seconds");
        assertPipe(pipe);
    }

    private void assertPipe(Path pipe) throws IOException {
        assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther())
                .isTrue();
        assertThat(folder).isDirectoryContaining("glob:**/letterbox.prom");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    /** A device of its own: to lose the machine's would harm it. */
    @Test
    void aDeviceIsWrittenToAndStays() throws Exception {
        Path device = folder.resolve("null");
        Privileges.assumeRoot();
        Command.of("mknod", device.toString(), "c", "1", "3").run().expect(0);
        Path link = Files.createSymbolicLink(folder.resolve("link.prom"), device);
        for (Path file : List.of(device, link)) {
            MetricsFile.write(file, "# nothing\n");
            MetricsFile.start(metrics, file, Duration.ofHours(1)).close();
            assertThat(Files.readAttributes(device, BasicFileAttributes.class).isOther())
                    .isTrue();
        }
        assertThat(link).isSymbolicLink();
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aFileThatAnotherProgramHasPutThereStays() throws Exception {
        Path file = folder.resolve("letterbox.prom");
        MetricsFile written = MetricsFile.start(metrics, file, Duration.ofHours(1));
        Path theirs = Files.writeString(folder.resolve("theirs"), "theirs");
        Files.move(theirs, file, StandardCopyOption.ATOMIC_MOVE);
        written.close();
        assertThat(file).hasContent("theirs");
    }
}
