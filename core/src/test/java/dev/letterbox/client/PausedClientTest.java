package dev.letterbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Access;
import dev.letterbox.ContentSink;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import dev.letterbox.contract.MemoryTransport;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestServices;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.server.Server;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client whose process was stopped for longer than it waits: what a server sent meanwhile counts, and silence does not. */
final class PausedClientTest {
    private static final Duration SHORT = Duration.ofMillis(40);
    private static final Timeout BRIEFLY = Timeout.ofSilence(SHORT);

    private final MemoryTransport transport = MemoryTransport.likeAKernel();
    private final TestServices.Gated gated = new TestServices.Gated();
    private final Server server = Server.on(transport)
            .dialects(List.of(new PlainDialect()))
            .service("", TestServices.echo())
            .service("echo", TestServices.echo())
            .service("gated", gated)
            .service("late", _ -> {
                throw new ServiceException(FailureKind.EXPIRED, "The deadline has passed");
            })
            .start();

    @AfterEach
    void close() {
        server.close();
    }

    /** Takes the place of {@link ClientEndpoint#receive}. */
    private interface Receiving {
        boolean receive(ClientEndpoint endpoint, Message message, Duration timeout) throws InterruptedException;

        /** The client sends itself a message. */
        default void woken() {}
    }

    private static ClientEndpoint endpoint(ClientEndpoint real, Receiving receiving) {
        return (ClientEndpoint) Proxy.newProxyInstance(
                PausedClientTest.class.getClassLoader(),
                new Class<?>[] {ClientEndpoint.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("receive")) {
                        return receiving.receive(real, (Message) arguments[0], (Duration) arguments[1]);
                    }
                    if (method.getName().equals("wake")) {
                        receiving.woken();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private static Transport through(Transport transport, Receiving receiving) {
        return new Transport() {
            @Override
            public ServerEndpoint bind(Access access) {
                throw new UnsupportedOperationException();
            }

            @Override
            public ClientEndpoint connect(Duration patience) {
                return endpoint(transport.connect(patience), receiving);
            }
        };
    }

    private static void sleep(Duration atLeast) throws InterruptedException {
        Deadline over = Deadline.in(atLeast);
        while (!over.passed()) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** A wait ends at its time, though a message came while the process was stopped: that is in the queue. */
    private static final class StoppedWhileItCame implements Receiving {
        private boolean hasCome;

        @Override
        public boolean receive(ClientEndpoint endpoint, Message message, Duration timeout) throws InterruptedException {
            if (timeout.isZero() || hasCome) {
                // The message is in the caller's hands already, as it was in the queue.
                boolean came = hasCome || endpoint.receive(message, timeout);
                hasCome = false;
                return came;
            }
            hasCome = endpoint.receive(message, Deadline.PATIENCE);
            sleep(timeout);
            return false;
        }
    }

    /** The server was stopped as well: it answers only when both have gone on and the client waits again. */
    private static final class FrozenWithItsServer implements Receiving {
        private boolean frozen = true;

        @Override
        public boolean receive(ClientEndpoint endpoint, Message message, Duration timeout) throws InterruptedException {
            if (frozen) {
                frozen = timeout.isZero();
                sleep(SHORT.multipliedBy(2));
                return false;
            }
            return !timeout.isZero() && endpoint.receive(message, Deadline.PATIENCE);
        }
    }

    private static String ask(Client client, Timeout timeout) throws RequestException, InterruptedException {
        return ask(client, "echo", timeout);
    }

    private static String ask(Client client, String service, Timeout timeout)
            throws RequestException, InterruptedException {
        byte[] answer = client.collect(service, "hello".getBytes(StandardCharsets.UTF_8), 100, timeout);
        return new String(answer, StandardCharsets.UTF_8);
    }

    private String askInPlainDialect(Receiving receiving) throws RequestException, IOException, InterruptedException {
        try (ClientEndpoint endpoint = endpoint(transport.connect(SHORT), receiving)) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            ContentSink sink = piece -> {
                byte[] bytes = new byte[piece.remaining()];
                piece.get(bytes);
                content.writeBytes(bytes);
            };
            new ClassicClient(endpoint)
                    .fetch(new PlainDialect(), "hello".getBytes(StandardCharsets.UTF_8), sink, SHORT);
            return content.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void aWelcomeThatCameWhileTheClientWasStoppedIsTaken() throws RequestException, InterruptedException {
        try (Client client = Client.connect(through(transport, new StoppedWhileItCame()), SHORT)) {
            assertThat(ask(client, BRIEFLY)).isEqualTo("hello");
        }
    }

    @Test
    void aServerThatWasFrozenTogetherWithTheClientHasTimeToGreet() throws RequestException, InterruptedException {
        try (Client client = Client.connect(through(transport, new FrozenWithItsServer()), SHORT)) {
            assertThat(ask(client, BRIEFLY)).isEqualTo("hello");
        }
    }

    /** As that receiving, from the first request on. */
    private static final class Later implements Receiving {
        private final AtomicBoolean now = new AtomicBoolean();
        private final Receiving receiving;

        Later(Receiving receiving) {
            this.receiving = receiving;
        }

        @Override
        public boolean receive(ClientEndpoint endpoint, Message message, Duration timeout) throws InterruptedException {
            return now.get()
                    ? receiving.receive(endpoint, message, timeout)
                    : endpoint.receive(message, Deadline.PATIENCE);
        }

        @Override
        public void woken() {
            receiving.woken();
        }
    }

    private String askAfterGreeting(Receiving receiving, Timeout timeout)
            throws RequestException, InterruptedException {
        return askAfterGreeting("echo", receiving, timeout);
    }

    private String askAfterGreeting(String service, Receiving receiving, Timeout timeout)
            throws RequestException, InterruptedException {
        Later later = new Later(receiving);
        try (Client client = Client.connect(through(transport, later))) {
            later.now.set(true);
            return ask(client, service, timeout);
        }
    }

    @Test
    void aResponseThatCameWhileTheClientWasStoppedIsTaken() throws RequestException, InterruptedException {
        assertThat(askAfterGreeting(new StoppedWhileItCame(), BRIEFLY)).isEqualTo("hello");
    }

    @Test
    void aServerThatWasFrozenTogetherWithTheClientHasTimeToRespond() throws RequestException, InterruptedException {
        assertThat(askAfterGreeting(new FrozenWithItsServer(), BRIEFLY)).isEqualTo("hello");
    }

    /** The server tells the client that its deadline has passed before the client sees that itself. */
    @Test
    void aDeadlineIsReportedInOneWayWhoeverSeesItFirst() {
        assertThatExceptionOfType(ResponseTimeoutException.class)
                .isThrownBy(() -> askAfterGreeting("late", new StoppedWhileItCame(), Timeout.ofTotal(SHORT)))
                .withMessageStartingWith("No complete response within 40 ms");
    }

    @Test
    void aClassicResponseThatCameWhileTheClientWasStoppedIsTaken() throws Exception {
        assertThat(askInPlainDialect(new StoppedWhileItCame())).isEqualTo("hello");
    }

    @Test
    void aClassicServerThatWasFrozenTogetherWithTheClientHasTimeToRespond() throws Exception {
        assertThat(askInPlainDialect(new FrozenWithItsServer())).isEqualTo("hello");
    }

    @Test
    void aServerThatStaysSilentIsGivenUpAlsoByAClientThatIsStoppedAgainAndAgain() {
        AtomicInteger waits = new AtomicInteger();
        Receiving stopped = (_, _, timeout) -> {
            waits.incrementAndGet();
            sleep(timeout.plus(SHORT));
            return false;
        };
        assertThatExceptionOfType(ResponseTimeoutException.class)
                .isThrownBy(() -> askAfterGreeting(stopped, BRIEFLY))
                .withMessageContaining("40 ms");
        // A part, four more since it was stopped, and the last look.
        assertThat(waits).hasValue(6);
    }

    /** Of two threads that go on after a stop, the one that waits may run before the one that receives for both. */
    @Test
    void aResponseThatIsOnItsWayThroughAnotherThreadIsWaitedFor() throws Exception {
        CountDownLatch receives = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        Receiving stopped = new Receiving() {
            @Override
            public boolean receive(ClientEndpoint endpoint, Message message, Duration timeout)
                    throws InterruptedException {
                receives.countDown();
                goesOn.await();
                return endpoint.receive(message, timeout);
            }

            @Override
            public void woken() {
                Await.until(
                        "the response has been sent", () -> server.statistics().ended(Outcome.END) == 1);
                goesOn.countDown();
            }
        };
        Later later = new Later(stopped);
        try (Client client = Client.connect(through(transport, later))) {
            later.now.set(true);
            try (Background<String> receiver =
                    Background.start("receives", () -> ask(client, "gated", Timeout.ofTotal(Duration.ofHours(1))))) {
                receives.await();
                assertThat(ask(client, BRIEFLY)).isEqualTo("hello");
                assertThat(receiver.isDone()).isFalse();
                gated.gate.countDown();
                receiver.result();
            }
        }
    }
}
