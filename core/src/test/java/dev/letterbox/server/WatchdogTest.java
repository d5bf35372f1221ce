package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.MemoryTransport;
import dev.letterbox.contract.TestServices;
import dev.letterbox.error.TransportException;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A server that no longer works ends, and one that does is left alone. */
final class WatchdogTest {
    private static final Duration LOOK = Duration.ofMillis(1);

    private final AtomicLong received = new AtomicLong();
    private final AtomicInteger probes = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);

    private void awaitEnd() throws InterruptedException {
        assertThat(ended.await(Deadline.PATIENCE.toNanos(), TimeUnit.NANOSECONDS))
                .isTrue();
    }

    @Test
    void aServerThatDoesNotReceiveItsOwnMessageEnds() throws InterruptedException {
        Watchdog watchdog = new Watchdog(LOOK, received::get, () -> probes.incrementAndGet() > 0, ended::countDown);
        watchdog.begin();
        awaitEnd();
        assertThat(probes).hasValue(1);
        assertThat(watchdog.fault()).hasMessageContaining("received nothing, not even its own message");
    }

    @Test
    void aServerThatReceivesItsOwnMessagesIsLeftAlone() {
        Watchdog watchdog = new Watchdog(
                LOOK,
                received::get,
                () -> {
                    probes.incrementAndGet();
                    return received.incrementAndGet() > 0;
                },
                ended::countDown);
        watchdog.begin();
        Await.until("it was asked often", () -> probes.get() >= 5);
        watchdog.release();
        assertThat(ended.getCount()).isOne();
        assertThat(watchdog.fault()).isNull();
    }

    @Test
    void whereProbesProveNothingNobodyIsEnded() {
        Watchdog watchdog = new Watchdog(LOOK, received::get, () -> probes.incrementAndGet() < 0, ended::countDown);
        watchdog.begin();
        Await.until("it was asked often", () -> probes.get() >= 5);
        watchdog.release();
        assertThat(ended.getCount()).isOne();
    }

    @Test
    void whateverAGuardedThreadThrowsEndsTheServer() throws InterruptedException {
        Watchdog watchdog = new Watchdog(Duration.ofHours(1), received::get, () -> false, ended::countDown);
        watchdog.begin();
        Error defect = new NoClassDefFoundError("as where a log cannot load its time zones");
        watchdog.guard(() -> {});
        assertThat(ended.getCount()).isOne();
        watchdog.guard(() -> {
            throw defect;
        });
        awaitEnd();
        assertThat(watchdog.fault()).isSameAs(defect);
    }

    @Test
    void soDoesWhatNobodyDeclares() throws InterruptedException {
        Watchdog watchdog = new Watchdog(Duration.ofHours(1), received::get, () -> false, ended::countDown);
        watchdog.begin();
        watchdog.guard(() -> WatchdogTest.<RuntimeException>sneak(new IOException("as generics allow")));
        awaitEnd();
        assertThat(watchdog.fault()).hasMessage("as generics allow");
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> void sneak(Exception undeclared) throws E {
        throw (E) undeclared;
    }

    // In a server

    @Test
    void aServerWhoseEngineDeliversNothingStopsAndSaysSo() throws InterruptedException {
        MemoryTransport memory = MemoryTransport.likeAKernel();
        Server server = Server.on(memory)
                .service("echo", TestServices.echo())
                .betweenLooks(LOOK)
                .start();
        memory.deafen();
        assertThatExceptionOfType(TransportException.class)
                .isThrownBy(server::awaitClose)
                .withMessageContaining("received nothing");
        assertThat(memory.left()).isZero();
    }

    @Test
    void theMessagesOfAServerToItselfAreNotCounted() throws Exception {
        MemoryTransport memory = MemoryTransport.likeAKernel();
        try (Server server =
                        Server.on(memory).service("echo", TestServices.echo()).start();
                Client client = Client.connect(memory)) {
            memory.probe();
            memory.probe();
            client.fetch("echo", new byte[0], _ -> {}, Timeout.ofSilence(Deadline.PATIENCE));
            // The greeting and the request.
            assertThat(server.statistics().received()).isEqualTo(2);
            assertThat(server.statistics().malformed()).isZero();
        }
    }

    @Test
    void aServiceThatInterruptsTheThreadThatReceivesDoesNotEndTheServer() throws Exception {
        MemoryTransport memory = MemoryTransport.likeAKernel();
        Service interrupting = new Service() {
            @Override
            public Content open(Request request) {
                Thread.currentThread().interrupt();
                return Content.of("hello");
            }

            @Override
            public boolean isPrompt() {
                return true;
            }
        };
        try (Server _ = Server.on(memory).service("echo", interrupting).start();
                Client client = Client.connect(memory)) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.fetch("echo", new byte[0], _ -> {}, Timeout.ofSilence(Deadline.PATIENCE)))
                        .isEqualTo(5);
            }
        }
    }
}
