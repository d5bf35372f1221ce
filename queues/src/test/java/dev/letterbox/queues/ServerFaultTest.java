package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Access;
import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.ReturnAddress;
import dev.letterbox.Service;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestServices;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerBuilder;
import dev.letterbox.server.ServerObserver;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.IpcTable;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server does when something fails that nobody expects: an engine, a service, or the memory for a message. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class ServerFaultTest {
    private static final int ROUNDS = 5;

    private final Key key = Key.free();

    /** The kernel's queues, where some calls fail as a test wants. */
    private static class Faulty implements ServerEndpoint {
        private final ServerEndpoint queues;

        Faulty(ServerEndpoint queues) {
            this.queues = queues;
        }

        @Override
        public Envelope newEnvelope() {
            return queues.newEnvelope();
        }

        @Override
        public Message newMessage() {
            return queues.newMessage();
        }

        @Override
        public boolean receive(Envelope envelope) throws InterruptedException {
            return queues.receive(envelope);
        }

        @Override
        public boolean tryReceive(Envelope envelope) {
            return queues.tryReceive(envelope);
        }

        @Override
        public Route resolve(Envelope envelope, int stated) {
            return queues.resolve(envelope, stated);
        }

        @Override
        public String name() {
            return queues.name();
        }

        @Override
        public OptionalInt queueId() {
            return queues.queueId();
        }

        @Override
        public Caller user() {
            return queues.user();
        }

        @Override
        public void stop() {
            queues.stop();
        }

        @Override
        public void close() {
            queues.close();
        }
    }

    private record OnFaulty(Key key, UnaryOperator<ServerEndpoint> fault) implements Transport {
        @Override
        public ServerEndpoint bind(Access access) {
            return fault.apply(new QueueTransport(key).bind(access));
        }

        @Override
        public ClientEndpoint connect(Duration patience) {
            return new QueueTransport(key).connect(patience);
        }
    }

    private ServerBuilder serving(Service service) {
        return Server.on(new QueueTransport(key))
                .dialects(List.of(new PlainDialect()))
                .service("", service);
    }

    private boolean somethingIsLeft() {
        IpcTable now = IpcTable.now();
        return now.queues().stream().anyMatch(queue -> queue.key() == key.value())
                || now.semaphores().stream().anyMatch(set -> set.key() == key.value());
    }

    /** As where there is no memory. A request that was charged to its user and never given back would leave it no share. */
    @Test
    void anErrorOnTheThreadThatReceivesCostsItsRequestOnly() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        Service failing = new Service() {
            @Override
            public Content open(Request request) {
                return Content.of("hello");
            }

            @Override
            public boolean isPrompt() {
                if (asked.incrementAndGet() <= ROUNDS) {
                    throw new OutOfMemoryError("as if");
                }
                return true;
            }
        };
        try (Server server = serving(failing).limit(2).start();
                BareClient client = new BareClient()) {
            for (int i = 0; i < ROUNDS; i++) {
                client.ask(server.queueId(), "");
            }
            client.ask(server.queueId(), "");

            assertThat(client.response()).containsExactly("DATA hello", "END");
            assertThat(asked).hasValue(ROUNDS + 1);
        }
    }

    @Test
    void anEngineThatCannotReceiveEndsTheServerAndSaysSo() {
        Transport broken = new OnFaulty(key, queues -> new Faulty(queues) {
            @Override
            public boolean receive(Envelope envelope) {
                throw new IllegalStateException("the connection is gone");
            }
        });
        try (Server server = Server.on(broken).service("", TestServices.echo()).start();
                Background<Void> waits = Background.start("waits for the end", () -> {
                    server.awaitClose();
                    return null;
                })) {
            assertThat(waits.failure()).hasMessageContaining("the connection is gone");
        }
        assertThat(somethingIsLeft()).isFalse();
    }

    @Test
    void whoWaitsForTheEndIsToldThoughTheEngineCannotBeClosed() throws InterruptedException {
        Transport broken = new OnFaulty(key, queues -> new Faulty(queues) {
            @Override
            public void close() {
                super.close();
                throw new IllegalStateException("the connection is gone");
            }
        });
        Server server = Server.on(broken).service("", TestServices.echo()).start();

        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(server::close);

        server.awaitClose();
    }

    /** On the receiver's thread, on a worker's and on the keeper's: each time the service must be let go. */
    @Test
    void anEngineThatCannotSendCostsTheRequestAndLeavesNothingOpen() throws InterruptedException {
        TestServices.Endless endless = new TestServices.Endless();
        CountDownLatch stalled = new CountDownLatch(1);
        Transport broken = new OnFaulty(key, queues -> new Faulty(queues) {
            @Override
            public Route resolve(Envelope envelope, int stated) {
                return new Unsendable((Route.ToClient) super.resolve(envelope, stated), stalled);
            }
        });
        try (Server server = Server.on(broken)
                        .dialects(List.of(new PlainDialect()))
                        .service("", endless)
                        .limit(2)
                        .start();
                BareClient client = new BareClient().withCapacity(3 * PlainDialect.CHUNK_BYTES)) {
            client.ask(server.queueId(), "");
            client.awaitMessages(3);
            Await.until("it waits with the keeper", () -> server.statistics().stalled() == 1);
            stalled.countDown();

            Await.until("it is over", () -> server.statistics().atWork() == 0);
            assertThat(endless.closed).hasValue(1);
            assertThat(server.statistics().ended(Outcome.FAILURE)).isEqualTo(1);

            client.ask(server.queueId(), "");
            Await.until("so is the next one", () -> server.statistics().ended(Outcome.FAILURE) == 2);
            assertThat(endless.closed).hasValue(2);
            assertThat(server.statistics().stalled()).isZero();
        }
    }

    /** Such a request had no end: on a broker, it would have kept one of the places for those that nobody has settled. */
    @Test
    void anEngineThatCannotSendARefusalEndsItsRequest() throws InterruptedException {
        Transport broken = new OnFaulty(key, queues -> new Faulty(queues) {
            @Override
            public Route resolve(Envelope envelope, int stated) {
                return new Unsendable((Route.ToClient) super.resolve(envelope, stated), new CountDownLatch(0));
            }
        });
        try (Server server =
                        Server.on(broken).dialects(List.of(new PlainDialect())).start();
                BareClient client = new BareClient()) {
            client.ask(server.queueId(), "");
            Await.until("it is over", () -> server.statistics().ended(Outcome.FAILURE) == 1);
        }
    }

    private record Unsendable(Route.ToClient queue, CountDownLatch stalled) implements Route.ToClient {
        private void check() {
            if (stalled.getCount() == 0) {
                throw new IllegalStateException("the connection is gone");
            }
        }

        @Override
        public ReturnAddress address() {
            return queue.address();
        }

        @Override
        public Offer offer(Message message) {
            check();
            return queue.offer(message);
        }

        @Override
        public Caller owner() {
            return queue.owner();
        }

        @Override
        public boolean isConfidential() {
            return queue.isConfidential();
        }

        @Override
        public boolean isUnchanged(long holds) {
            return queue.isUnchanged(holds);
        }

        @Override
        public int capacity() {
            return queue.capacity();
        }

        @Override
        public int longestMessage() {
            return queue.longestMessage();
        }
    }

    @Test
    void aServerThatAnObserverDoesNotLetStartLeavesNothing() {
        ServerBuilder refused = serving(TestServices.echo()).observer(new ServerObserver() {
            @Override
            public void started(Server server) {
                throw new IllegalStateException("not here");
            }
        });

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(refused::start)
                .withMessage("not here");

        assertThat(somethingIsLeft()).isFalse();
        serving(TestServices.echo()).start().close();
    }
}
