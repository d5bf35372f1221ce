package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Content;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.error.TransportException;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerObserver;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.SharedBroker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong with a broker ends in a right answer or a clear error, and not only when the caller's time is over. */
@ExtendWith(SharedBroker.class)
final class FaultsTest {
    private static final Duration LONGEST = Duration.ofSeconds(40);
    private static final Timeout SILENCE = Timeout.ofSilence(Duration.ofSeconds(50));
    private static final byte[] NOTHING = {};

    private static Server serve(Brokered place) {
        return Server.on(place.transport())
                .service("echo", request -> Content.of(request.payload()))
                .service(
                        "stream",
                        request -> new Bytes(ByteBuffer.wrap(request.payload()).getLong()))
                .start();
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static String echo(Client client, String text) throws Exception {
        byte[] answer = client.collect("echo", text.getBytes(StandardCharsets.UTF_8), 1_000, SILENCE);
        return new String(answer, StandardCharsets.UTF_8);
    }

    /** Streams without end, and does something in the middle of it; returns what the call threw, and within what time. */
    private static Exception failureAfter(Client client, Runnable fault) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        try (Background<Long> stream = Background.start(
                "streams", () -> client.fetch("stream", number(1L << 45), _ -> begun.countDown(), SILENCE))) {
            begun.await();
            fault.run();
            long from = System.nanoTime();
            Throwable failure = stream.failure();
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(LONGEST);
            return (Exception) failure;
        }
    }

    @Test
    void whenTheBrokerIsKilledCallersAreToldAndTheServerComesBackWithTheBroker() throws Exception {
        try (Broker broker = Broker.start()) {
            Brokered place = Brokered.newVhost(broker);
            try (Server server = serve(place);
                    Client client = Client.connect(place.transport())) {
                Exception failure = failureAfter(client, broker::kill);
                assertThat(failure).isInstanceOf(TransportException.class).hasMessageContaining("Lost the broker");
                assertThatExceptionOfType(TransportException.class).isThrownBy(() -> {
                    Client.connect(place.transport()).close();
                });
                broker.restart();
                Await.until("the server serves again", () -> asksAgain(place));
                assertThat(server.statistics().received()).isPositive();
            }
        }
    }

    private static boolean asksAgain(Brokered place) throws Exception {
        try (Client again = Client.connect(place.transport())) {
            return echo(again, "again").equals("again");
        } catch (TransportException | RequestException notYet) {
            return false;
        }
    }

    @Test
    void whenTheBrokerIsFrozenCallersAreToldByTheHeartbeat(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place);
                Client client = Client.connect(place.transport())) {
            Exception failure = failureAfter(client, broker::freeze);
            assertThat(failure).isInstanceOf(TransportException.class).hasMessageContaining("Lost the broker");
            broker.thaw();
            Await.until("the server serves again", () -> asksAgain(place));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "disk"})
    void anAlarmIsToldAndPasses(String resource, Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place);
                Client client = Client.connect(place.transport())) {
            assertThat(echo(client, "before")).isEqualTo("before");
            broker.raiseAlarm(resource);
            try {
                Await.until("the alarm is told", () -> tells(client, "alarm: low on " + resource));
            } finally {
                broker.clearAlarm(resource);
            }
            Await.until("it passes", () -> echoes(client));
        }
    }

    /** A request that the broker took before its connections heard of the alarm is not answered. */
    private static boolean tells(Client client, String alarm) throws Exception {
        long from = System.nanoTime();
        try {
            client.collect("echo", NOTHING, 10, Timeout.ofSilence(Duration.ofSeconds(3)));
            return false;
        } catch (RequestException notYet) {
            return false;
        } catch (TransportException told) {
            assertThat(told).hasMessageContaining(alarm);
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(LONGEST);
            return true;
        }
    }

    private static boolean echoes(Client client) throws Exception {
        try {
            return echo(client, "after").equals("after");
        } catch (TransportException | RequestException notYet) {
            return false;
        }
    }

    /** A stalled client costs the broker no more than its grants, however much it asked for. */
    @Test
    void aClientThatReadsNothingCostsTheBrokerLittle(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place);
                Client stalled = Client.connect(place.transport());
                Client other = Client.connect(place.transport())) {
            CountDownLatch over = new CountDownLatch(1);
            CountDownLatch begun = new CountDownLatch(1);
            long before = memory(broker);
            try (Background<Long> stream = Background.start(
                    "reads nothing",
                    () -> stalled.fetch(
                            "stream",
                            number(500_000_000),
                            _ -> {
                                begun.countDown();
                                awaitQuietly(over);
                            },
                            SILENCE))) {
                begun.await();
                for (int i = 0; i < 100; i++) {
                    assertThat(echo(other, "as if alone")).isEqualTo("as if alone");
                }
                assertThat(memory(broker) - before).isLessThan(64_000_000);
                over.countDown();
                assertThat(stream.result()).isEqualTo(500_000_000);
            } finally {
                over.countDown();
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException given) {
            Thread.currentThread().interrupt();
        }
    }

    private static long memory(Broker broker) {
        return Long.parseLong(broker.eval("begin [garbage_collect(P) || P <- processes()], erlang:memory(total) end"));
    }

    /** A client that reads without end, until it is killed. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] arguments) throws Exception {
            RabbitTransport transport =
                    new RabbitTransport(BrokerAddress.parse(arguments[0]), Brokered.login(arguments[1]));
            AtomicBoolean begun = new AtomicBoolean();
            try (Client client = Client.connect(transport)) {
                client.fetch(
                        "stream",
                        number(1L << 45),
                        _ -> {
                            if (begun.compareAndSet(false, true)) {
                                System.out.println("reads");
                            }
                        },
                        SILENCE);
            }
        }
    }

    @Test
    void aKilledClientIsNoticedByTheServerAndLeavesNothing(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
        try (Server _ = Server.on(place.transport())
                        .service(
                                "stream",
                                request -> new Bytes(
                                        ByteBuffer.wrap(request.payload()).getLong()))
                        .stallTimeout(Duration.ofHours(1))
                        .observer(new ServerObserver() {
                            @Override
                            public void ended(Request request, Outcome outcome, long nanos, long bytes) {
                                outcomes.add(outcome);
                            }
                        })
                        .start();
                ChildProcess client = JavaProcess.running(Reader.class)
                        .command("amqp://127.0.0.1:%d/%s".formatted(broker.port(), place.vhost()), Broker.USER)
                        .start()) {
            client.awaitLine("reads");
            client.kill();
            // Not as a client that stalls, after an hour: it would hold the server's place meanwhile.
            assertThat(outcomes.poll(60, TimeUnit.SECONDS)).isEqualTo(Outcome.GONE);
            Await.until(
                    "its queue is gone",
                    () -> broker.eval(
                                    "[N || Q <- rabbit_amqqueue:list(<<\"%s\">>), {resource, _, queue, N} <- [amqqueue:get_name(Q)], "
                                                    .formatted(place.vhost())
                                            + "string:prefix(N, \"letterbox.client.\") =/= nomatch]")
                            .equals("[]"));
        }
    }

    @Test
    void aCutConnectionIsToldInEachPhase(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Server _ = serve(place)) {
            try (Client client = Client.connect(place.transport())) {
                assertThat(failureAfter(client, () -> cut(broker, "letterbox client")))
                        .isInstanceOf(TransportException.class)
                        .hasMessageContaining("Lost the broker");
                assertThatExceptionOfType(TransportException.class).isThrownBy(() -> echo(client, "after"));
            }
            try (Client client = Client.connect(place.transport())) {
                cut(broker, "letterbox client");
                Await.until("it is told without a call under way", () -> !echoes(client));
            }
            try (Client client = Client.connect(place.transport())) {
                assertThat(failureAfter(client, () -> cut(broker, "letterbox server")))
                        .isInstanceOf(ServerGoneException.class);
            }
            Await.until("the server serves again", () -> asksAgain(place));
        }
    }

    /** Both connections of whoever calls itself so, as a broken network would. */
    private static void cut(Broker broker, String purpose) {
        broker.eval("""
                [exit(proplists:get_value(pid, C), kill) || C <- rabbit_networking:connection_info_all([pid, client_properties]), \
                lists:any(fun({<<"connection_name">>, _, N}) -> string:prefix(N, "%s") =/= nomatch; (_) -> false end, \
                proplists:get_value(client_properties, C))]""".formatted(purpose));
    }
}
