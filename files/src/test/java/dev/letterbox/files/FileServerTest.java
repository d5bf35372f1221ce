package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Access;
import dev.letterbox.Outcome;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.dialect.ResponseKind;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerStatistics;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the server makes of clients that err, lie, stall and vanish. After each it serves on, has counted right, and
 * holds nothing of them any more.
 */
final class FileServerTest {
    private static final int LONGEST = 8192;

    private static final Duration PATIENT = Duration.ofHours(1);
    /** Longer than any private queue is roomy. */
    private static final int LARGE = 1 << 20;

    @TempDir
    private Path folder;

    private final Key key = Key.free();
    private ServedRoot root;
    private Server server;
    private int descriptors;

    @BeforeEach
    void serve() throws IOException {
        Files.writeString(folder.resolve("small"), "all is well\n");
        TempFiles.file(folder, "large", LARGE);
        root = ServedRoot.open(folder);
        start(PATIENT);
        descriptors = Proc.self().descriptorCount();
    }

    private void start(Duration stallTimeout) {
        server = Server.on(new QueueTransport(key))
                .access(Access.ALL)
                .dialects(List.of(ClassicDialect.values()))
                .service("", new FileService(root))
                .stallTimeout(stallTimeout)
                .start();
    }

    private void restart(Duration stallTimeout) {
        server.close();
        start(stallTimeout);
    }

    @AfterEach
    void theServerServesOnAndHoldsNothing() {
        try (ServedRoot _ = root;
                Server _ = server) {
            assertServes();
            Await.value("nobody is at work", server::statistics, now -> now.atWork() == 0);
            Await.value("no file is open", () -> Proc.self().descriptorCount(), now -> now <= descriptors);
        }
    }

    private void assertServes() {
        for (ClassicDialect dialect : ClassicDialect.values()) {
            assertThat(client(dialect, "small").run().expect(0).text()).isEqualTo("all is well\n");
        }
    }

    private Command client(ClassicDialect dialect, String... arguments) {
        List<String> words = new ArrayList<>(List.of("-k", key.toString()));
        words.addAll(List.of(arguments));
        return Command.of(Peers.program(name(dialect) + "-client"), words.toArray(String[]::new));
    }

    private static String name(ClassicDialect dialect) {
        return dialect.name().toLowerCase(Locale.ROOT);
    }

    private void send(long type, byte[] body) {
        assertThat(MessageQueue.ofId(server.queueId())
                        .trySend(MessageBuffer.allocate().put(type, body)))
                .isTrue();
    }

    private void request(ClassicDialect dialect, int returnAddress, String name) {
        var message = new dev.letterbox.engine.Message(LONGEST);
        dialect.request(
                message,
                0,
                FileRequest.get(name.getBytes(StandardCharsets.UTF_8)).encode());
        // The dialect itself lets nobody say a negative address; a C program may.
        message.memory().set(ValueLayout.JAVA_INT_UNALIGNED, 0, returnAddress);
        send(message.type(), message.toByteArray());
    }

    private void awaitMalformed(long count) {
        Await.value("%d messages are malformed".formatted(count), server::statistics, now -> now.malformed() == count);
        assertThat(server.statistics().outcomes().values()).containsOnly(0L);
    }

    private void awaitEnded(Outcome outcome, long count) {
        Await.value(
                "%d requests ended in %s".formatted(count, outcome),
                server::statistics,
                now -> now.ended(outcome) == count);
    }

    private static void awaitFull(int queue) {
        // No message of 4 KiB fits any more.
        Await.value(
                "queue %d is full".formatted(queue),
                () -> MessageQueues.find(queue).orElseThrow().bytes(),
                bytes -> bytes > 16_384 - 4_096);
    }

    private static int queueOf(ChildProcess client) {
        return Integer.parseInt(client.awaitErrLine("^queue (\\d+)$").group(1));
    }

    @ParameterizedTest
    @EnumSource
    void aClientReadsWhyItsFileCannotBeHad(ClassicDialect dialect) throws IOException {
        Files.createDirectory(folder.resolve("directory"));
        Finished missing = client(dialect, "missing").run().expect(1);
        Finished directory = client(dialect, "directory").run().expect(1);
        Finished empty = client(dialect, "").run().expect(1);

        assertThat(missing.err()).isEqualTo("Cannot open 'missing': No such file or directory\n");
        assertThat(directory.err()).isEqualTo("Cannot open 'directory': Is a directory\n");
        assertThat(empty.err()).isEqualTo("Cannot open '': No such file or directory\n");
        awaitEnded(Outcome.FAILURE, 3);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0",
        "1, 1",
        "1, 4",
        "1, 263",
        "1, 265",
        "1, 4099",
        "1, 4101",
        "1, 8192",
        "2, 264",
        "3, 264",
        "9223372036854775807, 264"
    })
    void aMessageOfNoDialectIsCountedAndDropped(long type, int size) {
        byte[] body = new byte[size];
        Arrays.fill(body, (byte) 1);
        send(type, body);
        awaitMalformed(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {264, 4100})
    void aNameWithoutEndIsCountedAndDropped(int size) {
        byte[] body = new byte[size];
        Arrays.fill(body, Integer.BYTES, size, (byte) 'n');
        send(1, body);
        awaitMalformed(1);
    }

    /** The return address comes first in a request of any length: who cannot be understood is told so. */
    @ParameterizedTest
    @CsvSource({
        "1, 4, these are 4 bytes",
        "1, 260, ends in spaces",
        "1, 268, your size includes the type",
        "1, 4100, ends in spaces",
        "1, 8192, ends in spaces",
        "7, 260, its type is 7"
    })
    void whatCannotBeReadIsAnsweredWithWhatIsExpected(long type, int size, String told) throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            send(type, requestInSpaces(queue.id(), size));

            Message failure = receive(queue);
            assertThat(failure.type()).isEqualTo(1);
            assertThat(new String(failure.body(), StandardCharsets.UTF_8))
                    .startsWith("Cannot read the request: ")
                    .contains(told)
                    .contains("260 or 264 bytes (compact) or 4100 (tlpi)");
            awaitEnded(Outcome.FAILURE, 1);
        }
    }

    @Test
    void whatCannotBeReadAndNamesAQueueWithAKeyIsCountedAndNothingIsSentThere() throws InterruptedException {
        try (OwnedQueue other = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            send(1, requestInSpaces(other.id(), 260));
            awaitMalformed(1);

            assertThat(other.status().messages()).isZero();
        }
    }

    private static byte[] requestInSpaces(int returnAddress, int size) {
        byte[] body = new byte[size];
        Arrays.fill(body, (byte) ' ');
        ByteBuffer.wrap(body).order(ByteOrder.nativeOrder()).putInt(returnAddress);
        return body;
    }

    @ParameterizedTest
    @EnumSource
    void aNegativeReturnAddressIsCountedAndDropped(ClassicDialect dialect) {
        request(dialect, -1, "small");
        request(dialect, Integer.MIN_VALUE, "small");
        awaitMalformed(2);
    }

    @ParameterizedTest
    @EnumSource
    void aReturnAddressOfNoQueueIsAClientThatHasGone(ClassicDialect dialect) {
        int gone;
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            gone = queue.id();
        }
        request(dialect, gone, "small");
        request(dialect, Integer.MAX_VALUE, "small");
        awaitEnded(Outcome.GONE, 2);

        assertThat(server.statistics().malformed()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aReturnAddressWithAKeyIsCountedAndNothingIsSentThere(ClassicDialect dialect) {
        try (OwnedQueue other = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            request(dialect, server.queueId(), "small");
            request(dialect, other.id(), "small");
            Await.value("both are misaddressed", server::statistics, now -> now.misaddressed() == 2);

            assertThat(other.status().messages()).isZero();
        }
    }

    /** The book's server looks at the type of a request no more than at its length. */
    @Test
    void aLongRequestOfAnyTypeIsServed() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            var message = new dev.letterbox.engine.Message(LONGEST);
            ClassicDialect.TLPI.request(
                    message,
                    queue.id(),
                    FileRequest.get("small".getBytes(StandardCharsets.UTF_8)).encode());
            send(77, message.toByteArray());

            assertThat(receive(queue)).isEqualTo(new Message(2, "all is well\n".getBytes(StandardCharsets.UTF_8)));
            assertThat(receive(queue)).isEqualTo(new Message(3, new byte[0]));
        }
    }

    private static Message receive(OwnedQueue queue) throws InterruptedException {
        return queue.receive(Selector.any(), Deadline.PATIENCE).orElseThrow();
    }

    /** A server of the classic design is asked for the same again by each of these. */
    @Test
    void aShortRequestAfterAWholeOneIsNotServedInItsPlace() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            request(ClassicDialect.TLPI, queue.id(), "small");
            assertThat(receive(queue).type()).isEqualTo(2);
            assertThat(receive(queue).type()).isEqualTo(3);
            send(1, new byte[0]);
            send(1, new byte[] {0});
            Await.value("both are malformed", server::statistics, now -> now.malformed() == 2);

            assertThat(queue.status().messages()).isZero();
            assertThat(server.statistics().ended(Outcome.END)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatShrinksWhileItIsReadEndsInFailure(ClassicDialect dialect) throws Exception {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            request(dialect, queue.id(), "large");
            awaitFull(queue.id());
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve("large").toFile(), "rw")) {
                file.setLength(20_000);
            }

            long bytes = 0;
            Message message = receive(queue);
            while (message.type() == 2) {
                bytes += message.body().length;
                message = receive(queue);
            }
            // What was read before is sent, and then no END.
            assertThat(bytes).isGreaterThanOrEqualTo(16_384).isLessThan(LARGE);
            assertThat(text(dialect, message))
                    .isEqualTo("Cannot read 'large': it shrank from %d to %d bytes while it was read", LARGE, bytes);
        }
        awaitEnded(Outcome.FAILURE, 1);
    }

    private static String text(Dialect dialect, Message message) {
        var buffer = new dev.letterbox.engine.Message(LONGEST).put(message.type(), message.body());
        assertThat(dialect.responseKind(buffer)).isEqualTo(ResponseKind.FAILURE);
        return dialect.failureText(buffer);
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatLeavesInTheMiddleIsGone(ClassicDialect dialect) {
        client(dialect, "-x", "3", "large").run().expect(3);
        awaitEnded(Outcome.GONE, 1);
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatIsKilledInTheMiddleCostsOnlyItsOwnRequest(ClassicDialect dialect) {
        int orphan;
        try (ChildProcess killed = client(dialect, "-q", "-K", "3", "large").start()) {
            orphan = queueOf(killed);
            killed.exit().expect(137);
        }
        awaitFull(orphan);
        assertServes();
        assertThat(server.statistics().ended(Outcome.GONE)).isZero();
        MessageQueue.ofId(orphan).remove();

        awaitEnded(Outcome.GONE, 1);
    }

    @ParameterizedTest
    @EnumSource
    void aClientWhoseQueueIsRemovedUnderItIsGone(ClassicDialect dialect) {
        try (ChildProcess robbed = client(dialect, "-q", "-n", "large").start()) {
            int queue = queueOf(robbed);
            awaitFull(queue);
            Command.of(Peers.program("queue"), "rm", "" + queue).run().expect(0);

            awaitEnded(Outcome.GONE, 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatNeverReadsIsGivenUpAfterTheStallTimeout(ClassicDialect dialect) {
        restart(Duration.ofMillis(200));
        try (ChildProcess stalled = client(dialect, "-q", "-n", "large").start()) {
            int queue = queueOf(stalled);
            awaitEnded(Outcome.STALLED, 1);

            assertThat(MessageQueues.find(queue).orElseThrow().bytes()).isPositive();
            stalled.signal("TERM");
            stalled.exit().expect(143);
        }
    }

    @Test
    void otherClientsAreServedWhileSomeStall() throws IOException {
        List<ChildProcess> stalled = new ArrayList<>();
        try {
            for (int count = 0; count < 5; count++) {
                stalled.add(client(ClassicDialect.TLPI, "-q", "-n", "large").start());
                stalled.add(client(ClassicDialect.COMPACT, "-q", "-n", "large").start());
            }
            stalled.forEach(client -> awaitFull(queueOf(client)));
            Path copy = folder.resolve("copy");
            client(ClassicDialect.TLPI, "large").outTo(copy).run().expect(0);

            assertThat(copy).hasSameBinaryContentAs(folder.resolve("large"));
            assertThat(server.statistics().atWork()).isBetween(10, 11);
            stalled.forEach(client -> client.signal("TERM"));
            stalled.forEach(client -> client.exit().expect(143));
        } finally {
            stalled.forEach(ChildProcess::close);
        }
        awaitEnded(Outcome.GONE, 10);
    }

    @ParameterizedTest
    @EnumSource
    void aSlowClientGetsAllOfItsFile(ClassicDialect dialect) {
        Finished slow = client(dialect, "-s", "1", "large").run().expect(0);

        assertThat(slow.out()).isEqualTo(TempFiles.bytes(LARGE));
        awaitEnded(Outcome.END, 1);
    }

    /** To read a file of a terabyte takes minutes; it ends with the client's patience. */
    @Test
    void theChecksumOfALongPrefixIsNotReckonedForNobody() throws Exception {
        long end = 1L << 40;
        try (RandomAccessFile endless =
                new RandomAccessFile(folder.resolve("endless").toFile(), "rw")) {
            endless.setLength(end);
        }
        byte[] payload = new FileRequest(
                        FileRequest.Operation.GET, "endless".getBytes(StandardCharsets.UTF_8), end, 1, 1)
                .encode();
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThatExceptionOfType(ResponseTimeoutException.class)
                    .isThrownBy(() -> client.collect("", payload, 1, Timeout.ofTotal(Duration.ofMillis(200))));
            Await.until("nobody is at work", () -> server.statistics().atWork() == 0);
        }
    }

    @Test
    void othersAreServedWhileHundredsOfLongChecksAreAsked() throws Exception {
        long end = 1L << 40;
        try (RandomAccessFile endless =
                new RandomAccessFile(folder.resolve("endless").toFile(), "rw")) {
            endless.setLength(end);
        }
        byte[] payload = new FileRequest(
                        FileRequest.Operation.GET, "endless".getBytes(StandardCharsets.UTF_8), end, 1, 1)
                .encode();
        try (Client client = Client.connect(new QueueTransport(key))) {
            for (int i = 0; i < 300; i++) {
                client.collectAsync("", payload, 1, Timeout.ofTotal(PATIENT));
            }
            Await.until("all are at work", () -> server.statistics().atWork() == 300);
            assertServes();
            assertThat(server.statistics().atWork()).isEqualTo(300);
        }
        Await.until("nobody is at work", () -> server.statistics().atWork() == 0);
    }

    @Test
    void allIsCounted() {
        client(ClassicDialect.TLPI, "small").run().expect(0);
        client(ClassicDialect.COMPACT, "small").run().expect(0);
        client(ClassicDialect.TLPI, "missing").run().expect(1);
        client(ClassicDialect.COMPACT, "-x", "1", "large").run().expect(3);
        request(ClassicDialect.COMPACT, Integer.MAX_VALUE, "small");
        request(ClassicDialect.COMPACT, server.queueId(), "small");
        send(1, new byte[3]);
        Await.value("all are done", server::statistics, now -> now.malformed() == 1 && now.atWork() == 0);

        ServerStatistics counts = server.statistics();
        assertThat(counts.ended(Outcome.END)).isEqualTo(2);
        assertThat(counts.ended(Outcome.FAILURE)).isEqualTo(1);
        assertThat(counts.ended(Outcome.GONE)).isEqualTo(2);
        assertThat(counts.misaddressed()).isEqualTo(1);
        assertThat(counts.stale()).isZero();
        assertThat(counts.received()).isEqualTo(7);
    }
}
