package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.letterbox.Content;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.error.TransportException;
import dev.letterbox.rabbitmq.BrokerAddress.QueueKind;
import dev.letterbox.server.Server;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.SharedBroker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a broker or its administrator takes away alone: a channel, a queue, a right, a user; or the broker reads nothing. */
@ExtendWith(SharedBroker.class)
final class LostPartsTest {
    private static final Duration LONGEST = Duration.ofSeconds(40);
    private static final Timeout SILENCE = Timeout.ofSilence(Duration.ofSeconds(50));

    private static Server serve(RabbitTransport transport) {
        return Server.on(transport)
                .service("echo", request -> Content.of(request.payload()))
                .service(
                        "stream",
                        request -> new Bytes(ByteBuffer.wrap(request.payload()).getLong()))
                .start();
    }

    private static String echo(Client client, String text) throws Exception {
        return new String(
                client.collect("echo", text.getBytes(StandardCharsets.UTF_8), 1_000, SILENCE), StandardCharsets.UTF_8);
    }

    private static boolean isServed(Brokered place) throws Exception {
        try (Client client = Client.connect(place.transport(), Duration.ofSeconds(5))) {
            return echo(client, "again").equals("again");
        } catch (TransportException | RequestException notYet) {
            return false;
        }
    }

    /** Begins a stream without end, has something happen, and returns what the stream came to. */
    private static Throwable failureAfter(Client client, Runnable fault) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        byte[] length = ByteBuffer.allocate(Long.BYTES).putLong(1L << 45).array();
        try (Background<Long> stream =
                Background.start("streams", () -> client.fetch("stream", length, _ -> begun.countDown(), SILENCE))) {
            begun.await();
            fault.run();
            long from = System.nanoTime();
            Throwable failure = stream.failure();
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(LONGEST);
            return failure;
        }
    }

    /** Erlang for the process of each connection whose name begins so. */
    static String connections(String name) {
        return """
                [proplists:get_value(pid, C) || C <- rabbit_networking:connection_info_all([pid, client_properties]), \
                lists:any(fun({<<"connection_name">>, _, N}) -> string:prefix(N, "%s") =/= nomatch; (_) -> false end, \
                proplists:get_value(client_properties, C))]""".formatted(name);
    }

    private static String channels(String connection) {
        // A channel may end while it is asked.
        String itsConnection =
                "proplists:get_value(connection, try rabbit_channel:info(Ch, [connection]) catch _:_ -> [] end)";
        return "[Ch || Ch <- rabbit_channel:list(), lists:member(%s, %s)]"
                .formatted(itsConnection, connections(connection));
    }

    static int count(Broker broker, String list) {
        String length = broker.eval("length(" + list + ")");
        // What ends while it is listed makes the whole list fail.
        return length.matches("\\d+") ? Integer.parseInt(length) : -1;
    }

    /** Has the broker close the channels of a connection, as after a mistake: each asked for an exchange that is not there. */
    private static void closeChannels(Broker broker, String connection) {
        closeEach(broker, channels(connection));
    }

    static void closeEach(Broker broker, String channels) {
        broker.eval(
                "[rabbit_channel:do(Ch, {'exchange.declare', 0, <<\"nowhere\">>, <<\"direct\">>, true, false, false, false, false, []})"
                        + " || Ch <- " + channels + "]");
    }

    /** Deletes the queues whose names begin so. */
    static void deleteQueues(Brokered place, String prefix) {
        place.broker()
                .eval("[rabbit_amqqueue:delete(Q, false, false, <<\"test\">>) || Q <- %s]"
                        .formatted(queues(place, prefix)));
    }

    static String queues(Brokered place, String prefix) {
        return "[Q || Q <- rabbit_amqqueue:list(<<\"%s\">>), {resource, _, queue, N} <- [amqqueue:get_name(Q)], string:prefix(N, \"%s\") =/= nomatch]"
                .formatted(place.vhost(), prefix);
    }

    @ParameterizedTest
    @CsvSource({"sends, requests", "receives, responses"})
    void aClientIsToldAtOnceThatTheBrokerClosedAChannel(String which, String purpose, Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place.transport());
                Client client = Client.connect(place.transport())) {
            assertThat(failureAfter(client, () -> closeChannels(broker, "letterbox client letterbox, " + which)))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("Lost the broker")
                    .hasMessageContaining(
                            "it closed the channel for " + purpose + ": NOT_FOUND - no exchange 'nowhere'");
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> echo(client, "after"))
                    .withMessageContaining("NOT_FOUND");
            Await.until("its connections are closed", () -> count(broker, connections("letterbox client")) == 0);
        }
    }

    @Test
    void whoFindsAChannelClosedBeforeItsListenersAreToldSaysWhy(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        CompletableFuture<Void> seen = new CompletableFuture<>();
        try (Link link = place.link();
                AutoCloseable _ = () -> seen.complete(null)) {
            Channel channel = link.sendingChannel();
            channel.addShutdownListener(_ -> seen.join());
            link.needs(channel, "requests");
            channel.basicPublish("nowhere", "", null, new byte[0]);
            Await.until("the broker has closed it", () -> !channel.isOpen());
            assertThat(link.whyLost())
                    .startsWith("it closed the channel for requests: NOT_FOUND - no exchange 'nowhere'");
        }
    }

    @Test
    void aClientIsToldAtOnceThatItsQueueWasDeleted(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place.transport());
                Client client = Client.connect(place.transport())) {
            assertThat(failureAfter(client, () -> deleteQueues(place, "letterbox.client.")))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("the private queue was deleted");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sends", "receives"})
    void aServerServesAgainWhenTheBrokerClosedItsChannels(String which, Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place.transport());
                Client client = Client.connect(place.transport())) {
            assertThat(failureAfter(client, () -> closeChannels(broker, "letterbox server letterbox, " + which)))
                    .isInstanceOf(ServerGoneException.class);
            Await.until("it serves again", () -> isServed(place));
            Await.until("its first connections are closed", () -> count(broker, connections("letterbox server")) == 2);
            Await.until("it hears its clients", () -> count(broker, queues(place, "letterbox.server.")) == 1);
        }
    }

    @Test
    void aServerServesAgainWhenItsControlQueueWasDeleted(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place.transport());
                Client client = Client.connect(place.transport())) {
            assertThat(failureAfter(client, () -> deleteQueues(place, "letterbox.server.")))
                    .isInstanceOf(ServerGoneException.class);
            Await.until("it serves again", () -> isServed(place));
            Await.until("it hears its clients", () -> count(broker, queues(place, "letterbox.server.")) == 1);
        }
    }

    @Test
    void aRequestQueueThatIsDeletedAgainAndAgainCostsAServerNoChannels(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server server = serve(place.transport())) {
            String channels = channels("letterbox server");
            int before = count(broker, channels);
            for (int i = 0; i < 5; i++) {
                deleteQueues(place, "letterbox.requests");
                Await.until("it serves again", () -> isServed(place));
            }
            Await.until("there are as many as before", () -> count(broker, channels) == before);
            assertThat(server.statistics().received()).isPositive();
        }
    }

    @Test
    void aServerThatMayNotMakeItsDeletedRequestQueueAgainEndsAndSaysWhy(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        BrokerSetup.Rights rights = BrokerSetup.Rights.server(new Names(BrokerAddress.DEFAULT_NAME));
        try (Server server = serve(new RabbitTransport(place.address(), place.server("restrained")))) {
            broker.permit("restrained", place.vhost(), "^letterbox\\.server.*$", rights.write(), rights.read());
            deleteQueues(place, "letterbox.requests");
            try (Background<Boolean> waits = Background.start("waits", () -> {
                server.awaitClose();
                return true;
            })) {
                assertThat(waits.failure())
                        .isInstanceOf(TransportException.class)
                        .hasMessageContaining("User 'restrained' may not serve 'letterbox'");
            }
        }
    }

    @Test
    void aLastWillWhoseQueueWasDeletedIsMadeAgain(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(new RabbitTransport(place.address(), place.login(), Duration.ofMillis(300)))) {
            deleteQueues(place, "letterbox.will.");
            Await.until("it is there", () -> count(broker, queues(place, "letterbox.will.")) == 1);
        }
    }

    @Test
    void aUserWhoMayNotAnswerCannotServeAndLeavesNothing(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        BrokerSetup.Rights rights = BrokerSetup.Rights.server(new Names(BrokerAddress.DEFAULT_NAME));
        broker.addUser("mute");
        broker.permit("mute", place.vhost(), rights.configure(), "^letterbox.*$", rights.read());
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> serve(new RabbitTransport(place.address(), Brokered.login("mute")))
                        .close())
                .withMessageContaining("ACCESS_REFUSED")
                .withMessageContaining("amq.default");
        broker.permit(
                "mute", place.vhost(), "^letterbox(\\.(requests|farewell|will\\..*))?$", rights.write(), rights.read());
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> serve(new RabbitTransport(place.address(), Brokered.login("mute")))
                        .close())
                .withMessageContaining("letterbox.server.");
        Await.until("its connections are closed", () -> count(broker, connections("letterbox server")) == 0);
        Await.until(
                "its threads have ended", () -> threads("letterbox-will") == 0 && threads("letterbox-publisher") == 0);
    }

    private static long threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }

    @Test
    void aServerWhosePasswordWasChangedEndsAndSaysWhy(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server server = serve(new RabbitTransport(place.address(), place.server("changes")))) {
            broker.eval("rabbit_auth_backend_internal:change_password(<<\"changes\">>, <<\"another\">>, <<\"test\">>)");
            broker.eval("[exit(P, kill) || P <- " + connections("letterbox server") + "]");
            try (Background<Boolean> waits = Background.start("waits", () -> {
                server.awaitClose();
                return true;
            })) {
                assertThat(waits.failure())
                        .isInstanceOf(TransportException.class)
                        .hasMessageContaining("does not accept user 'changes'");
            }
        }
    }

    /** A thread that publishes is stuck in the socket then, and holds what the library needs to close the connection. */
    @ParameterizedTest
    @ValueSource(strings = {"alarm", "frozen", "frozen until it is lost"})
    void aLinkClosesThoughTheBrokerReadsNothing(String how, Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try {
            Link link = place.link();
            Publisher publisher = link.publisher("messages", Long.MAX_VALUE);
            CountDownLatch lost = new CountDownLatch(1);
            link.onEnd(lost::countDown);
            if (how.equals("alarm")) {
                broker.raiseAlarm("memory");
            } else {
                broker.freeze();
            }
            for (int i = 0; i < 1_000; i++) {
                publisher.offer("", "nowhere", new BasicProperties(), new byte[64 * 1024], _ -> {});
            }
            Await.until("a thread is stuck in the socket", LostPartsTest::isWriting);
            if (how.equals("frozen until it is lost")) {
                lost.await();
            }
            try (Background<Boolean> closing = Background.start("closes", () -> {
                link.close();
                return true;
            })) {
                assertThat(closing.result()).isTrue();
            }
            Await.until("its threads have ended", () -> threads("letterbox-publisher") == 0);
        } finally {
            if (how.equals("alarm")) {
                broker.clearAlarm("memory");
            } else {
                broker.thaw();
            }
        }
    }

    /** Returns whether a thread that publishes waits for a socket to take more. */
    static boolean isWriting() {
        return isIn("letterbox-publisher", "sun.nio.ch.NioSocketImpl");
    }

    /** Returns whether a thread of that name is in a method of that class. */
    private static boolean isIn(String thread, String type) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().equals(thread))
                .flatMap(each -> Arrays.stream(each.getValue()))
                .anyMatch(frame -> frame.getClassName().equals(type));
    }

    @Test
    void aServerThatIsClosedWhileItConnectsAgainLeavesNoConnection(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place.transport())) {
            broker.freeze();
            Await.until("it connects again", () -> isIn("letterbox-receiver", ConnectionFactory.class.getName()));
        } finally {
            broker.thaw();
        }
        Await.until("it has ended to connect", () -> threads("letterbox-receiver") == 0);
        Await.until("no connection is left", () -> count(broker, connections("letterbox server")) == 0);
    }

    @Test
    void aFrozenBrokerIsWaitedForAsLongAsTheCallerSays(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        broker.freeze();
        try {
            long from = System.nanoTime();
            assertThatExceptionOfType(BrokerException.class)
                    .isThrownBy(() -> Client.connect(place.transport(), Duration.ofSeconds(2))
                            .close())
                    .withMessageContaining("it did not answer in 2");
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        } finally {
            broker.thaw();
        }
    }

    /** Anybody who may send requests can fill it. Without the grant both ends would wait for each other. */
    @Test
    void aGrantThatAFullControlQueueRefusesIsSentAgain(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        Names names = new Names(BrokerAddress.DEFAULT_NAME);
        String server = Names.newServer();
        String control = names.control(server);
        try (Link link = place.link();
                Publisher publisher = link.publisher("messages", 1_000_000)) {
            Topology.declareShared(link, names, QueueKind.CLASSIC);
            Channel channel = link.receivingChannel();
            channel.basicConsume(names.requests(), true, (_, _) -> {}, _ -> {});
            channel.queueDeclare(control, false, true, true, Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
            channel.queueBind(control, names.exchange(), server);
            channel.basicPublish("", control, new BasicProperties(), new byte[1]);
            try (ClientEndpoint client = place.transport().connect(Duration.ofSeconds(10))) {
                Message response = new Message(Wire.LONGEST).type(7).size(Wire.LONGEST);
                publisher.offer(
                        "",
                        client.address().toString(),
                        Wire.from(Broker.USER, server),
                        Wire.encode(response, 258),
                        _ -> {});
                assertThat(client.receive(client.newMessage(), Duration.ofSeconds(50)))
                        .isTrue();
                // It is confirmed after the grant was refused.
                client.send(client.newMessage().type(5).size(3), Duration.ofSeconds(50));
                channel.basicGet(control, true);
                Await.until("the grant comes", () -> {
                    GetResponse next = channel.basicGet(control, true);
                    return next != null && Wire.type(next.getBody()) == Wire.GRANT;
                });
            }
        }
    }

    @Test
    void whoSendsWaitsForRoomAsLongAsItHasTime(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        Names names = new Names(BrokerAddress.DEFAULT_NAME);
        // Frozen for longer than the usual heartbeats, should this machine be slow.
        try (Link link = Link.open(place.address("?heartbeat=60"), place.login(), "test");
                Publisher publisher = link.publisher("messages", 1)) {
            Topology.declareShared(link, names, QueueKind.CLASSIC);
            ClientSender sender = new ClientSender(link, names, publisher, Wire.from(Broker.USER, "nobody"));
            broker.freeze();
            try (Background<Boolean> one = sends(sender);
                    Background<Boolean> other = sends(sender)) {
                Await.until("both wait", () -> isWaiting(one) && isWaiting(other));
                broker.thaw();
                assertThat(one.result()).isTrue();
                assertThat(other.result()).isTrue();
            } finally {
                broker.thaw();
            }
        }
    }

    private static Background<Boolean> sends(ClientSender sender) {
        return Background.start(
                "sends",
                () -> sender.send(Names.REQUESTS, new Message(10).type(5).size(3), Duration.ofSeconds(50)));
    }

    private static boolean isWaiting(Background<Boolean> call) {
        return call.isDone() || call.thread().getState() == Thread.State.TIMED_WAITING;
    }
}
