package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Access;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestServices;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.IpcTable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does when its queue, its lock or its bell is removed under it, in any order. */
final class ServerLossTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final Timeout PATIENT = Timeout.ofTotal(Deadline.PATIENCE);

    private final Key key = Key.free();

    private Optional<IpcTable.SemaphoreSet> lock() {
        return IpcTable.now().semaphores().stream()
                .filter(set -> set.key() == key.value())
                .findFirst();
    }

    private static Set<Integer> privateSets() {
        return IpcTable.now().semaphores().stream()
                .filter(set -> set.key() == 0)
                .map(IpcTable.SemaphoreSet::id)
                .collect(Collectors.toSet());
    }

    private boolean isRunning(int queue) {
        return MessageQueues.find(queue)
                .flatMap(ServerStatus::of)
                .filter(server -> server.state() == ServerStatus.State.RUNNING)
                .isPresent();
    }

    private static void assertServes(Server server) throws InterruptedException {
        try (BareClient client = new BareClient()) {
            client.ask(server.queueId(), "still here");
            assertThat(client.response()).containsExactly("DATA still here", "END");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"L", "B", "Q", "LB", "BL", "LQ", "QL", "BQ", "QB", "LBQ", "LQB", "BLQ", "BQL", "QLB", "QBL"})
    void whatIsRemovedComesBackWhole(String order) throws InterruptedException {
        Set<Integer> others = privateSets();
        try (Server server = Server.on(new QueueTransport(key))
                .dialects(List.of(new PlainDialect()))
                .service("", TestServices.echo())
                .start()) {
            int firstQueue = server.queueId();
            int firstLock = lock().orElseThrow().id();
            int firstBell = privateSets().stream()
                    .filter(id -> !others.contains(id))
                    .findFirst()
                    .orElseThrow();
            for (int at = 0; at < order.length(); at++) {
                switch (order.charAt(at)) {
                    case 'L' -> Command.of("ipcrm", "-s", "" + firstLock).run().expect(0);
                    case 'B' -> Command.of("ipcrm", "-s", "" + firstBell).run().expect(0);
                    default -> Command.of("ipcrm", "-q", "" + firstQueue).run().expect(0);
                }
            }
            if (order.contains("Q")) {
                Await.until("there is another queue", () -> server.queueId() != firstQueue);
            }
            Await.until("it serves by its lock", () -> isRunning(server.queueId()));
            Await.until(
                    "it has a bell, and one alone",
                    () -> privateSets().stream()
                                    .filter(id -> !others.contains(id))
                                    .count()
                            == 1);
            assertServes(server);
            assertThatExceptionOfType(ServerStartException.class)
                    .isThrownBy(() -> new QueueTransport(key).bind(Access.OWNER).close())
                    .withMessageContaining("Another server");
            assertServes(server);
        }
        assertThat(IpcTable.now().items()).noneMatch(item -> item.key() == key.value());
        assertThat(privateSets()).isEqualTo(others);
    }

    @Test
    void aClientGoesOnThoughTheLockOfItsServerIsRemovedAndStillHearsOfTheServersEnd() throws Exception {
        Server server = Server.on(new QueueTransport(key))
                .service("echo", TestServices.echo())
                .start();
        try (Client client = Client.connect(new QueueTransport(key))) {
            for (int round = 0; round < 3; round++) {
                Command.of("ipcrm", "-s", "" + lock().orElseThrow().id()).run().expect(0);
                assertThat(client.collect("echo", HELLO, 100, PATIENT)).isEqualTo(HELLO);
                Await.until("the lock is back", () -> isRunning(server.queueId()));
                assertThat(client.collect("echo", HELLO, 100, PATIENT)).isEqualTo(HELLO);
            }
            server.close();
            assertThatExceptionOfType(ServerGoneException.class)
                    .isThrownBy(() -> client.collect("echo", HELLO, 100, PATIENT));
        } finally {
            server.close();
        }
    }

    @Test
    void aServerReceivesItsOwnMessageAndNobodyElseIsTakenForIt() throws InterruptedException {
        try (ServerEndpoint server = new QueueTransport(key).bind(Access.OWNER)) {
            Envelope envelope = server.newEnvelope();
            int queue = server.queueId().orElseThrow();
            MessageQueue.ofId(queue).trySend(MessageBuffer.allocate().put(Long.MAX_VALUE, new byte[0]));
            assertThat(server.receive(envelope)).isTrue();
            assertThat(server.isProbe(envelope)).isFalse();

            assertThat(server.sendProbe()).isTrue();
            assertThat(server.receive(envelope)).isTrue();
            assertThat(server.isProbe(envelope)).isTrue();
            assertThat(server.isProbe(envelope)).as("once for each").isFalse();
        }
    }

    @Test
    void whereTheQueueIsFullThereIsNoNeedForAnotherMessage() throws InterruptedException {
        try (ServerEndpoint server = new QueueTransport(key).bind(Access.OWNER)) {
            MessageQueue queue = MessageQueue.ofId(server.queueId().orElseThrow());
            MessageBuffer large = MessageBuffer.allocate().put(7, new byte[8_192]);
            while (queue.trySend(large)) {
                assertThat(queue.status().messages()).isLessThan(100);
            }
            assertThat(server.sendProbe()).isTrue();
            assertThat(server.receive(server.newEnvelope())).isTrue();
        }
    }
}
