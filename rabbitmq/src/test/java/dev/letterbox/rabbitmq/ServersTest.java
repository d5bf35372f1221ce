package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.server.Server;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.SharedBroker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Servers that share a request queue: as threads where they end properly, as processes where they are killed. */
@ExtendWith(SharedBroker.class)
final class ServersTest {
    private static final Timeout PATIENCE = Timeout.ofSilence(Duration.ofSeconds(30));
    private static final byte[] NOTHING = {};

    private static ChildProcess startServer(Brokered place) {
        ChildProcess server = JavaProcess.running(EchoServer.class)
                .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .command("amqp://127.0.0.1:%d/%s".formatted(place.broker().port(), place.vhost()), Broker.USER)
                .start();
        server.awaitLine("serves");
        return server;
    }

    private static String ask(Client client, String service) throws Exception {
        return new String(client.collect(service, NOTHING, 1024, PATIENCE), StandardCharsets.UTF_8);
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    /** An administrator can make it the default of a vhost that durable queues are quorum queues. */
    @Test
    void queuesHaveTheTypeThatTheAddressNamesWhateverTheVhostsDefault(Broker broker) {
        String vhost = "quorum-by-default";
        broker.ctl("add_vhost", vhost, "--default-queue-type", "quorum");
        broker.permit(Broker.USER, vhost, ".*", ".*", ".*");
        try (Server _ = answering(new Brokered(broker, vhost), "one")) {
            String types = broker.eval(
                    "lists:usort([amqqueue:get_type(Q) || Q <- rabbit_amqqueue:list(<<\"%s\">>)])".formatted(vhost));
            assertThat(types).isEqualTo("[rabbit_classic_queue]");
        }
    }

    @Test
    void requestsGoToWhicheverServerHasRoom(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server one = answering(place, "one");
                Server other = answering(place, "other");
                Client client = Client.connect(place.transport())) {
            Set<String> answered = new HashSet<>();
            Await.until("both have answered", () -> {
                answered.add(ask(client, "who"));
                return answered.size() == 2;
            });
            assertThat(one.statistics().received()).isPositive();
            assertThat(other.statistics().received()).isPositive();
        }
    }

    private static Server answering(Brokered place, String name) {
        return Server.on(place.transport())
                .service("who", _ -> Content.of(name))
                .start();
    }

    @Test
    void withoutAServerThereIsNoClient(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        assertThatExceptionOfType(NoServerException.class).isThrownBy(() -> {
            Client.connect(place.transport()).close();
        });
        answering(place, "was").close();
        assertThatExceptionOfType(NoServerException.class).isThrownBy(() -> {
            Client.connect(place.transport()).close();
        });
    }

    @Test
    void aRequestThatAKilledServerHadNotBegunToAnswerIsAnsweredByAnother(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (ChildProcess doomed = startServer(place);
                Client client = Client.connect(place.transport());
                Background<String> asked = Background.start("asks", () -> {
                    return ask(client, "hang");
                })) {
            doomed.awaitLine("hangs");
            try (Server heir = Server.on(place.transport())
                    .service("hang", _ -> Content.of("the heir's"))
                    .start()) {
                doomed.kill();
                assertThat(asked.result()).isEqualTo("the heir's");
                assertThat(heir.statistics().received()).isPositive();
            }
        }
    }

    @Test
    void aClientIsToldWithinSecondsThatTheServerOfItsAnswerWasKilled(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (ChildProcess doomed = startServer(place);
                Client client = Client.connect(place.transport())) {
            AtomicBoolean killed = new AtomicBoolean();
            long[] at = {0};
            assertThatExceptionOfType(ServerGoneException.class).isThrownBy(() -> {
                client.fetch(
                        "stream",
                        number(1L << 40),
                        piece -> {
                            if (killed.compareAndSet(false, true)) {
                                doomed.kill();
                                at[0] = System.nanoTime();
                            }
                        },
                        PATIENCE);
            });
            assertThat(Duration.ofNanos(System.nanoTime() - at[0])).isLessThan(Duration.ofSeconds(25));
        }
    }

    @Test
    void aServerThatStopsGivesBackWhatItHasNotBegun(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        CountDownLatch inService = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        Server first = Server.on(place.transport())
                .service("work", _ -> {
                    inService.countDown();
                    awaitQuietly(stopping);
                    return Content.of("first");
                })
                .start();
        try (Client client = Client.connect(place.transport());
                Background<String> begun = Background.start("begun", () -> ask(client, "work"))) {
            inService.await();
            try (Background<Boolean> closing = Background.start("closes", () -> {
                        first.close();
                        return true;
                    });
                    Server second = Server.on(place.transport())
                            .service("work", _ -> Content.of("second"))
                            .start()) {
                for (int i = 0; i < 10; i++) {
                    assertThat(ask(client, "work")).isEqualTo("second");
                }
                stopping.countDown();
                assertThat(begun.result()).isEqualTo("first");
                assertThat(closing.result()).isTrue();
                assertThat(second.statistics().received()).isGreaterThanOrEqualTo(10);
            }
        } finally {
            stopping.countDown();
            first.close();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException aborted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRequestThatOneServerAfterTheOtherGivesBackIsAnsweredWithAFailure(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        RabbitTransport transport = new RabbitTransport(place.address("?queue=quorum"), place.login());
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Duration.ofSeconds(10))) {
            client.send(client.newMessage().type(5).size(3), Duration.ofSeconds(10));
            Envelope envelope = server.newEnvelope();
            int tries = 0;
            while (server.receive(envelope) && !envelope.isGivenUp()) {
                assertThat(envelope.settlement().giveBack()).isTrue();
                tries++;
            }
            assertThat(tries).isEqualTo(Topology.MOST_DELIVERIES + 1);
            envelope.settlement().giveBack();
        }
        try (Server _ = Server.on(transport)
                        .service("work", _ -> Content.of("done"))
                        .start();
                Client client = Client.connect(transport)) {
            assertThat(ask(client, "work")).isEqualTo("done");
        }
    }

    /** Eight clients stream while servers are killed at random moments: each answer is whole, or its loss is told. */
    @Test
    void killedServersCostNobodyAWrongByte(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        int kills = Integer.getInteger("letterbox.rabbitmq.kills", 3);
        SplittableRandom random = new SplittableRandom(kills);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger whole = new AtomicInteger();
        AtomicInteger resumed = new AtomicInteger();
        try (ChildProcess survivor = startServer(place)) {
            List<Background<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(Background.start("client " + i, () -> {
                    try (Client client = Client.connect(place.transport())) {
                        while (!over.get()) {
                            try {
                                fetch(client, 3_000_000);
                                whole.incrementAndGet();
                            } catch (ServerGoneException told) {
                                resumed.incrementAndGet();
                            }
                        }
                    }
                    return true;
                }));
            }
            for (int i = 0; i < kills; i++) {
                try (ChildProcess doomed = startServer(place)) {
                    int before = whole.get();
                    int more = random.nextInt(40);
                    Await.until("some answers more", () -> whole.get() >= before + more);
                    doomed.kill();
                }
            }
            int before = whole.get();
            Await.until("all goes on", () -> whole.get() >= before + 16);
            over.set(true);
            for (Background<Boolean> client : clients) {
                assertThat(client.result()).isTrue();
                client.close();
            }
            assertThat(survivor.isAlive()).isTrue();
        }
        assertThat(whole.get()).isGreaterThan(16);
    }

    private static void fetch(Client client, long size) throws Exception {
        long[] at = {0};
        long length = client.fetch(
                "stream",
                number(size),
                piece -> {
                    while (piece.hasRemaining()) {
                        if (piece.get() != Bytes.byteAt(at[0]++)) {
                            throw new IOException("a wrong byte at " + (at[0] - 1));
                        }
                    }
                },
                PATIENCE);
        assertThat(length).isEqualTo(size);
    }
}
