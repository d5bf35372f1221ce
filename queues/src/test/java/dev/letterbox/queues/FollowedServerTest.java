package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.TestServices;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.IpcTable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A client in a session goes on when its server's queue is removed, and sends to no other queue than its server's. */
final class FollowedServerTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final Timeout PATIENT = Timeout.ofTotal(Duration.ofHours(1));

    private final Key key = Key.free();

    private Server server() {
        return Server.on(new QueueTransport(key))
                .service("echo", TestServices.echo())
                .start();
    }

    /** Until it goes on, there is no queue. */
    private void stopAndRemoveQueue(ChildProcess process) {
        process.signal("STOP");
        Command.of("ipcrm", "-Q", key.toString()).run().expect(0);
    }

    private static void end(ChildProcess process) {
        process.signal("TERM");
        process.exit().expect(143);
    }

    private static void remove(int queue) {
        Command.of("ipcrm", "-q", "" + queue).run().expect(0);
    }

    /** The queue is there again, or will be in a moment: it makes no difference. */
    @Test
    void aClientGoesOnWhenTheQueueOfItsServerIsRemoved() throws Exception {
        try (Server server = server();
                Client client = Client.connect(new QueueTransport(key))) {
            for (int round = 0; round < 20; round++) {
                remove(server.queueId());
                assertThat(client.collect("echo", HELLO, 100, PATIENT)).isEqualTo(HELLO);
            }
        }
    }

    @Test
    void aClientStillHearsOfTheEndOfTheServerThatItFollowed() throws Exception {
        Server server = server();
        try (server;
                Client client = Client.connect(new QueueTransport(key))) {
            remove(server.queueId());
            assertThat(client.collect("echo", HELLO, 100, PATIENT)).isEqualTo(HELLO);
            server.close();
            assertThatExceptionOfType(ServerGoneException.class)
                    .isThrownBy(() -> client.collect("echo", HELLO, 100, PATIENT));
        }
    }

    @Test
    void aClientGoesOnIfTheLockIsRemovedTooSomeTimeAfterTheQueue() throws Exception {
        try (Server server = server();
                Client client = Client.connect(new QueueTransport(key))) {
            int first = server.queueId();
            remove(first);
            Await.until("there is another queue", () -> server.queueId() != first);
            Command.of("ipcrm", "-S", key.toString()).run().expect(0);
            Await.until(
                    "the lock is back",
                    () -> MessageQueues.find(server.queueId())
                            .flatMap(ServerStatus::of)
                            .filter(found -> found.state() == ServerStatus.State.RUNNING)
                            .isPresent());
            assertThat(client.collect("echo", HELLO, 100, PATIENT)).isEqualTo(HELLO);
        }
    }

    @Test
    void aRequestWaitsForAServerThatHasYetToMakeItsQueueAgain() throws Exception {
        try (ChildProcess process = SessionServer.start(key);
                Client client = Client.connect(new QueueTransport(key))) {
            stopAndRemoveQueue(process);
            assertThatExceptionOfType(ServerGoneException.class)
                    .isThrownBy(() -> client.collect("echo", HELLO, 100, Timeout.ofSilence(Duration.ofMillis(50))));
            try (Background<byte[]> call =
                    Background.start("asks", () -> client.collect("echo", HELLO, 100, PATIENT))) {
                process.signal("CONT");
                assertThat(call.result()).isEqualTo(HELLO);
            }
            end(process);
        }
    }

    @Test
    void aClientThatComesWhileTheServerHasNoQueueWaitsForIt() throws Exception {
        try (ChildProcess process = SessionServer.start(key)) {
            stopAndRemoveQueue(process);
            assertThatExceptionOfType(NoServerException.class)
                    .isThrownBy(() -> Client.connect(new QueueTransport(key), Duration.ofMillis(50)));
            process.signal("CONT");
            try (Client client = Client.connect(new QueueTransport(key))) {
                assertThat(client.collect("echo", HELLO, 100, PATIENT)).isEqualTo(HELLO);
            }
            end(process);
        }
    }

    @Test
    void whoWaitsForTheQueueHearsAtOnceThatTheServerWasKilled() throws Exception {
        try (ChildProcess process = SessionServer.start(key);
                Client client = Client.connect(new QueueTransport(key))) {
            stopAndRemoveQueue(process);
            try (Background<byte[]> call =
                    Background.start("asks", () -> client.collect("echo", HELLO, 100, PATIENT))) {
                process.signal("KILL");
                assertThat(call.failure(Deadline.PATIENCE)).isInstanceOf(ServerGoneException.class);
            }
        }
        server().close();
    }

    @Test
    void whoWaitsForTheQueueHeedsAnInterrupt() throws Exception {
        try (ChildProcess process = SessionServer.start(key);
                Client client = Client.connect(new QueueTransport(key))) {
            stopAndRemoveQueue(process);
            try (Background<byte[]> call =
                    Background.start("asks", () -> client.collect("echo", HELLO, 100, PATIENT))) {
                call.interrupt();
                assertThat(call.failure(Deadline.PATIENCE)).isInstanceOf(InterruptedException.class);
            }
            process.signal("KILL");
        }
        server().close();
    }

    /** Whoever got a request would have the session's token. */
    @Test
    void noRequestGoesToAnotherProgramsQueueWithTheKey() throws Exception {
        try (ChildProcess process = SessionServer.start(key);
                Client client = Client.connect(new QueueTransport(key))) {
            stopAndRemoveQueue(process);
            try (OwnedQueue other = OwnedQueue.create(key, Mode.of(0_622))) {
                assertThatExceptionOfType(ServerGoneException.class)
                        .isThrownBy(
                                () -> client.collect("echo", HELLO, 100, Timeout.ofSilence(Duration.ofMillis(100))));
                assertThat(other.status().messages()).isZero();
                assertThat(other.status().sent()).isEmpty();
            }
            process.signal("CONT");
            assertThat(client.collect("echo", HELLO, 100, PATIENT)).isEqualTo(HELLO);
            end(process);
        }
        assertThat(IpcTable.now().queueOfKey(key.value())).isEmpty();
    }

    /** Nobody tells the client. */
    @Test
    void aRequestThatWasLostWithTheQueueIsSentAgain() throws Exception {
        loseTwoRequests(_ -> {});
    }

    /** The server refuses ids that are 4096 behind the highest. */
    @Test
    void aRequestThatWasLostWithTheQueueIsSentAgainBeforeThoseOfOtherCallers() throws Exception {
        loseTwoRequests(client -> {
            for (int each = 0; each < 5_000; each++) {
                assertThat(client.collect("echo", HELLO, 100, PATIENT)).isEqualTo(HELLO);
            }
        });
    }

    private interface Caller {
        void call(Client client) throws Exception;
    }

    private void loseTwoRequests(Caller then) throws Exception {
        try (ChildProcess process = SessionServer.start(key);
                Client client = Client.connect(new QueueTransport(key))) {
            process.signal("STOP");
            try (Background<byte[]> one = Background.start("one", () -> client.collect("echo", HELLO, 100, PATIENT));
                    Background<byte[]> other =
                            Background.start("other", () -> client.collect("echo", HELLO, 100, PATIENT))) {
                IpcTable.awaitMessages(key.value(), 2);
                Command.of("ipcrm", "-Q", key.toString()).run().expect(0);
                process.signal("CONT");
                then.call(client);
                assertThat(one.result()).isEqualTo(HELLO);
                assertThat(other.result()).isEqualTo(HELLO);
            }
            end(process);
        }
    }

    @Test
    void whoGetsNoAnswerIsToldOfTheQueueThatTheServerHasNow() throws Exception {
        try (Server server = server();
                ClientEndpoint client = new QueueTransport(key).connect(Deadline.PATIENCE)) {
            assertThat(client.onServerEnd(() -> {})).isTrue();
            int first = server.queueId();
            assertThat(client.whySilent()).startsWith("Is the server on queue " + first);
            assertThat(client.serverQueue()).isEqualTo(first);
            remove(first);
            Await.until("there is another queue", () -> server.queueId() != first);
            assertThat(client.whySilent()).startsWith("Is the server on queue " + server.queueId());
            assertThat(client.serverQueue()).isEqualTo(server.queueId());
        }
    }
}
