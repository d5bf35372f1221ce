package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.letterbox.dialect.RawRequest;
import dev.letterbox.engine.Message;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ResponseMalformedException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client asks, and what it makes of answers. The test is the server. */
final class FileClientTest {
    private final MessageBuffer message = MessageBuffer.allocate();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private OwnedQueue serverQueue;

    @BeforeEach
    void connect() {
        serverQueue = OwnedQueue.create(Key.free(), Mode.OWNER);
    }

    @AfterEach
    void close() {
        serverQueue.close();
    }

    private FileClient client(ClassicDialect dialect) {
        return FileClient.connect(new QueueTransport(serverQueue.key().orElseThrow()), dialect, Deadline.PATIENCE);
    }

    private Background<Long> get(String name, ClassicDialect dialect) {
        return Background.start("client", () -> {
            try (FileClient client = client(dialect)) {
                return client.get(name, piece -> {
                    while (piece.hasRemaining()) {
                        content.write(piece.get());
                    }
                });
            }
        });
    }

    private RawRequest awaitRequest(ClassicDialect dialect) throws InterruptedException {
        assertThat(serverQueue.tryReceive(message, Selector.any(), Deadline.PATIENCE))
                .isTrue();
        Message request = new Message(8192).put(message.type(), message.toByteArray());
        assertThat(dialect.speaks(request)).isTrue();
        return (RawRequest) dialect.decode(request);
    }

    private void answer(RawRequest request, long type, byte[] body) {
        assertThat(MessageQueue.ofId(request.returnAddress()).trySend(message.put(type, body)))
                .isTrue();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource
    void theServerIsAskedInTheDialectThatWasChosen(ClassicDialect dialect) throws Exception {
        try (Background<Long> get = get("größe", dialect)) {
            RawRequest request = awaitRequest(dialect);
            assertThat(FileRequest.decode(request.payload()).name()).isEqualTo(bytes("größe"));
            answer(request, 2, bytes("con"));
            answer(request, 2, bytes("tent"));
            answer(request, 3, new byte[0]);

            assertThat(get.result()).isEqualTo(7);
            assertThat(content.toString(StandardCharsets.UTF_8)).isEqualTo("content");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anEmptyFileIsEndAlone(int size) throws InterruptedException {
        try (Background<Long> get = get("empty", ClassicDialect.COMPACT)) {
            answer(awaitRequest(ClassicDialect.COMPACT), 3, new byte[size]);

            assertThat(get.result()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "3, 2", "3, 4096", "4, 0", "77, 8192"})
    void whatIsNoResponseIsAnErrorAndNotAFile(long type, int size) throws InterruptedException {
        try (Background<Long> get = get("name", ClassicDialect.COMPACT)) {
            answer(awaitRequest(ClassicDialect.COMPACT), type, new byte[size]);

            assertThat(get.failure())
                    .isInstanceOf(ResponseMalformedException.class)
                    .hasMessageContaining("type %d, %d bytes", type, size);
        }
    }

    @Test
    void aFailureAfterDataMeansThatThereIsNoFile() throws InterruptedException {
        try (Background<Long> get = get("name", ClassicDialect.TLPI)) {
            RawRequest request = awaitRequest(ClassicDialect.TLPI);
            answer(request, 2, bytes("half"));
            answer(request, 1, bytes("Cannot read 'name': Input/output error\0"));

            assertThat(get.failure())
                    .isInstanceOf(RequestRefusedException.class)
                    .hasMessage("Cannot read 'name': Input/output error");
        }
    }

    @Test
    void aNameThatCannotBeSentIsRefusedAndNothingIsSent() {
        for (ClassicDialect dialect : ClassicDialect.values()) {
            try (FileClient client = client(dialect)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> client.get("", _ -> {}))
                        .withMessageContaining("empty");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> client.get("a\0b", _ -> {}))
                        .withMessageContaining("NUL");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> client.get("n".repeat(4_096), _ -> {}))
                        .withMessageContaining("4096 bytes is too long");
            }
        }
        assertThat(serverQueue.status().messages()).isZero();
    }

    /** A request in tlpi ends a server that speaks compact. */
    @Test
    void aServerOfUnknownDialectGetsNothingThatIsTooLongForCompact() throws Exception {
        // Bytes count, not characters.
        String longest = "ü".repeat(127) + "n";
        try (Background<String> asked = Background.start("client", () -> {
            try (FileClient client =
                    FileClient.connect(new QueueTransport(serverQueue.key().orElseThrow()), Deadline.PATIENCE)) {
                String refusal = catchThrowableOfType(
                                IllegalArgumentException.class, () -> client.get(longest + "n", _ -> {}))
                        .getMessage();
                client.get(longest, _ -> {});
                return refusal;
            }
        })) {
            // The greeting, which a classic server takes for a request.
            RawRequest greeting = awaitRequest(ClassicDialect.COMPACT);
            assertThat(message.size()).isEqualTo(260);
            answer(greeting, 1, bytes("Couldn't open\0"));
            RawRequest request = awaitRequest(ClassicDialect.COMPACT);
            assertThat(message.size()).isEqualTo(260);
            assertThat(FileRequest.decode(request.payload()).name()).isEqualTo(bytes(longest));
            answer(request, 3, new byte[0]);

            assertThat(asked.result()).contains("256 bytes", "--dialect tlpi");
        }
    }

    @Test
    void withoutAServerThereIsNoClient() {
        assertThatExceptionOfType(NoServerException.class)
                .isThrownBy(() -> FileClient.connect(new QueueTransport(Key.free()), Deadline.PATIENCE));
    }
}
