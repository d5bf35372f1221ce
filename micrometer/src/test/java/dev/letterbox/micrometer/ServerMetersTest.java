package dev.letterbox.micrometer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.letterbox.Content;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Deadline;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerMetersTest {
    private static final Timeout PATIENT = Timeout.ofTotal(Deadline.PATIENCE);

    private final Key key = Key.free();
    private final CountDownLatch released = new CountDownLatch(1);
    private final ServerMeters meters = new ServerMeters(Tags.of("server", "test"));
    private final PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MeterRegistry simple = new SimpleMeterRegistry();
    private Server server;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        meters.bindTo(prometheus);
        meters.bindTo(simple);
        server = Server.on(new QueueTransport(key))
                .service("echo", request -> Content.of(request.payload()))
                .service("no", _ -> {
                    throw new ServiceException("not today");
                })
                .service("held", request -> {
                    await(released);
                    return Content.of(request.payload());
                })
                .observer(meters)
                .start();
        client = Client.connect(new QueueTransport(key));
    }

    @AfterEach
    void stop() {
        released.countDown();
        client.close();
        server.close();
        prometheus.close();
        simple.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private byte[] ask(String service, String payload) throws Exception {
        return client.collect(service, payload.getBytes(UTF_8), 100, PATIENT);
    }

    @Test
    void countsAndTimesRequestsByOutcome() throws Exception {
        ask("echo", "hello");
        assertThatExceptionOfType(RequestRefusedException.class).isThrownBy(() -> ask("no", ""));

        Await.asserted(() -> assertThat(prometheus.scrape())
                .contains(
                        "letterbox_server_requests_seconds_count{outcome=\"end\",server=\"test\"} 1",
                        "letterbox_server_requests_seconds_count{outcome=\"failure\",server=\"test\"} 1",
                        "letterbox_server_requests_seconds_count{outcome=\"stalled\",server=\"test\"} 0",
                        "letterbox_server_response_size_bytes_total{server=\"test\"} 5.0"));
        assertThat(prometheus
                        .get("letterbox.server.requests")
                        .tag("outcome", "end")
                        .timer()
                        .totalTime(TimeUnit.NANOSECONDS))
                .isPositive();
    }

    @Test
    void countsInEveryRegistryItIsBoundTo() throws Exception {
        ask("echo", "hello");

        Await.asserted(() -> assertThat(simple.get("letterbox.server.requests")
                        .tag("outcome", "end")
                        .timer()
                        .count())
                .isOne());
    }

    @Test
    void countsMessagesThatAreDropped() throws Exception {
        try (MessageQueue queue = MessageQueue.open(key)) {
            queue.send(new Message(1, new byte[] {1}));
        }

        Await.asserted(() -> assertThat(prometheus.scrape())
                .contains("letterbox_server_drops_total{reason=\"malformed\",server=\"test\"} 1.0"));
    }

    @Test
    void countsRequestsThatTheServerRefusesItself() {
        assertThatExceptionOfType(RequestRefusedException.class).isThrownBy(() -> ask("unknown", ""));

        Await.asserted(() -> assertThat(prometheus.scrape())
                .contains("letterbox_server_refusals_total{reason=\"refused\",server=\"test\"} 1.0"));
    }

    @Test
    void showsRequestsAtWork() throws Exception {
        Future<byte[]> held =
                client.collectAsync("held", new byte[1], 100, PATIENT).toCompletableFuture();

        Await.asserted(() ->
                assertThat(prometheus.scrape()).contains("letterbox_server_requests_active{server=\"test\"} 1.0"));
        released.countDown();
        assertThat(held.get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS)).hasSize(1);
        Await.asserted(() ->
                assertThat(prometheus.scrape()).contains("letterbox_server_requests_active{server=\"test\"} 0.0"));
    }

    @Test
    void measuresTheServersQueueAndSessions() {
        assertThat(prometheus.scrape())
                .contains(
                        "letterbox_server_queue_capacity_bytes{server=\"test\"} 16384.0",
                        "letterbox_server_queue_messages{server=\"test\"} 0.0");
        Await.asserted(
                () -> assertThat(simple.get("letterbox.server.sessions").gauge().value())
                        .isOne());
    }

    @Test
    void isNotANumberBeforeTheServerStarts() {
        MeterRegistry early = new SimpleMeterRegistry();
        new ServerMeters().bindTo(early);

        assertThat(early.get("letterbox.server.sessions").gauge().value()).isNaN();
        assertThat(early.get("letterbox.server.queue.size").gauge().value()).isNaN();
    }

    @Test
    void keepsTheLastCountsOfAServerThatClosed() throws Exception {
        ask("echo", "hello");
        server.close();

        assertThat(simple.get("letterbox.server.messages").functionCounter().count())
                .isPositive();
        assertThat(simple.get("letterbox.server.queue.messages").gauge().value())
                .isNaN();
    }

    @Test
    void belongsToOneServer() {
        assertThatIllegalStateException().isThrownBy(() -> meters.started(server));
    }
}
