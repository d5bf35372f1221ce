package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.RunningServer;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.queues.reaper.ProcessMark;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ClientPrograms;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Machine;
import dev.letterbox.testkit.WireVector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Plays the exchanges of docs/vectors to the server, and, as a server, to the clients in Java, C and Python. */
final class VectorsIT {
    @TempDir
    private static Path served;

    @TempDir
    private Path own;

    private static RunningServer server;

    @BeforeAll
    static void startServer() throws IOException {
        file("greeting.txt", "Hello, Letterbox!\n", "rw-r--r--");
        file("empty", "", "rw-r--r--");
        Files.createDirectory(served.resolve("sub"));
        file("sub/one", "1", "rw-------");
        server = RunningServer.start(served);
    }

    private static void file(String name, String content, String permissions) throws IOException {
        Path file = Files.writeString(served.resolve(name), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-02T03:04:05.678901234Z")));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    static Stream<WireVector> playedToServers() {
        return Stream.of("session.txt", "session-server.txt", "classic.txt")
                .flatMap(file -> WireVector.read(file).stream());
    }

    @ParameterizedTest
    @MethodSource("playedToServers")
    void theServerAnswersAsTheVectorSays(WireVector vector) throws InterruptedException {
        MessageQueue requests = MessageQueue.ofId(server.queueId());
        try (OwnedQueue responses = OwnedQueue.createPrivate(Mode.OWNER)) {
            responses.setCapacity(vector.capacity());
            Known known = new Known();
            known.put("return address", number(responses.id()));
            for (WireVector.Message message : vector.messages()) {
                if (message.fromClient()) {
                    requests.send(known.toSend(message));
                } else {
                    known.check(message, responses.receive(Selector.any(), Deadline.PATIENCE));
                }
            }
            assertThat(responses.receive(Selector.any(), Duration.ZERO)).isEmpty();
        }
    }

    private static byte[] number(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(number)
                .array();
    }

    /** What one side has made up, and the other has to say after it. */
    private static final class Known {
        private static final Set<String> REPEATED = Set.of("return address", "nonce", "session", "token");

        private final Map<String, byte[]> values = new HashMap<>();

        void put(String name, byte[] value) {
            values.put(name, value);
        }

        int returnAddress() {
            return ByteBuffer.wrap(values.get("return address"))
                    .order(ByteOrder.nativeOrder())
                    .getInt();
        }

        Message toSend(WireVector.Message message) {
            byte[] body = message.body();
            for (WireVector.Field field : message.fields()) {
                if (field.varies() && REPEATED.contains(field.name())) {
                    byte[] value = values.computeIfAbsent(field.name(), _ -> field.bytes());
                    System.arraycopy(value, 0, body, field.offset(), value.length);
                }
            }
            return new Message(message.type(), body);
        }

        void check(WireVector.Message expected, Optional<Message> came) {
            assertThat(came).as(expected.kind()).isPresent();
            Message message = came.orElseThrow();
            assertThat(message.type()).as("type of " + expected.kind()).isEqualTo(expected.type());
            assertThat(message.body()).as(expected.kind()).hasSize(expected.body().length);
            for (WireVector.Field field : expected.fields()) {
                byte[] bytes = field.of(message.body());
                byte[] wanted = field.bytes();
                if (field.varies()) {
                    boolean repeated = REPEATED.contains(field.name());
                    wanted = repeated ? values.computeIfAbsent(field.name(), _ -> bytes) : bytes;
                }
                assertThat(bytes).as(expected.kind() + ": " + field.name()).isEqualTo(wanted);
            }
        }
    }

    static Stream<Arguments> playedToClients() {
        return Stream.of("session.txt", "session-client.txt", "classic.txt")
                .flatMap(file -> WireVector.read(file).stream())
                .flatMap(vector -> Stream.of(ExchangePlayer.values())
                        .filter(player -> player.plays(WantedExchange.of(vector)))
                        .map(player -> Arguments.of(vector, player)));
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("playedToClients")
    void aClientAsksAsTheVectorSays(WireVector vector, ExchangePlayer player) throws Exception {
        WantedExchange wanted = WantedExchange.of(vector);
        Key key = Key.free();
        try (OwnedQueue requests = OwnedQueue.create(key, Mode.OWNER);
                Background<String> client = Background.start("client", () -> player.play(key, wanted, own))) {
            Known known = new Known();
            for (WireVector.Message message : vector.messages()) {
                if (message.fromClient()) {
                    known.check(message, requests.receive(Selector.any(), Deadline.PATIENCE));
                } else {
                    MessageQueue.ofId(known.returnAddress()).send(known.toSend(message));
                }
            }
            assertThat(client.result()).isEqualTo(wanted.result());
            assertThat(requests.receive(Selector.any(), Duration.ZERO)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientsQueueBeginsWithTheCertificateOfTheVector(ExchangePlayer player) throws Exception {
        Assumptions.assumeTrue(
                player != ExchangePlayer.PYTHON || Machine.isInstalled("python3"), "python3 is not installed");
        WireVector.Message certificate =
                WireVector.read("certificate.txt").getFirst().messages().getFirst();
        WireVector vector = WireVector.read("session.txt").getFirst();
        Key key = Key.free();
        try (OwnedQueue requests = OwnedQueue.create(key, Mode.OWNER);
                Background<String> _ =
                        Background.start("client", () -> player.play(key, WantedExchange.of(vector), own))) {
            Known known = new Known();
            known.check(vector.messages().getFirst(), requests.receive(Selector.any(), Deadline.PATIENCE));
            MessageBuffer first = MessageBuffer.allocate();
            MessageQueue responses = MessageQueue.ofId(known.returnAddress());
            assertThat(responses.peek(first, 0)).isTrue();
            known.check(certificate, Optional.of(first.toMessage()));
            ByteBuffer body = ByteBuffer.wrap(first.toByteArray()).order(ByteOrder.nativeOrder());
            assertThat(body.getInt(52)).isEqualTo(key.value());
            // What the reaper reads there is what the client wrote.
            assertThat(BirthCertificate.read(responses.id())).hasValueSatisfying(read -> {
                assertThat(read.process().pid()).isEqualTo(body.getInt(12));
                assertThat(read.process().fate()).isEqualTo(ProcessMark.Fate.RUNS);
                assertThat(read.token()).isPresent();
            });
            responses.remove();
        }
    }

    @Test
    void theBirthCertificateOfTheVectorIsRead() throws InterruptedException {
        WireVector.Message vector =
                WireVector.read("certificate.txt").getFirst().messages().getFirst();
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.send(new Message(vector.type(), vector.body()));
            assertThat(BirthCertificate.read(queue.id()))
                    .contains(new BirthCertificate(
                            new ProcessMark(
                                    4711,
                                    123_456_789,
                                    (int) 4_026_531_836L,
                                    (int) 4_026_531_834L,
                                    UUID.fromString("01234567-89ab-cdef-0011-223344556677")),
                            Key.of(0x1aaaaaa1),
                            Optional.of(new BirthCertificate.Token(32_769, 1_800_000_000))));
        }
    }

    @Test
    void theChecksumsCheckValueIsThatOfThePage() throws IOException {
        assertThat(WantedExchange.checksum("123456789")).isEqualTo(0xe3069283);
        assertThat(ClientPrograms.text("docs/protocol.md")).contains("`123456789` it is 0xe3069283");
        assertThat(ClientPrograms.text("docs/vectors/README.md")).contains("`123456789` it is `0xe3069283`");
    }
}
