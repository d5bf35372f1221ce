package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.letterbox.Content;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.TransportException;
import dev.letterbox.server.Server;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.LoopbackPort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is reached by TLS, where certificates prove who its users are. */
final class TlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    private static Path folder;

    private static Broker broker;
    private static int port;

    @BeforeAll
    static void startBroker() throws Exception {
        Broker.assumeInstalled();
        authority("ca");
        authority("stranger");
        signed("server", "localhost", "ca");
        signed("ann", "ann", "ca");
        signed("mallory", "ann", "stranger");
        port = LoopbackPort.find();
        broker = Broker.start(
                List.of("rabbitmq_auth_mechanism_ssl"),
                "listeners.ssl.1 = 127.0.0.1:" + port,
                "ssl_options.cacertfile = " + pem("ca"),
                "ssl_options.certfile = " + pem("server"),
                "ssl_options.keyfile = " + key("server"),
                "ssl_options.verify = verify_peer",
                "ssl_options.fail_if_no_peer_cert = false",
                "auth_mechanisms.1 = PLAIN",
                "auth_mechanisms.2 = EXTERNAL",
                "ssl_cert_login_from = common_name");
        broker.addUser("ann");
        broker.permit("ann", "/", ".*", ".*", ".*");
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    private static void keytool(String... arguments) {
        Command.of(Path.of(System.getProperty("java.home"), "bin", "keytool"), arguments)
                .inDirectory(folder)
                .run()
                .expect(0);
    }

    private static void pair(String name, String commonName, String... more) {
        String[] words = {
            "-genkeypair",
            "-alias",
            name,
            "-keyalg",
            "EC",
            "-dname",
            "CN=" + commonName,
            "-validity",
            "2",
            "-keystore",
            name + ".p12",
            "-storepass",
            PASSWORD
        };
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        keytool(all);
    }

    private static void authority(String name) {
        pair(name, name, "-ext", "bc:c");
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                name,
                "-keystore",
                name + ".p12",
                "-storepass",
                PASSWORD,
                "-file",
                name + ".pem");
    }

    private static void signed(String name, String commonName, String authority)
            throws IOException, GeneralSecurityException {
        pair(name, commonName);
        keytool("-certreq", "-alias", name, "-keystore", name + ".p12", "-storepass", PASSWORD, "-file", name + ".csr");
        keytool(
                "-gencert",
                "-rfc",
                "-alias",
                authority,
                "-keystore",
                authority + ".p12",
                "-storepass",
                PASSWORD,
                "-infile",
                name + ".csr",
                "-outfile",
                name + ".pem",
                "-validity",
                "2",
                "-ext",
                "san=dns:" + commonName);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        Files.writeString(
                key(name),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(store.getKey(name, PASSWORD.toCharArray())
                                        .getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
    }

    private static Path pem(String name) {
        return folder.resolve(name + ".pem");
    }

    private static Path key(String name) {
        return folder.resolve(name + ".key");
    }

    private static RabbitTransport transport(String login, String host, String settings) {
        BrokerAddress address = BrokerAddress.parse("amqps://%s%s:%d/?%s".formatted(login, host, port, settings));
        return new RabbitTransport(address, Login.of(address, Map.of(Login.PASSWORD, Broker.USER)));
    }

    private static String external(String name) {
        return "auth_mechanism=external&cacertfile=%s&certfile=%s&keyfile=%s"
                .formatted(pem("ca"), pem(name), key(name));
    }

    private static void assertRefused(RabbitTransport transport, String why) {
        assertThatExceptionOfType(TransportException.class)
                .isThrownBy(() -> transport.connect(Duration.ofSeconds(5)).close())
                .withMessageContaining(why);
    }

    @Test
    void aCertificateProvesWhoTheCallerIs() throws Exception {
        RabbitTransport files = transport(Broker.USER + "@", "localhost", "cacertfile=" + pem("ca"));
        try (Server _ = Server.on(files)
                        .service("who", request -> Content.of(request.caller().name()))
                        .start();
                Client ann = Client.connect(transport("", "localhost", external("ann")))) {
            assertThat(new String(
                            ann.collect("who", new byte[0], 100, Timeout.ofSilence(Duration.ofSeconds(10))),
                            StandardCharsets.UTF_8))
                    .isEqualTo("ann");
        }
    }

    @Test
    void aBrokerThatTheAuthorityDoesNotVouchForIsNotTrusted() {
        assertRefused(transport(Broker.USER + "@", "localhost", "cacertfile=" + pem("stranger")), "TLS");
        assertRefused(transport(Broker.USER + "@", "localhost", ""), "TLS");
    }

    @Test
    void aBrokerUnderAnotherNameIsNotTrusted() {
        assertRefused(transport(Broker.USER + "@", "127.0.0.1", "cacertfile=" + pem("ca")), "TLS");
    }

    @Test
    void aBrokerThatDoesNotAnswerIsNoQuestionOfTrust() {
        RabbitTransport transport = transport(Broker.USER + "@", "localhost", "cacertfile=" + pem("ca"));
        broker.freeze();
        try {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> transport.connect(Duration.ofSeconds(1)).close())
                    .withMessageContaining("it did not answer in 1");
        } finally {
            broker.thaw();
        }
    }

    /** As a link without TLS does; closing a socket says goodbye by TLS, which another thread may be in the middle of. */
    @Test
    void aLinkClosesThoughTheBrokerReadsNothing() throws Exception {
        BrokerAddress address =
                BrokerAddress.parse("amqps://test@localhost:%d/?cacertfile=%s".formatted(port, pem("ca")));
        broker.raiseAlarm("memory");
        try {
            Link link = Link.open(address, Brokered.login(Broker.USER), "test");
            Publisher publisher = new Publisher(link.sendingChannel(), Long.MAX_VALUE);
            for (int i = 0; i < 1_000; i++) {
                publisher.offer("", "nowhere", new BasicProperties(), new byte[64 * 1024], _ -> {});
            }
            Await.until("a thread is stuck in the socket", LostPartsTest::isWriting);
            try (Background<Boolean> closing = Background.start("closes", () -> {
                link.close();
                return true;
            })) {
                assertThat(closing.result()).isTrue();
            }
        } finally {
            broker.clearAlarm("memory");
        }
    }

    @Test
    void aCertificateOfAStrangersAuthorityProvesNothing() {
        assertRefused(transport("", "localhost", external("mallory")), "localhost");
    }

    @Test
    void filesThatHoldNoCertificateOrKeyAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> transport("", "localhost", external("ann").replace("ann.key", "ann.pem"))
                        .connect(Duration.ofSeconds(5))
                        .close())
                .withMessageContaining("ann.pem");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> transport(Broker.USER + "@", "localhost", "cacertfile=" + key("ann"))
                        .connect(Duration.ofSeconds(5))
                        .close())
                .withMessageContaining("ann.key");
    }
}
