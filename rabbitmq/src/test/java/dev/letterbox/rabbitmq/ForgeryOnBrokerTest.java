package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.Drop;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.error.TransportException;
import dev.letterbox.rabbitmq.Publisher.Fate;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerObserver;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.SharedBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Users with the rights that setup gives them, and one who means harm. */
@ExtendWith(SharedBroker.class)
final class ForgeryOnBrokerTest {
    private static final Timeout SILENCE = Timeout.ofSilence(Duration.ofSeconds(30));
    private static final byte[] NOTHING = {};
    private static final Names NAMES = new Names(BrokerAddress.DEFAULT_NAME);

    private static Server serve(Brokered place, Login login, AtomicReference<Drop> dropped) {
        return Server.on(new RabbitTransport(place.address(), login))
                .service("who", request -> Content.of(request.caller().name()))
                .observer(new ServerObserver() {
                    @Override
                    public void dropped(Drop why) {
                        dropped.set(why);
                    }
                })
                .start();
    }

    private static String who(Client client) throws Exception {
        return new String(client.collect("who", NOTHING, 100, SILENCE), StandardCharsets.UTF_8);
    }

    private static Fate publish(Link link, String exchange, String key, BasicProperties properties, byte[] body)
            throws Exception {
        CompletableFuture<Fate> fate = new CompletableFuture<>();
        // What the broker refuses ends the channel, and not the link.
        Publisher publisher = new Publisher(link.sendingChannel(), 1_000_000, _ -> {});
        publisher.offer(exchange, key, properties, body, fate::complete);
        return fate.get(60, TimeUnit.SECONDS);
    }

    private static byte[] hello() {
        Message message = new Message(264);
        return Wire.encode(message.type(5).size(10), 0);
    }

    @Test
    void everyCallerIsWhomTheBrokerAttests(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        Login files = place.server("files1");
        Login ann = place.client("ann.b 1");
        try (Server _ = serve(place, files, new AtomicReference<>());
                Client client = Client.connect(new RabbitTransport(place.address(), ann))) {
            assertThat(who(client)).isEqualTo("ann.b 1");
        }
    }

    @Test
    void nobodySendsInTheNameOfAnother(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        Login files = place.server("files2");
        Login ann = place.client("ann2");
        place.client("mallory2");
        AtomicReference<Drop> dropped = new AtomicReference<>();
        try (Server _ = serve(place, files, dropped);
                Client client = Client.connect(new RabbitTransport(place.address(), ann));
                Link mallory = Link.open(place.address(), Brokered.login("mallory2"), "test")) {
            assertThat(who(client)).isEqualTo("ann2");
            // The broker closes the channel of who gives another's name.
            assertThat(publish(mallory, NAMES.exchange(), Names.REQUESTS, Wire.from("ann2", "x"), hello()))
                    .isEqualTo(Fate.UNKNOWN);
            // Without a name, or with another's queue as return address, nobody is answered.
            for (BasicProperties properties : new BasicProperties[] {
                new BasicProperties.Builder()
                        .replyTo(NAMES.newClient("mallory2"))
                        .build(),
                Wire.from("mallory2", NAMES.newClient("ann2")),
                Wire.from("mallory2", NAMES.requests()),
                new BasicProperties.Builder().userId("mallory2").build()
            }) {
                dropped.set(null);
                assertThat(publish(mallory, NAMES.exchange(), Names.REQUESTS, properties, helloOfSession()))
                        .isEqualTo(Fate.TAKEN);
                Await.until("it is dropped", () -> dropped.get() == Drop.MISADDRESSED);
            }
            assertThat(who(client)).isEqualTo("ann2");
        }
    }

    /** The bytes of a greeting, as docs/protocol.md has them. */
    private static byte[] helloOfSession() {
        Message message = new Message(264);
        message.type(1).size(264).bytes().putLong(8, 0x584f_4252_5454_454cL).putInt(16, 1);
        return Wire.encode(message, 0);
    }

    @Test
    void aClientCanNeitherForgeAnAnswerNorAFarewellNorReadRequestsNorServe(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        Login files = place.server("files3");
        Login ann = place.client("ann3");
        Login mallory = place.client("mallory3");
        try (Server _ = serve(place, files, new AtomicReference<>());
                Client _ = Client.connect(new RabbitTransport(place.address(), ann));
                Link link = Link.open(place.address(), mallory, "test")) {
            BasicProperties own = Wire.from("mallory3", "x");
            assertThat(publish(link, "", NAMES.newClient("ann3"), own, hello())).isEqualTo(Fate.UNKNOWN);
            assertThat(publish(link, NAMES.farewell(), "", own, hello())).isEqualTo(Fate.UNKNOWN);
            assertRefused(link, channel -> channel.basicConsume(NAMES.requests(), true, (_, _) -> {}, _ -> {}));
            assertRefused(link, channel -> channel.queueDeclare(NAMES.newClient("ann3"), false, true, true, Map.of()));
            assertRefused(link, channel -> channel.queueDeclare(NAMES.control("x"), false, true, true, Map.of()));
            assertRefused(link, channel -> channel.queueDelete(NAMES.requests()));
            assertThatExceptionOfType(ServerStartException.class)
                    .isThrownBy(() -> new RabbitTransport(place.address(), mallory)
                            .bind(Access.OWNER)
                            .close())
                    .withMessageContaining("may not serve");
        }
    }

    private interface Attempt {
        void on(Channel channel) throws IOException;
    }

    private static void assertRefused(Link link, Attempt attempt) {
        Channel channel = link.receivingChannel();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> attempt.on(channel))
                .satisfies(refused -> assertThat(Reason.code(refused)).hasValue(Reason.ACCESS_REFUSED));
    }

    /** The bytes of a request to the service {@code who}, as docs/protocol.md has them. */
    private static byte[] request(byte[] session, byte[] token, long id) {
        byte[] service = "who".getBytes(StandardCharsets.US_ASCII);
        Message message = new Message(67);
        message.type(0x4c42)
                .size(67)
                .bytes()
                .put(0, session)
                .put(8, token)
                .putLong(24, id)
                .putShort(32, (short) 1)
                .putShort(34, (short) service.length)
                .putLong(48, 1_000)
                .put(64, service);
        return Wire.encode(message, 0);
    }

    private static String nextAnswer(BlockingQueue<byte[]> answers) throws InterruptedException {
        byte[] answer = Objects.requireNonNull(answers.poll(60, TimeUnit.SECONDS), "no answer came");
        return new String(answer, Wire.HEADER + 32, answer.length - Wire.HEADER - 32, StandardCharsets.UTF_8);
    }

    @Test
    void tokensThatAreForgedStolenOrUsedAgainAreDropped(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        Login files = place.server("files5");
        Login ann = place.client("ann5");
        Login mallory = place.client("mallory5");
        AtomicReference<Drop> dropped = new AtomicReference<>();
        BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
        String queue = NAMES.newClient("ann5");
        BasicProperties byAnn = Wire.from("ann5", queue);
        try (Server _ = serve(place, files, dropped);
                Link ofAnn = Link.open(place.address(), ann, "test");
                Link ofMallory = Link.open(place.address(), mallory, "test")) {
            Channel channel = ofAnn.receivingChannel();
            channel.queueDeclare(queue, false, true, true, Topology.clientArguments());
            channel.basicConsume(
                    queue,
                    true,
                    (_, delivery) -> {
                        // The engine's own ask whether the queue is there.
                        if (Wire.type(delivery.getBody()) > 0) {
                            answers.add(delivery.getBody());
                        }
                    },
                    _ -> {});
            publish(ofAnn, NAMES.exchange(), Names.REQUESTS, byAnn, helloOfSession());
            byte[] welcome = Objects.requireNonNull(answers.poll(60, TimeUnit.SECONDS), "no welcome came");
            byte[] session = Arrays.copyOfRange(welcome, Wire.HEADER + 32, Wire.HEADER + 40);
            byte[] token = Arrays.copyOfRange(welcome, Wire.HEADER + 40, Wire.HEADER + 56);
            byte[] first = request(session, token, 1);
            publish(ofAnn, NAMES.exchange(), Names.REQUESTS, byAnn, first);
            assertThat(nextAnswer(answers)).isEqualTo("ann5");

            assertDropped(ofAnn, byAnn, first, dropped, Drop.REPEATED);
            byte[] forged = request(session, new byte[16], 2);
            assertDropped(ofAnn, byAnn, forged, dropped, Drop.FORGED);
            BasicProperties byMallory = Wire.from("mallory5", NAMES.newClient("mallory5"));
            assertDropped(ofMallory, byMallory, request(session, token, 3), dropped, Drop.FORGED);
            BasicProperties toAnn = Wire.from("mallory5", queue);
            assertDropped(ofMallory, toAnn, request(session, token, 4), dropped, Drop.FORGED);

            publish(ofAnn, NAMES.exchange(), Names.REQUESTS, byAnn, request(session, token, 5));
            assertThat(nextAnswer(answers)).isEqualTo("ann5");
            assertThat(answers).as("nothing else was answered").isEmpty();
        }
    }

    private static void assertDropped(
            Link link, BasicProperties properties, byte[] request, AtomicReference<Drop> dropped, Drop why)
            throws Exception {
        dropped.set(null);
        assertThat(publish(link, NAMES.exchange(), Names.REQUESTS, properties, request))
                .isEqualTo(Fate.TAKEN);
        Await.until("it is dropped as " + why, () -> dropped.get() == why);
    }

    @Test
    void aUserWithoutRightsIsToldWhatIsMissing(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        Login files = place.server("files4");
        broker.addUser("nobody4");
        broker.permit("nobody4", place.vhost(), "^$", "^$", "^$");
        try (Server _ = serve(place, files, new AtomicReference<>())) {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> Client.connect(new RabbitTransport(place.address(), Brokered.login("nobody4")))
                            .close())
                    .withMessageContaining("User 'nobody4' may not send requests to")
                    .withMessageContaining("letterbox rabbitmq setup");
        }
        broker.addUser("stranger4");
        assertThatExceptionOfType(TransportException.class)
                .isThrownBy(() -> Client.connect(new RabbitTransport(place.address(), Brokered.login("stranger4")))
                        .close())
                .withMessageContaining("vhost");
    }
}
