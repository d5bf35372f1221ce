package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Content;
import dev.letterbox.ContentSink;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.TestServices;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import dev.letterbox.wire.SessionWire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How a server ends or is disturbed, and what callers in a session hear of it. */
final class ServerEndTest {
    /** What a client allows a server to send before it hears that more is wanted. */
    private static final int WINDOW = 1 << 20;

    private static final Timeout PATIENT = Timeout.ofTotal(Duration.ofHours(1));
    /** Far below every timeout here: whoever is told in this time was not told by one. */
    private static final Duration AT_ONCE = Deadline.PATIENCE;

    private final Key key = Key.free();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A killed server leaves its queue and its lock's set behind, as it must: the next server takes them over. */
    private void cleanUpAfterKill() {
        Server.on(new QueueTransport(key)).start().close();
    }

    // Killed

    @Test
    void everyWaitingCallHearsAtOnceThatTheServerWasKilled() throws Exception {
        try (ChildProcess server = SessionServer.start(key);
                Client client = Client.connect(new QueueTransport(key))) {
            List<Background<byte[]>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                calls.add(Background.start("calls", () -> client.collect("never", bytes(""), 100, PATIENT)));
            }
            for (int i = 0; i < 8; i++) {
                calls.add(Background.start(
                        "calls",
                        () -> client.collect("never", bytes(""), 100, Timeout.ofSilence(Duration.ofHours(1)))));
            }
            assertThat(client.collect("echo", bytes("hello"), 100, PATIENT)).isEqualTo(bytes("hello"));
            server.signal("KILL");
            for (Background<byte[]> call : calls) {
                assertThat(call.failure(AT_ONCE)).isInstanceOf(ServerGoneException.class);
                call.close();
            }
            assertThatExceptionOfType(ServerGoneException.class)
                    .isThrownBy(() -> client.collect("echo", bytes(""), 100, PATIENT))
                    .withMessage("The server has exited. Connect again when a server is running.");
        }
        cleanUpAfterKill();
    }

    /** Nobody would ever make room for them. */
    @Test
    void whoWaitsToSendToAKilledServerHearsOfItAtOnce() throws Exception {
        try (ChildProcess server = SessionServer.start(key);
                Client client = Client.connect(new QueueTransport(key))) {
            server.signal("STOP");
            MessageQueue queue = MessageQueue.open(key);
            MessageBuffer noise = MessageBuffer.allocate().put(9, new byte[8_000]);
            while (queue.trySend(noise)) {}
            List<Background<byte[]>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                calls.add(Background.start("calls", () -> client.collect("echo", new byte[2_000], 10_000, PATIENT)));
            }
            Await.until(
                    "one sleeps in the kernel, for all",
                    () -> Proc.self().tasks().stream().anyMatch(task -> task.isAsleepIn(Syscall.MSGSND)));
            server.signal("KILL");
            for (Background<byte[]> call : calls) {
                assertThat(call.failure(AT_ONCE)).isInstanceOf(ServerGoneException.class);
                call.close();
            }
        }
        cleanUpAfterKill();
    }

    @Test
    void aClientOfAnotherUserHearsOfItAtOnceToo() {
        Privileges.assumeOtherUsers();
        try (ChildProcess server = SessionServer.start(key);
                ChildProcess client = JavaProcess.running(SessionCaller.class)
                        .readableByAll()
                        .command(key.toString(), "never", "")
                        .asUser(Privileges.NOBODY)
                        .start()) {
            client.awaitLine("connected");
            client.proc().awaitAsleepIn(Syscall.MSGRCV);
            server.signal("KILL");
            assertThat(client.exit(AT_ONCE).expect(0).lines().getLast()).startsWith("ServerGoneException: ");
        }
        cleanUpAfterKill();
    }

    /** What it had sent before is not lost. */
    @Test
    void answersThatWereSentBeforeTheEndAreTaken() throws Exception {
        Client client;
        Background<byte[]> call;
        try (ChildProcess server = SessionServer.start(key)) {
            client = Client.connect(new QueueTransport(key));
            CountDownLatch first = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            StringBuilder came = new StringBuilder();
            call = Background.start("calls", () -> {
                client.fetch(
                        "echo",
                        bytes("x".repeat(8_100)),
                        piece -> {
                            came.append(StandardCharsets.UTF_8.decode(piece));
                            first.countDown();
                            awaitGate(goOn);
                        },
                        PATIENT);
                return bytes(came.toString());
            });
            assertThat(first.await(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            server.signal("KILL");
            server.exit();
            goOn.countDown();
        }
        try (client;
                call) {
            assertThat(call.result()).hasSize(8_100);
        }
        cleanUpAfterKill();
    }

    private static void awaitGate(CountDownLatch gate) throws IOException {
        try {
            gate.await();
        } catch (InterruptedException told) {
            throw new IOException(told);
        }
    }

    @Test
    void theNextServerServesThoseWhoConnectAnew() throws Exception {
        try (ChildProcess server = SessionServer.start(key);
                Client old = Client.connect(new QueueTransport(key))) {
            server.signal("KILL");
            server.exit();
            try (ChildProcess next = SessionServer.start(key);
                    Client anew = Client.connect(new QueueTransport(key))) {
                assertThat(anew.collect("echo", bytes("hello"), 100, PATIENT)).isEqualTo(bytes("hello"));
                assertThatExceptionOfType(ServerGoneException.class)
                        .isThrownBy(() -> old.collect("echo", bytes("hello"), 100, PATIENT));
                next.signal("TERM");
                next.exit().expect(143);
            }
        }
    }

    // Greeted in vain

    private Background<Client> greeting() {
        return Background.start("greets", () -> Client.connect(new QueueTransport(key)));
    }

    @Test
    void whoGreetsWhatAKilledServerLeftHearsAtOnceThatNobodyIsThere() {
        try (ChildProcess server = SessionServer.start(key)) {
            server.signal("KILL");
            server.exit();
        }
        try (Background<Client> client = greeting()) {
            assertThat(client.failure(AT_ONCE)).isInstanceOf(ServerGoneException.class);
        }
        cleanUpAfterKill();
    }

    private void killWhileAClientGreets(ChildProcess server, Syscall asleepIn) {
        try (Background<Client> client = greeting()) {
            client.awaitAsleepIn(asleepIn);
            server.signal("KILL");
            assertThat(client.failure(AT_ONCE)).isInstanceOf(ServerGoneException.class);
        }
    }

    @Test
    void whoseGreetingIsUnansweredWhenTheServerIsKilledHearsOfItAtOnce() {
        try (ChildProcess server = SessionServer.start(key)) {
            server.signal("STOP");
            killWhileAClientGreets(server, Syscall.MSGRCV);
        }
        cleanUpAfterKill();
    }

    @Test
    void whoseGreetingHasNoRoomWhenTheServerIsKilledHearsOfItAtOnce() {
        try (ChildProcess server = SessionServer.start(key)) {
            server.signal("STOP");
            MessageQueue queue = MessageQueue.open(key);
            MessageBuffer noise = MessageBuffer.allocate();
            while (queue.trySend(noise.put(9, new byte[8_000]))) {}
            while (queue.trySend(noise.put(9, new byte[8]))) {}
            killWhileAClientGreets(server, Syscall.MSGSND);
        }
        cleanUpAfterKill();
    }

    /** Programs with a queue and a semaphore set under one key are common: no lock of theirs says that nobody serves. */
    @Test
    void aClassicServerIsGreetedThoughAnotherProgramsSemaphoresHaveItsKey() throws Exception {
        Squatter.make(key.value(), 8, 0_644);
        try (OwnedQueue classic = OwnedQueue.create(key, Mode.OWNER);
                Background<Client> client = greeting()) {
            MessageBuffer greeting = MessageBuffer.allocate();
            assertThat(classic.tryReceive(greeting, Selector.any(), AT_ONCE)).isTrue();
            MessageQueue.ofId(greeting.bytes().getInt(0)).trySend(greeting.put(1, bytes("Couldn't open")));
            assertThat(client.failure(AT_ONCE)).hasMessage("The server speaks only classic dialects.");
        } finally {
            Command.of("ipcrm", "-S", key.toString()).run().expect(0);
        }
    }

    // Stopped

    private static Background<Boolean> close(Server server) {
        return Background.start("closes the server", () -> {
            server.close();
            return true;
        });
    }

    private static Background<Long> fetching(Client client, ContentSink sink) {
        return Background.start("fetches", () -> client.fetch("big", bytes(""), sink, PATIENT));
    }

    /** More than one window: it ends only if the client is heard while the server stops. */
    @Test
    void aTransferUnderWayIsFinishedFirst() throws Exception {
        byte[] content = TempFiles.bytes(2_400_000);
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Server server = Server.on(new QueueTransport(key))
                .service("big", _ -> Content.of(content))
                .service("small", TestServices.echo())
                .stopPatience(Deadline.PATIENCE)
                .start();
        try (server;
                Client client = Client.connect(new QueueTransport(key));
                Background<Long> transfer = fetching(client, _ -> {
                    first.countDown();
                    awaitGate(goOn);
                })) {
            first.await();
            try (Background<Boolean> closing = close(server)) {
                // It stops already: whoever asks now is told at once, and not when the others are done.
                Await.asserted(() -> assertThatExceptionOfType(RequestRefusedException.class)
                        .isThrownBy(() -> client.collect("small", bytes("now?"), 100, PATIENT))
                        .matches(refused -> refused.kind() == FailureKind.STOPPING));
                goOn.countDown();
                assertThat(transfer.result()).isEqualTo(2_400_000);
                closing.result();
            }
            assertThat(server.statistics().ended(Outcome.STOPPED)).isPositive();
        }
    }

    /** The client asks for more as it reads the rest, and nobody is there to hear that. */
    @Test
    void aResponseThatWasSentWholeBeforeTheServerEndedComesWhole() throws Exception {
        int half = WINDOW / 2;
        byte[] content = TempFiles.bytes(half + 8_000);
        CountDownLatch nearHalf = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger read = new AtomicInteger();
        Server server = Server.on(new QueueTransport(key))
                .service("big", _ -> Content.of(content))
                .stopPatience(Deadline.PATIENCE)
                .start();
        try (server;
                Client client = Client.connect(new QueueTransport(key));
                Background<Long> transfer = fetching(client, piece -> {
                    if (read.addAndGet(piece.remaining()) > half - 9_000) {
                        nearHalf.countDown();
                        awaitGate(goOn);
                    }
                })) {
            nearHalf.await();
            assertThat(read).hasValueLessThan(half);
            server.close();
            goOn.countDown();
            assertThat(transfer.result()).isEqualTo(content.length);
        }
    }

    @Test
    void whoIsNotDoneInTimeIsToldThatTheServerStops() throws Exception {
        TestServices.Endless endless = new TestServices.Endless();
        TestServices.Gated gated = new TestServices.Gated();
        Server server = Server.on(new QueueTransport(key))
                .service("endless", endless)
                .service("gated", gated)
                .start();
        try (server;
                HandmadeClient client = HandmadeClient.inSessionWith(server)) {
            // It has taken all that it allowed, and says no more.
            client.request(client.credentials(), 1, "endless", "", 0, 100);
            assertThat(client.next().text()).hasSize(100);
            // And this one is in the service, which heeds an interrupt.
            client.request(2, "gated", "");
            gated.reached.await();
            server.close();
            List<HandmadeClient.Answer> answers = List.of(client.next(), client.next());
            assertThat(answers).anyMatch(answer -> answer.id() == 1 && answer.isFailure(FailureKind.STOPPING));
            assertThat(answers).anyMatch(answer -> answer.id() == 2 && answer.what() == SessionWire.FAILURE);
            assertThat(endless.closed).hasValue(1);
            assertThat(server.statistics().atWork()).isZero();
            assertThat(server.statistics().ended(Outcome.STOPPED)).isEqualTo(1);
        }
    }

    /** A service that heeds nothing must not keep the server from ending. */
    @Test
    void aServiceThatNeverReturnsDoesNotKeepTheServer() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        Server server = Server.on(new QueueTransport(key))
                .service("deaf", _ -> {
                    reached.countDown();
                    boolean waiting = true;
                    while (waiting) {
                        try {
                            free.await();
                            waiting = false;
                        } catch (InterruptedException ignored) {
                            waiting = true;
                        }
                    }
                    return Content.of("at last");
                })
                .start();
        try (server;
                HandmadeClient client = HandmadeClient.inSessionWith(server)) {
            client.request(1, "deaf", "");
            reached.await();
            try (Background<Boolean> closing = close(server)) {
                closing.result();
            } finally {
                free.countDown();
            }
            Await.until("its worker ends", () -> server.statistics().atWork() == 0);
        }
    }

    /** Requests that do not cease to come must not keep it from ending. */
    @Test
    void aFloodDoesNotKeepTheServerFromStopping() throws Exception {
        Server server = Server.on(new QueueTransport(key))
                .service("echo", TestServices.echo())
                .start();
        try (server;
                HandmadeClient client = HandmadeClient.inSessionWith(server);
                Background<Boolean> flood = Background.start("floods", () -> {
                    MessageQueue queue = MessageQueue.ofId(server.queueId());
                    MessageBuffer noise = MessageBuffer.allocate().put(SessionWire.REQUEST_TYPE, new byte[64]);
                    try {
                        while (!Thread.interrupted()) {
                            queue.trySend(noise);
                        }
                        return true;
                    } catch (QueueException removed) {
                        return true;
                    }
                })) {
            Await.until("it is flooded", () -> server.statistics().malformed() > 1_000);
            try (Background<Boolean> closing = close(server)) {
                closing.result();
            }
            flood.result();
            assertThat(client.waiting()).isZero();
        }
    }

    // Disturbed

    @Test
    void aQueueThatWasRemovedIsMadeAgain() throws Exception {
        Server server = Server.on(new QueueTransport(key))
                .service("echo", TestServices.echo())
                .start();
        try (server) {
            int before = server.queueId();
            MessageQueue.open(key).remove();
            Await.until("there is another queue", () -> server.queueId() != before);
            try (Client client = Client.connect(new QueueTransport(key))) {
                assertThat(client.collect("echo", bytes("hello"), 100, PATIENT)).isEqualTo(bytes("hello"));
            }
            server.close();
            assertThat(IpcTable.now().queueOfKey(key.value())).isEmpty();
        }
    }
}
