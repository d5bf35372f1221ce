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
import dev.letterbox.testkit.Logged;
import dev.letterbox.testkit.LoopbackPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
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
        signed("expired", "localhost", "ca", "-startdate", "-10d");
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
        // RabbitMQ 4 listens there last.
        Await.until("it listens for TLS", TlsTest::listens);
        broker.addUser("ann");
        broker.permit("ann", "/", ".*", ".*", ".*");
    }

    private static boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
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

    private static void signed(String name, String commonName, String authority, String... more)
            throws IOException, GeneralSecurityException {
        pair(name, commonName);
        keytool("-certreq", "-alias", name, "-keystore", name + ".p12", "-storepass", PASSWORD, "-file", name + ".csr");
        keytool(Stream.concat(
                        Stream.of(
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
                                "san=dns:" + commonName),
                        Stream.of(more))
                .toArray(String[]::new));
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

    private static void assertRefused(RabbitTransport transport, String... why) {
        assertThatExceptionOfType(TransportException.class)
                .isThrownBy(() -> transport.connect(Duration.ofSeconds(5)).close())
                .satisfies(refused -> assertThat(refused.getMessage()).contains(why));
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
        assertRefused(
                transport(Broker.USER + "@", "localhost", "cacertfile=" + pem("stranger")),
                "is not signed by an authority that is trusted here",
                "cacertfile=");
        assertRefused(
                transport(Broker.USER + "@", "localhost", ""), "is not signed by an authority that is trusted here");
    }

    @Test
    void aBrokerUnderAnotherNameIsNotTrusted() {
        assertRefused(
                transport(Broker.USER + "@", "127.0.0.1", "cacertfile=" + pem("ca")),
                "No subject alternative names matching IP address 127.0.0.1",
                "Use a host name that the certificate contains");
    }

    @Test
    void aPortWithoutTlsIsCalledThat() {
        BrokerAddress address = BrokerAddress.parse("amqps://localhost:%d/".formatted(broker.port()));
        assertRefused(
                new RabbitTransport(address, Brokered.login(Broker.USER)),
                "does not speak TLS at this port",
                "amqp://");
    }

    @Test
    void aPortWithTlsIsCalledThat() {
        BrokerAddress address = BrokerAddress.parse("amqp://localhost:%d/".formatted(port));
        assertRefused(new RabbitTransport(address, Brokered.login(Broker.USER)), "speaks TLS at this port", "amqps://");
    }

    @Test
    void aBrokersCertificateThatHasExpiredIsCalledThat() throws Exception {
        try (SSLServerSocket expired = listener("expired");
                Background<Boolean> accepts = Background.start("accepts", () -> {
                    try (SSLSocket socket = (SSLSocket) expired.accept()) {
                        socket.startHandshake();
                    } catch (IOException refused) {
                        return true;
                    }
                    return false;
                })) {
            BrokerAddress address = BrokerAddress.parse(
                    "amqps://localhost:%d/?cacertfile=%s".formatted(expired.getLocalPort(), pem("ca")));
            assertRefused(
                    new RabbitTransport(address, Brokered.login(Broker.USER)), "has expired (NotAfter: ", "Renew it");
            assertThat(accepts.result()).isTrue();
        }
    }

    private static SSLServerSocket listener(String name) throws IOException {
        BrokerAddress itself = BrokerAddress.parse("amqps://localhost/?" + external(name));
        return (SSLServerSocket) Certificates.context(itself)
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void aClientsCertificateThatHasExpiredIsCalledThat() {
        assertRefused(
                transport("", "localhost", external("expired")),
                "perhaps because of certificate " + pem("expired"),
                "it is not valid now (NotAfter: ");
    }

    @Test
    void anotherCertificatesKeyIsSuspected() {
        assertRefused(
                transport("", "localhost", external("ann").replace("ann.key", "expired.key")),
                "perhaps because of certificate " + pem("ann"),
                key("expired").toString());
    }

    /** For a moment the file may be half written. */
    @Test
    void aServerGoesOnAfterItsCertificatesWereUnreadable() throws Exception {
        Path authorities = folder.resolve("authorities.pem");
        Files.copy(pem("ca"), authorities);
        BrokerAddress address =
                BrokerAddress.parse("amqps://localhost:%d/?name=renewed&cacertfile=%s".formatted(port, authorities));
        RabbitTransport transport = new RabbitTransport(address, Brokered.login(Broker.USER));
        try (Logged logged = Logged.by(RabbitTransport.class);
                Server _ = Server.on(transport)
                        .service("echo", request -> Content.of(request.payload()))
                        .start()) {
            Files.writeString(authorities, "half");
            broker.eval("[rabbit_networking:close_connection(C, \"test\") || C <- rabbit_networking:connections()]");
            Await.until(
                    "it cannot read them",
                    () -> logged.lines().stream().anyMatch(line -> line.contains("authorities.pem")));
            Files.copy(pem("ca"), authorities, StandardCopyOption.REPLACE_EXISTING);
            Await.until("it serves again", () -> logged.lines().stream().anyMatch(line -> line.contains("Serving at")));
        }
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
            Publisher publisher = link.publisher("messages", Long.MAX_VALUE);
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
        assertRefused(
                transport("", "localhost", external("mallory")),
                "does not accept certificate " + pem("mallory") + " as user 'ann'");
    }

    @Test
    void filesThatHoldNoCertificateOrKeyAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> transport("", "localhost", external("nobody")))
                .withMessageContaining("there is no file " + pem("nobody"));
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
