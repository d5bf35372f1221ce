package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.server.Server;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Broker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On a broker that takes back what is unacknowledged for 1.5 s, and looks twice a second. */
final class LastWillTest {
    private static final long LIMIT_MILLIS = 1_500;

    @BeforeAll
    static void installed() {
        Broker.assumeInstalled();
    }

    private static Broker impatient() {
        Broker broker = Broker.start("consumer_timeout = " + LIMIT_MILLIS);
        broker.eval("application:set_env(rabbit, channel_tick_interval, 500)");
        return broker;
    }

    private static RabbitTransport transport(Brokered place, Duration renewal) {
        return new RabbitTransport(place.address(), place.login(), renewal);
    }

    @Test
    void aServerThatLivesLongerThanTheBrokersLimitKeepsItsClients() throws Exception {
        try (Broker broker = impatient()) {
            Brokered place = Brokered.newVhost(broker);
            try (Server _ = Server.on(transport(place, Duration.ofMillis(300)))
                            .service("echo", request -> Content.of(request.payload()))
                            .start();
                    Client client = Client.connect(place.transport())) {
                long until =
                        System.nanoTime() + Duration.ofMillis(3 * LIMIT_MILLIS).toNanos();
                AtomicInteger answers = new AtomicInteger();
                Await.until("three limits have passed", () -> {
                    client.collect("echo", new byte[1], 1, Timeout.ofSilence(Duration.ofSeconds(10)));
                    answers.incrementAndGet();
                    return System.nanoTime() > until;
                });
                assertThat(answers.get()).isGreaterThan(1);
            }
        }
    }

    /** What the test above rests on: with a will that is not renewed, the broker does deliver it. */
    @Test
    void aWillThatIsNotRenewedIsDeliveredThoughItsServerLives() throws Exception {
        try (Broker broker = impatient()) {
            Brokered place = Brokered.newVhost(broker);
            try (ServerEndpoint _ = transport(place, Duration.ofHours(1)).bind(Access.OWNER);
                    Link link = place.link()) {
                AtomicBoolean told = new AtomicBoolean();
                var channel = link.receivingChannel();
                String queue = channel.queueDeclare().getQueue();
                channel.queueBind(queue, new Names(BrokerAddress.DEFAULT_NAME).farewell(), "");
                channel.basicConsume(queue, true, (_, _) -> told.set(true), _ -> {});
                Await.until("the broker delivers it", told::get);
            }
        }
    }
}
