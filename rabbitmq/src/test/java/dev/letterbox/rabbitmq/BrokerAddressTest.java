package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.rabbitmq.BrokerAddress.Node;
import dev.letterbox.rabbitmq.BrokerAddress.QueueKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BrokerAddressTest {
    @Test
    void anAddressHasDefaults() {
        BrokerAddress address = BrokerAddress.parse("amqp://localhost");
        assertThat(address.tls()).isFalse();
        assertThat(address.user()).isEmpty();
        assertThat(address.hosts()).containsExactly(new Node("localhost", 5672));
        assertThat(address.vhost()).isEqualTo("/");
        assertThat(address.name()).isEqualTo(BrokerAddress.DEFAULT_NAME);
        assertThat(address.kind()).isEqualTo(QueueKind.CLASSIC);
        assertThat(address.heartbeat()).isEqualTo(Duration.ofSeconds(2));
        assertThat(address).hasToString("amqp://localhost:5672/");
    }

    @Test
    void everyPartIsRead() {
        BrokerAddress address = BrokerAddress.parse(
                "amqps://fil%40es@one,two:99,[::1]:7/a%2Fb?name=pay&queue=quorum&heartbeat=9&auth_mechanism=external"
                        + "&cacertfile=/ca&certfile=/c+d&keyfile=/k");
        assertThat(address.tls()).isTrue();
        assertThat(address.user()).contains("fil@es");
        assertThat(address.hosts()).isEqualTo(List.of(new Node("one", 5671), new Node("two", 99), new Node("::1", 7)));
        assertThat(address.vhost()).isEqualTo("a/b");
        assertThat(address.name()).isEqualTo("pay");
        assertThat(address.kind()).isEqualTo(QueueKind.QUORUM);
        assertThat(address.heartbeat()).isEqualTo(Duration.ofSeconds(9));
        assertThat(address.external()).isTrue();
        assertThat(address.caCertificate()).contains(Path.of("/ca"));
        assertThat(address.certificate()).contains(Path.of("/c+d"));
        assertThat(address.key()).contains(Path.of("/k"));
        assertThat(address).hasToString("amqps://fil@es@one:5671,two:99,[::1]:7/a/b");
    }

    @Test
    void aPasswordIsReadAndNeverShown() {
        BrokerAddress address = BrokerAddress.parse("amqp://me:s%3Aecret@localhost/v");
        assertThat(address.password()).isEqualTo(Optional.of("s:ecret"));
        assertThat(address.toString()).isEqualTo("amqp://me@localhost:5672/v");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "http://localhost",
                "amqp://",
                "amqp://ho st",
                "amqp://a,,b",
                "amqp://localhost:port",
                "amqp://localhost:0",
                "amqp://localhost:65536",
                "amqp://me@",
                "amqp://::1",
                "amqp://localhost/%zz",
                "amqps://localhost?cacertfile=",
                "amqp://localhost?nme=x",
                "amqp://localhost?name=a.b",
                "amqp://localhost?queue=mirrored",
                "amqp://localhost?heartbeat=0",
                "amqp://localhost?heartbeat=soon",
                "amqp://localhost?cacertfile=/ca",
                "amqps://localhost?certfile=/c",
                "amqps://localhost?auth_mechanism=external",
                "amqps://localhost?auth_mechanism=none"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> BrokerAddress.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"amqp://me:secret@localhost:port/", "amqp://me:secret%zz@localhost/"})
    void aRefusalHoldsNoPassword(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BrokerAddress.parse(text))
                .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("secret"));
    }

    @Test
    void aNameThatABrokerCannotHoldIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BrokerAddress.parse("amqp://localhost/" + "v".repeat(256)))
                .withMessageContaining("255 bytes");
        assertThatExceptionOfType(BrokerException.class)
                .isThrownBy(() -> new Names("n").newClient("ä".repeat(40)))
                .withMessageContaining("too long");
        assertThat(new Names("n").newClient("ä".repeat(30))).hasSizeLessThanOrEqualTo(255);
    }

    @ParameterizedTest
    @CsvSource({"files,files", "a.b,a%2eb", "a b,a%20b", "ä,%c3%a4", "a_-9,a_-9"})
    void theNameOfAUserEndsWhereItSeemsToEndInTheNameOfAQueue(String user, String escaped) {
        assertThat(new Names("n").clientsOf(user)).isEqualTo("n.client." + escaped + ".");
    }
}
