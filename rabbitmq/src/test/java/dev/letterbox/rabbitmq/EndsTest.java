package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import dev.letterbox.Access;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.EndpointClosedException;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.error.TransportException;
import dev.letterbox.rabbitmq.Publisher.Fate;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.Logged;
import dev.letterbox.testkit.SharedBroker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What ends in the middle of something else: a client that sends, a server that connects again or stops, a channel. */
@ExtendWith(SharedBroker.class)
@SuppressWarnings("try") // that something is closed is what these are about
final class EndsTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final Names NAMES = new Names(BrokerAddress.DEFAULT_NAME);

    /** A broker may be frozen for as long as a test takes on a slow machine, and no heartbeat tells. */
    private static RabbitTransport patient(Brokered place) {
        return new RabbitTransport(place.address("?heartbeat=60"), place.login());
    }

    private static ServerEndpoint serve(RabbitTransport transport) {
        return transport.bind(Access.OWNER);
    }

    private static ClientEndpoint connect(RabbitTransport transport) {
        return transport.connect(LONG);
    }

    private static void send(ClientEndpoint client) throws InterruptedException {
        client.send(client.newMessage().type(5).size(3), LONG);
    }

    private static void awaitWaiting(Background<?> call) {
        Await.until("it waits", () -> call.isDone() || call.thread().getState() == Thread.State.TIMED_WAITING);
    }

    @Test
    void aClientThatIsClosedWhileItSendsDoesNotSayThatTheBrokerIsLost(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (ServerEndpoint _ = serve(patient(place));
                ClientEndpoint client = connect(patient(place))) {
            broker.freeze();
            try (Background<Boolean> sends = Background.start("sends", () -> {
                send(client);
                return true;
            })) {
                awaitWaiting(sends);
                client.close();
                assertThat(sends.failure())
                        .isInstanceOf(EndpointClosedException.class)
                        .hasMessageContaining("closed");
            } finally {
                broker.thaw();
            }
        }
    }

    /** A service that ran on the thread that receives may leave it interrupted. */
    @Test
    void aServerThatIsInterruptedWhileItConnectsAgainGoesOn(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        CountDownLatch interrupted = new CountDownLatch(1);
        Runnable interrupt = () -> {
            place.allowConnections(-1);
            Thread.currentThread().interrupt();
            interrupted.countDown();
        };
        try (Logged _ = Logged.by(RabbitTransport.class).when("Trying again", interrupt);
                ServerEndpoint server = serve(place.transport());
                Background<Boolean> receives = Background.start("receives", () -> {
                    Envelope envelope = server.newEnvelope();
                    while (true) {
                        try {
                            return server.receive(envelope);
                        } catch (InterruptedException stray) {
                            // As a server does, it looks again.
                        }
                    }
                })) {
            place.allowConnections(1);
            cutAll(broker);
            Await.until("it was interrupted", () -> interrupted.getCount() == 0);
            Await.until("a request is sent", () -> sendIfServed(place));
            assertThat(receives.result()).isTrue();
        }
    }

    private static void cutAll(Broker broker) {
        broker.eval("[rabbit_networking:close_connection(C, \"test\") || C <- rabbit_networking:connections()]");
    }

    private static boolean sendIfServed(Brokered place) throws InterruptedException {
        try (ClientEndpoint client = connect(place.transport())) {
            send(client);
            return true;
        } catch (TransportException notYet) {
            return false;
        }
    }

    /** The call beside it waits as long as a broker may take for an answer. */
    @Test
    void aServerStopsThoughTheBrokerDoesNotAnswer(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Link link = Link.open(place.address("?heartbeat=60"), place.login(), "test");
                ServerEndpoint server = serve(patient(place));
                ClientEndpoint client = connect(patient(place))) {
            send(client);
            Envelope envelope = server.newEnvelope();
            assertThat(server.receive(envelope)).isTrue();
            Route.ToClient route = (Route.ToClient) server.resolve(envelope, 0);
            broker.freeze();
            assertThat(route.offer(server.newMessage().type(7).size(0))).isEqualTo(Offer.SENT);
            try (Background<Boolean> waits = Background.start("waits", () -> {
                link.receivingChannel();
                return true;
            })) {
                awaitWaiting(waits);
                server.takeNoMoreRequests();
                assertThat(route.settled(route.taken())).isEqualTo(Offer.FULL);
                server.stop();
                assertThat(route.settled(route.taken())).isEqualTo(Offer.GONE);
                server.close();
                assertThat(waits.isDone()).isFalse();
                broker.thaw();
            } finally {
                broker.thaw();
            }
        }
    }

    @Test
    void aServerThatLeavesConsumesNeitherRequestsNorThoseThatWereGivenUp(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Link link = place.link();
                ServerEndpoint server = serve(new RabbitTransport(place.address("?queue=quorum"), place.login()))) {
            for (String queue : new String[] {NAMES.requests(), NAMES.dead()}) {
                assertThat(link.receivingChannel().consumerCount(queue)).isEqualTo(1);
            }
            server.takeNoMoreRequests();
            for (String queue : new String[] {NAMES.requests(), NAMES.dead()}) {
                Await.until(
                        "nobody consumes " + queue,
                        () -> link.receivingChannel().consumerCount(queue) == 0);
            }
        }
    }

    @Test
    void aServerThatLeavesAndConnectsAgainTakesNoRequests(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Logged logged = Logged.by(RabbitTransport.class);
                ServerEndpoint server = serve(place.transport());
                Background<Boolean> _ = Background.start("receives", () -> server.receive(server.newEnvelope()))) {
            server.takeNoMoreRequests();
            cutAll(broker);
            Await.until(
                    "it is there again", () -> logged.lines().stream().anyMatch(line -> line.contains("Serving at")));
            try (Link link = place.link()) {
                Channel channel = link.receivingChannel();
                Await.until("nobody consumes", () -> channel.consumerCount(NAMES.requests()) == 0);
            }
            server.stop();
        }
    }

    @Test
    void aServerThatLeavesWhileItMakesItsQueueAgainTakesNoRequests(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (ServerEndpoint server = serve(place.transport());
                Link link = place.link();
                Logged logged =
                        Logged.by(RabbitTransport.class).when("It is consumed again", server::takeNoMoreRequests)) {
            Channel channel = link.receivingChannel();
            LostPartsTest.deleteQueues(place, "letterbox.requests");
            Await.until("it leaves", () -> logged.lines().toString().contains("It is consumed again"));
            Await.until(
                    "the queue is there",
                    () -> LostPartsTest.count(broker, LostPartsTest.queues(place, "letterbox.requests")) == 1);
            for (int i = 0; i < 200; i++) {
                channel.consumerCount(NAMES.requests());
            }
            Await.until("nobody consumes it", () -> channel.consumerCount(NAMES.requests()) == 0);
        }
    }

    /** Whoever takes no more requests may still be at work on one. */
    @Test
    void aClientWaitsForAServerThatTakesNoMoreRequests(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (ServerEndpoint server = serve(place.transport());
                ClientEndpoint client = connect(place.transport());
                Link link = place.link()) {
            AtomicBoolean told = new AtomicBoolean();
            client.onServerEnd(() -> told.set(true));
            send(client);
            Envelope envelope = server.newEnvelope();
            assertThat(server.receive(envelope)).isTrue();
            server.takeNoMoreRequests();
            Publisher publisher = link.publisher("messages", 1_000_000);
            Message message = client.newMessage();
            for (int i = 0; i < 20; i++) {
                CompletableFuture<Fate> said = new CompletableFuture<>();
                publisher.offer(
                        NAMES.farewell(),
                        "",
                        Wire.from(Broker.USER, "another server"),
                        Wire.own(Wire.FAREWELL, 0),
                        said::complete);
                assertThat(said.join()).isEqualTo(Fate.TAKEN);
                assertThat(client.receive(message, LONG)).isTrue();
                assertThat(client.whySilent()).contains("No server is left");
            }
            assertThat(told).isFalse();
            Route.ToClient route = (Route.ToClient) server.resolve(envelope, 0);
            assertThat(route.offer(server.newMessage().type(7).size(0))).isEqualTo(Offer.SENT);
            Await.until("the answer comes", () -> client.receive(message, LONG) && message.type() == 7);
            assertThat(told).isFalse();
            server.close();
            Await.until("it is told", told::get);
        }
    }

    /** The broker gives them to another server, or to this one again. */
    @Test
    void whatAClosedChannelDeliveredIsNotReceived(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Logged logged = Logged.by(RabbitTransport.class);
                ServerEndpoint server = serve(place.transport());
                ClientEndpoint client = connect(place.transport())) {
            for (int i = 0; i < 2; i++) {
                send(client);
            }
            String queue = LostPartsTest.queues(place, "letterbox.requests");
            Await.until(
                    "both are delivered",
                    () -> broker.eval("[rabbit_amqqueue:info(Q, [messages_unacknowledged]) || Q <- " + queue + "]")
                            .contains("2"));
            LostPartsTest.closeEach(broker, "[element(1, C) || Q <- " + queue + ", C <- rabbit_amqqueue:consumers(Q)]");
            Await.until(
                    "it consumes anew",
                    () -> logged.lines().stream().anyMatch(line -> line.contains("It is consumed again")));
            for (int i = 0; i < 2; i++) {
                Envelope envelope = server.newEnvelope();
                assertThat(server.receive(envelope)).isTrue();
                assertThat(envelope.isRedelivered()).isTrue();
            }
            assertThat(server.tryReceive(server.newEnvelope())).isFalse();
        }
    }

    @Test
    void whoWaitsForAClientsCreditIsToldThatTheServerWasClosed(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (ServerEndpoint server = serve(place.transport());
                ClientEndpoint client = connect(place.transport())) {
            send(client);
            Envelope envelope = server.newEnvelope();
            assertThat(server.receive(envelope)).isTrue();
            Route.ToClient route = (Route.ToClient) server.resolve(envelope, 0);
            Message message = server.newMessage();
            message.type(7).size(message.capacity());
            while (route.offer(message) == Offer.SENT) {
                assertThat(route.taken()).isLessThan(100);
            }
            Await.until("all is confirmed", () -> route.settled(route.taken()) == Offer.SENT);
            AtomicBoolean told = new AtomicBoolean();
            // What happened before is told to the first who waits.
            for (int i = 0; i < 2; i++) {
                told.set(false);
                assertThat(route.onRoom(() -> told.set(true))).isTrue();
            }
            assertThat(told).isFalse();
            server.close();
            assertThat(told).isTrue();
        }
    }
}
