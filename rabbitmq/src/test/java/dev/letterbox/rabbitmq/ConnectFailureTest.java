package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.LoopbackPort;
import dev.letterbox.testkit.SharedBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who cannot connect is told why, and what to do, in one line; {@link TlsTest} has what is about certificates. */
@ExtendWith(SharedBroker.class)
@SuppressWarnings("try") // closing a listener is how its thread ends
final class ConnectFailureTest {
    private static void assertRefused(String address, String user, String... why) {
        assertThatExceptionOfType(BrokerException.class)
                .isThrownBy(() -> new RabbitTransport(BrokerAddress.parse(address), Brokered.login(user))
                        .connect(Duration.ofSeconds(5))
                        .close())
                .satisfies(refused ->
                        assertThat(refused.getMessage()).contains(why).doesNotContain("\n"));
    }

    private static String at(int port, String vhost) {
        return "amqp://127.0.0.1:" + port + "/" + vhost;
    }

    @Test
    void aUserWhoIsNotThereIsNamed(Broker broker) {
        assertRefused(at(broker.port(), ""), "nobody", "does not accept user 'nobody'", "there is no such user");
    }

    @Test
    void aVhostThatIsNotThereOrNotForThisUserIsNamed(Broker broker) {
        String setup = "letterbox rabbitmq setup creates a vhost and grants rights";
        assertRefused(
                at(broker.port(), "nowhere"),
                Broker.USER,
                "does not let user 'test' into vhost nowhere",
                "vhost nowhere not found",
                setup);
        broker.addUser("stranger");
        assertRefused(
                at(broker.port(), ""),
                "stranger",
                "does not let user 'stranger' into vhost /",
                "access to vhost '/' refused",
                setup);
    }

    @Test
    void aLimitOfConnectionsIsToldAndNothingIsLeft(Broker broker) {
        Brokered place = Brokered.newVhost(broker);
        place.allowConnections(1);
        assertThatExceptionOfType(BrokerException.class)
                .isThrownBy(() -> place.link().close())
                .satisfies(refused -> {
                    assertThat(refused.getMessage())
                            .contains("connection limit (1) is reached", "Each process needs two connections");
                    // A server goes on trying.
                    assertThat(Reason.isRefusal(refused)).isFalse();
                });
        Await.until(
                "its first connection is closed",
                () -> LostPartsTest.count(broker, LostPartsTest.connections("test, receives")) == 0);
    }

    @Test
    void whereNobodyListensTheConnectionIsRefused() {
        assertRefused(at(LoopbackPort.find(), ""), Broker.USER, "Cannot connect", "Connection refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-none\r\n"})
    void whatIsNoBrokerIsCalledThat(String greeting) throws Exception {
        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Background<Boolean> answers = Background.start("answers", () -> answer(other, greeting))) {
            for (String scheme : new String[] {"amqp", "amqps"}) {
                assertRefused(
                        scheme + "://127.0.0.1:" + other.getLocalPort(),
                        Broker.USER,
                        "What listens at " + scheme + "://127.0.0.1:" + other.getLocalPort() + "/ is no broker");
            }
            other.close();
            assertThat(answers.result()).isTrue();
        }
    }

    private static boolean answer(ServerSocket listener, String greeting) {
        while (true) {
            try (Socket socket = listener.accept()) {
                socket.getInputStream().read();
                socket.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException closed) {
                if (listener.isClosed()) {
                    return true;
                }
            }
        }
    }

    @Test
    void whatEndsEachConnectionIsNotTakenForAnything() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Background<Boolean> answers = Background.start("answers", () -> answer(other, ""))) {
            assertRefused(
                    at(other.getLocalPort(), ""), Broker.USER, "Cannot connect to the broker at amqp://127.0.0.1");
            other.close();
            assertThat(answers.result()).isTrue();
        }
    }
}
