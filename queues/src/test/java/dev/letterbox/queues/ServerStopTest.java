package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.Outcome;
import dev.letterbox.Service;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestContent;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.engine.Message;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.IpcTable;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a server ends, and what its clients hear of it. */
@SuppressWarnings("try") // It closes by hand, since closing is what it tests.
final class ServerStopTest {
    private static final String STOPPING = "FAILURE The server is stopping";

    private final Key key = Key.free();

    @AfterEach
    void nothingOfTheServerIsLeft() {
        assertThat(IpcTable.now().items()).noneMatch(item -> item.key() == key.value());
    }

    private Server start(Dialect dialect, Service service) {
        return Server.on(new QueueTransport(key))
                .dialects(List.of(dialect))
                .service("", service)
                .stallTimeout(EchoServer.PATIENT)
                .stopPatience(Deadline.PATIENCE)
                .start();
    }

    @Test
    void closingAgainIsNothing() {
        Server server = EchoServer.start(key, Access.OWNER);
        server.close();
        server.close();
    }

    @Test
    void whoWaitsForTheEndIsToldOfIt() throws InterruptedException {
        try (Server server = EchoServer.start(key, Access.OWNER);
                Background<Boolean> waiting = Background.start("waits for the end", () -> {
                    server.awaitClose();
                    return true;
                })) {
            server.close();
            assertThat(waiting.result()).isTrue();
            server.awaitClose();
        }
    }

    @Test
    void theKeyIsFreeForTheNextServer() throws InterruptedException {
        EchoServer.start(key, Access.OWNER).close();
        try (Server next = EchoServer.start(key, Access.OWNER);
                BareClient client = new BareClient()) {
            client.ask(next.queueId(), "hello");
            assertThat(client.response()).containsExactly("DATA hello", "END");
        }
    }

    /** Whoever waits in the queue when the server stops is told, rather than left to wait. */
    @Test
    void requestsThatNobodyBeganYetAreAnsweredWithFailure() throws InterruptedException {
        GatedDialect gated = new GatedDialect();
        try (Server server = start(gated.dialect(), _ -> TestContent.of("served"));
                BareClient first = new BareClient();
                BareClient second = new BareClient();
                BareClient third = new BareClient()) {
            first.ask(server.queueId(), "");
            gated.reached.await();
            second.ask(server.queueId(), "");
            third.ask(server.queueId(), "");
            MessageQueue.ofId(server.queueId()).trySend(MessageBuffer.allocate().put(9, new byte[0]));
            try (Background<Boolean> closing = Background.start("closes the server", () -> {
                server.close();
                return true;
            })) {
                Await.value("it waits for the receiver", closing.thread()::getState, Thread.State.WAITING::equals);
                gated.open.countDown();
                closing.result();
            }

            // Received when the server stopped already, so not begun.
            assertThat(first.response()).containsExactly(STOPPING);
            assertThat(second.response()).containsExactly(STOPPING);
            assertThat(third.response()).containsExactly(STOPPING);
            assertThat(server.statistics().ended(Outcome.STOPPED)).isEqualTo(3);
            assertThat(server.statistics().received()).isEqualTo(4);
        }
    }

    /** A dialect whose first message waits at a gate, and the receiver with it. */
    private static final class GatedDialect {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);

        Dialect dialect() {
            return new PlainDialect() {
                @Override
                public boolean speaks(Message message) {
                    reached.countDown();
                    try {
                        open.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return super.speaks(message);
                }
            };
        }
    }

    @Test
    void aRequestAtWorkIsFinishedFirst() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Content text = TestContent.of("whole");
        TestContent slow = TestContent.of((target, limit) -> {
            reading.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return text.read(target, limit);
        });
        try (Server server = start(new PlainDialect(), _ -> slow);
                BareClient client = new BareClient()) {
            client.ask(server.queueId(), "");
            reading.await();
            try (Background<Boolean> closing = Background.start("closes the server", () -> {
                server.close();
                return true;
            })) {
                Await.value("it waits for the worker", closing.thread()::getState, Thread.State.TIMED_WAITING::equals);
                assertThat(closing.isDone()).isFalse();
                goOn.countDown();
                closing.result();
            }
            assertThat(client.response()).containsExactly("DATA whole", "END");
            assertThat(slow.timesClosed()).isEqualTo(1);
        }
    }

    /** In a hurry, a server waits for nobody. Its stalled clients are told if there is room. */
    @Test
    void anInterruptedCloseEndsThoseAtWorkAtOnce() throws InterruptedException {
        TestContent endless = TestContent.endless();
        try (Server server = start(new PlainDialect(), _ -> endless);
                BareClient stalled = new BareClient().withCapacity(PlainDialect.CHUNK_BYTES + 100)) {
            stalled.ask(server.queueId(), "");
            stalled.awaitMessages(1);
            try (Background<Boolean> closing = Background.start("closes the server", () -> {
                Thread.currentThread().interrupt();
                server.close();
                return Thread.interrupted();
            })) {
                assertThat(closing.result()).as("the interrupt is kept").isTrue();
            }
            Await.value("it is counted", server::statistics, now -> now.ended(Outcome.STOPPED) == 1);

            assertThat(stalled.response()).hasSize(2).endsWith(STOPPING);
            assertThat(endless.timesClosed()).isEqualTo(1);
        }
    }
}
