package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.ContentSink;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.dialect.RawRequest;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ResponseMalformedException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.error.TransportException;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.QueueFullException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client makes of servers, whatever they answer. The test is the server. */
final class ClassicClientTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    private final PlainDialect dialect = new PlainDialect();
    private final MessageBuffer message = MessageBuffer.allocate();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private OwnedQueue serverQueue;

    @BeforeEach
    void makeServerQueue() {
        serverQueue = OwnedQueue.create(Key.free(), Mode.OWNER);
    }

    @AfterEach
    void nothingButTheServerQueueIsLeft() {
        assertThat(IpcTable.now().queues()).extracting(IpcTable.Queue::id).containsOnly(serverQueue.id());
        serverQueue.close();
    }

    private PlainClient connect() {
        return PlainClient.connect(serverQueue.key().orElseThrow());
    }

    private ContentSink sink() {
        return piece -> {
            while (piece.hasRemaining()) {
                content.write(piece.get());
            }
        };
    }

    private Background<Long> fetch(PlainClient client, Duration silence) {
        return Background.start(
                "client", () -> client.fetch(dialect, "x".getBytes(StandardCharsets.UTF_8), sink(), silence));
    }

    /** Receives the request, and returns the queue to answer on. */
    private MessageQueue awaitRequest() throws InterruptedException {
        assertThat(serverQueue.tryReceive(message, Selector.any(), Deadline.PATIENCE))
                .isTrue();
        RawRequest request =
                (RawRequest) dialect.decode(new dev.letterbox.engine.Message(QueueTransport.LONGEST_MESSAGE)
                        .put(message.type(), message.toByteArray()));
        assertThat(request.payload()).isEqualTo(new byte[] {'x'});
        return MessageQueue.ofId(request.returnAddress());
    }

    private void answer(MessageQueue client, long type, String body) {
        assertThat(client.trySend(message.put(type, body.getBytes(StandardCharsets.UTF_8))))
                .isTrue();
    }

    @Test
    void theContentIsAllDataUpToEnd() throws InterruptedException {
        try (PlainClient client = connect();
                Background<Long> fetch = fetch(client, Deadline.PATIENCE)) {
            MessageQueue answers = awaitRequest();
            answer(answers, 2, "one ");
            answer(answers, 2, "two");
            answer(answers, 3, "");

            assertThat(fetch.result()).isEqualTo(7);
            assertThat(content.toString(StandardCharsets.UTF_8)).isEqualTo("one two");
        }
    }

    @Test
    void oneClientAsksAgainAndAgain() throws InterruptedException {
        try (PlainClient client = connect()) {
            for (int times = 0; times < 3; times++) {
                try (Background<Long> fetch = fetch(client, Deadline.PATIENCE)) {
                    MessageQueue answers = awaitRequest();
                    answer(answers, 1, "no");
                    assertThat(fetch.failure()).isInstanceOf(RequestRefusedException.class);
                }
            }
        }
    }

    @Test
    void thePrivateQueueIsForTheClientAndTheServersUserAlone() {
        Privileges.assumeRoot();
        serverQueue.setOwner(Privileges.NOBODY, Privileges.NOBODY);
        List<IpcTable.Queue> before = IpcTable.now().queues();
        try (PlainClient client = connect()) {
            assertThat(client).isNotNull();
            IpcTable.Queue made = IpcTable.now().queues().stream()
                    .filter(queue -> before.stream().noneMatch(old -> old.id() == queue.id()))
                    .findFirst()
                    .orElseThrow();

            assertThat(made.key()).isZero();
            assertThat(made.mode()).isEqualTo(0_600);
            assertThat(made.uid()).isEqualTo(Privileges.NOBODY);
            assertThat(made.cuid()).isZero();
        }
    }

    @Test
    void withoutAServerThereIsNoClient() {
        assertThatExceptionOfType(NoServerException.class).isThrownBy(() -> PlainClient.connect(Key.free()));
    }

    @Test
    void aRefusalIsTheServersText() throws InterruptedException {
        try (PlainClient client = connect();
                Background<Long> fetch = fetch(client, Deadline.PATIENCE)) {
            answer(awaitRequest(), 1, "Not today");

            assertThat(fetch.failure())
                    .isInstanceOf(RequestRefusedException.class)
                    .hasMessage("Not today");
        }
    }

    @Test
    void aRefusalAfterDataIsARefusal() throws InterruptedException {
        try (PlainClient client = connect();
                Background<Long> fetch = fetch(client, Deadline.PATIENCE)) {
            MessageQueue answers = awaitRequest();
            answer(answers, 2, "half of it");
            answer(answers, 1, "The disk is on fire");

            assertThat(fetch.failure())
                    .isInstanceOf(RequestRefusedException.class)
                    .hasMessage("The disk is on fire");
        }
    }

    @Test
    void aSilentServerIsAnErrorWhenTheTimeIsUp() {
        try (PlainClient client = connect();
                Background<Long> fetch = fetch(client, SHORT)) {
            assertThat(fetch.failure())
                    .isInstanceOf(ResponseTimeoutException.class)
                    .hasMessageContaining("queue %d", serverQueue.id())
                    .hasMessageContaining("sent nothing for")
                    .hasMessageContaining("after 0 bytes");
        }
    }

    @Test
    void aServerThatFallsSilentInTheMiddleIsAnErrorWhenTheTimeIsUp() throws Exception {
        assertTimedOutAfter(
                answers -> answers.trySend(message.put(2, "half of it".getBytes(StandardCharsets.UTF_8))),
                "after 10 bytes");
    }

    @Test
    void aServerWhoseQueueIsGoneIsAnErrorThatSaysSo() throws Exception {
        assertTimedOutAfter(
                _ -> {
                    serverQueue.close();
                    makeServerQueue();
                },
                "The server has exited");
    }

    /** The server's last act, with the client's queue at hand, comes well before the client's time is up. */
    private void assertTimedOutAfter(Consumer<MessageQueue> lastAct, String words) throws Exception {
        Await.longEnough(SHORT, silence -> {
            Deadline mostOfIt = Deadline.in(silence.dividedBy(2));
            try (PlainClient client = connect();
                    Background<Long> fetch = fetch(client, silence)) {
                lastAct.accept(awaitRequest());
                if (mostOfIt.passed()) {
                    return false;
                }
                assertThat(fetch.failure())
                        .isInstanceOf(ResponseTimeoutException.class)
                        .hasMessageContaining(words);
                return true;
            }
        });
    }

    @Test
    void aServerQueueThatStaysFullIsAnErrorWhenTheTimeIsUp() {
        serverQueue.setCapacity(4);
        assertThat(serverQueue.trySend(message.put(1, new byte[4]))).isTrue();
        serverQueue.setCapacity(8);
        try (PlainClient client = connect();
                Background<Long> fetch = fetch(client, SHORT)) {
            assertThat(fetch.failure())
                    .isInstanceOf(TransportException.class)
                    .hasCauseInstanceOf(QueueFullException.class)
                    .hasMessageContaining("4 of 8 bytes");
        }
    }

    @Test
    void aServerQueueThatIsGoneBeforeTheRequestIsAnErrorAtOnce() {
        try (PlainClient client = connect()) {
            serverQueue.close();
            try (Background<Long> fetch = fetch(client, Duration.ofHours(1))) {
                assertThat(fetch.failure())
                        .isInstanceOf(TransportException.class)
                        .hasCauseInstanceOf(QueueRemovedException.class);
            }
        }
        makeServerQueue();
    }

    @Test
    void whatIsNoResponseEndsTheClient() throws InterruptedException {
        try (PlainClient client = connect()) {
            try (Background<Long> fetch = fetch(client, Deadline.PATIENCE)) {
                MessageQueue answers = awaitRequest();
                answer(answers, 2, "half of it");
                answer(answers, 4, "what?");

                assertThat(fetch.failure())
                        .isInstanceOf(ResponseMalformedException.class)
                        .hasMessageContaining("type 4, 5 bytes")
                        .hasMessageContaining("10 bytes of content");
            }
            // The next message could be of the request before.
            try (Background<Long> again = fetch(client, Deadline.PATIENCE)) {
                assertThat(again.failure()).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    @Test
    void aSinkThatFailsEndsTheFetch() throws InterruptedException {
        try (PlainClient client = connect();
                Background<Long> fetch = Background.start(
                        "client",
                        () -> client.fetch(
                                dialect,
                                new byte[] {'x'},
                                _ -> {
                                    throw new IOException("The disk is full");
                                },
                                Deadline.PATIENCE))) {
            answer(awaitRequest(), 2, "content");

            assertThat(fetch.failure()).isInstanceOf(IOException.class).hasMessage("The disk is full");
        }
    }

    @Test
    void anInterruptEndsTheWait() throws InterruptedException {
        try (PlainClient client = connect();
                Background<Long> fetch = fetch(client, Duration.ofHours(1))) {
            awaitRequest();
            fetch.awaitAsleepIn(Syscall.MSGRCV).interrupt();

            assertThat(fetch.failure()).isInstanceOf(InterruptedException.class);
        }
    }
}
