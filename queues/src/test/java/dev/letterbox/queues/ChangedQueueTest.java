package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.TestServices;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Deadline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody who may do so changes a client's private queue while it is in use. */
final class ChangedQueueTest {
    private static final Timeout PATIENT = Timeout.ofSilence(Deadline.PATIENCE);

    private final TestServices.Gated gated = new TestServices.Gated();
    private Server server;
    private Client client;
    private MessageQueue queue;

    @BeforeEach
    void connect() throws Exception {
        Key key = Key.free();
        server = Server.on(new QueueTransport(key))
                .service("echo", TestServices.echo())
                .service("gated", gated)
                .start();
        Set<Integer> before = privateQueues();
        client = Client.connect(new QueueTransport(key));
        Set<Integer> after = privateQueues();
        after.removeAll(before);
        assertThat(after).hasSize(1);
        queue = MessageQueue.ofId(after.iterator().next());
        // The kernel's time of change counts seconds, and is behind the clock by a tick or more.
        Instant made = queue.status().changed();
        Await.until(
                "another second has begun",
                () -> Instant.now().minusMillis(300).getEpochSecond() > made.getEpochSecond());
    }

    @AfterEach
    void end() {
        gated.gate.countDown();
        client.close();
        server.close();
    }

    private static Set<Integer> privateQueues() {
        return MessageQueues.list().stream()
                .filter(QueueStatus::isPrivate)
                .map(QueueStatus::id)
                .collect(Collectors.toSet());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aClientWhoseQueueIsGivenAnotherSizeIsServedOn() throws Exception {
        CompletableFuture<byte[]> waiting =
                client.collectAsync("gated", bytes("before"), 100, PATIENT).toCompletableFuture();
        gated.reached.await();
        queue.setCapacity(12_000);
        gated.gate.countDown();
        assertThat(waiting.get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(bytes("before"));
        byte[] long1 = new byte[7_000];
        assertThat(client.collect("echo", long1, 8_000, PATIENT)).isEqualTo(long1);
    }

    /** The server does not answer where others can read; so the client has to find out by itself. */
    @Test
    void aClientWhoseQueueIsOpenedToOthersIsToldWhyNoAnswerComes() {
        queue.setMode(Mode.of(0_622));
        assertThatExceptionOfType(ResponseTimeoutException.class)
                .isThrownBy(() -> client.collect("echo", bytes("x"), 100, Timeout.ofSilence(Duration.ofMillis(300))))
                .withMessageContaining("The private queue of this client, " + queue.id())
                .withMessageContaining("mode 0622");
    }

    @Test
    void aClientWhoseQueueIsRemovedSaysSo() throws InterruptedException {
        CompletableFuture<byte[]> waiting =
                client.collectAsync("gated", bytes("x"), 100, PATIENT).toCompletableFuture();
        gated.reached.await();
        queue.remove();
        assertThat(waiting)
                .failsWithin(Deadline.PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .withMessage(
                        "This client's queue %d was removed (by ipcrm, or by systemd's RemoveIPC). Run the client again."
                                .formatted(queue.id()));
    }
}
