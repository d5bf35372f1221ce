package dev.letterbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.SendOutcome;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine keeps, whatever it stands on. An engine's own test extends this. */
@SuppressWarnings("try") // It closes by hand, since closing is one thing that it tests.
abstract class TransportContract {
    private static final long TYPE = 5;

    private Transport transport;
    private final MessageBuffer message = MessageBuffer.allocate();

    /** Makes a transport on which nobody serves. */
    abstract Transport transport();

    /** Fails if anything of that transport, or of its clients, is left. */
    abstract void assertNothingIsLeft();

    @BeforeEach
    void makeTransport() {
        transport = transport();
    }

    @AfterEach
    void nothingIsLeft() {
        assertNothingIsLeft();
    }

    // Messages as the server's code sees them: a return address, and a text.

    private static MessageBuffer request(int returnAddress, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return MessageBuffer.allocate()
                .put(
                        TYPE,
                        ByteBuffer.allocate(4 + bytes.length)
                                .order(ByteOrder.nativeOrder())
                                .putInt(returnAddress)
                                .put(bytes)
                                .array());
    }

    private static String textOf(MessageBuffer request) {
        byte[] bytes = request.toByteArray();
        return new String(bytes, 4, bytes.length - 4, StandardCharsets.UTF_8);
    }

    private static int returnAddressOf(MessageBuffer request) {
        return request.memory().get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }

    private Route.ToClient routeOfNext(ServerEndpoint server) throws InterruptedException {
        assertThat(server.receive(message)).isTrue();
        Route route = server.resolve(returnAddressOf(message));
        assertThat(route).isInstanceOf(Route.ToClient.class);
        return (Route.ToClient) route;
    }

    private Route.ToClient routeTo(ClientEndpoint client, ServerEndpoint server) throws InterruptedException {
        client.send(request(client.address(), "hello"), Deadline.PATIENCE);
        return routeOfNext(server);
    }

    private boolean receives(ClientEndpoint client) throws InterruptedException {
        return client.receive(message, Deadline.PATIENCE);
    }

    private static MessageBuffer response(long type, byte[] body) {
        return MessageBuffer.allocate().put(type, body);
    }

    // Messages arrive whole, once, and in order

    @Test
    void aRequestAndItsResponseArriveAsTheyWere() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Route.ToClient route = routeTo(client, server);
            assertThat(message.type()).isEqualTo(TYPE);
            assertThat(textOf(message)).isEqualTo("hello");
            assertThat(route.address()).isEqualTo(client.address());
            for (int size : new int[] {0, 1, 4_096, 8_192}) {
                byte[] body = TempFiles.bytes(size);
                assertThat(route.offer(response(size + 1, body))).isEqualTo(SendOutcome.SENT);
                assertThat(receives(client)).isTrue();
                assertThat(message.type()).isEqualTo(size + 1);
                assertThat(message.toByteArray()).isEqualTo(body);
            }
            assertThat(client.receive(message, Duration.ZERO)).isFalse();
        }
    }

    @Test
    void requestsOfEachClientArriveOnceAndInOrder() throws Exception {
        int clients = 4;
        int each = 500;
        try (ServerEndpoint server = transport.bind(Access.OWNER)) {
            List<Background<Boolean>> senders = new ArrayList<>();
            for (int c = 0; c < clients; c++) {
                senders.add(Background.start("client " + c, () -> {
                    try (ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
                        for (int i = 0; i < each; i++) {
                            client.send(request(client.address(), "" + i), Deadline.PATIENCE);
                        }
                        return true;
                    }
                }));
            }
            Map<Integer, Integer> next = new HashMap<>();
            for (int i = 0; i < clients * each; i++) {
                assertThat(server.receive(message)).isTrue();
                int expected = next.merge(returnAddressOf(message), 1, Integer::sum) - 1;
                assertThat(textOf(message)).isEqualTo("" + expected);
            }
            assertThat(next).hasSize(clients);
            assertThat(server.tryReceive(message)).isFalse();
            for (Background<Boolean> sender : senders) {
                sender.result();
                sender.close();
            }
        }
    }

    @Test
    void eachClientReceivesWhatIsSentToIt() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint one = transport.connect(Deadline.PATIENCE);
                ClientEndpoint other = transport.connect(Deadline.PATIENCE)) {
            assertThat(one.address()).isNotEqualTo(other.address());
            Route.ToClient toOne = routeTo(one, server);
            Route.ToClient toOther = routeTo(other, server);
            toOther.offer(response(2, new byte[2]));
            toOne.offer(response(1, new byte[1]));
            assertThat(receives(one)).isTrue();
            assertThat(message.type()).isEqualTo(1);
            assertThat(receives(other)).isTrue();
            assertThat(message.type()).isEqualTo(2);
        }
    }

    // Full

    @Test
    void aClientThatDoesNotReadIsFullAndLosesNothing() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Route.ToClient route = routeTo(client, server);
            assertThat(route.capacity()).isPositive();
            int sent = 0;
            while (route.offer(response(sent + 1, new byte[4_000])) == SendOutcome.SENT) {
                sent++;
            }
            assertThat(sent).isPositive();
            assertThat(route.offer(response(9, new byte[4_000]))).isEqualTo(SendOutcome.FULL);
            assertThat(route.offerAgain(response(9, new byte[4_000]))).isEqualTo(SendOutcome.FULL);
            for (int i = 0; i < sent; i++) {
                assertThat(receives(client)).isTrue();
                assertThat(message.type()).isEqualTo(i + 1);
                assertThat(message.size()).isEqualTo(4_000);
            }
            assertThat(client.receive(message, Duration.ZERO)).isFalse();
            assertThat(route.offer(response(9, new byte[4_000]))).isEqualTo(SendOutcome.SENT);
            assertThat(route.offerAgain(response(10, new byte[4_000]))).isEqualTo(SendOutcome.SENT);
            assertThat(receives(client)).isTrue();
            assertThat(receives(client)).isTrue();
            assertThat(message.type()).isEqualTo(10);
        }
    }

    @Test
    void aFullServerRefusesInTimeAndLosesNothing() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            AtomicInteger sent = new AtomicInteger();
            assertThatExceptionOfType(QueueException.class).isThrownBy(() -> {
                while (true) {
                    client.send(request(client.address(), "x".repeat(4_000)), Duration.ofMillis(50));
                    sent.incrementAndGet();
                }
            });
            for (int i = 0; i < sent.get(); i++) {
                assertThat(server.tryReceive(message)).isTrue();
                assertThat(textOf(message)).hasSize(4_000);
            }
            assertThat(server.tryReceive(message)).isFalse();
        }
    }

    // Gone

    @Test
    void aClientThatIsGoneIsToldAsGone() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER)) {
            ClientEndpoint client = transport.connect(Deadline.PATIENCE);
            Route.ToClient route = routeTo(client, server);
            assertThat(route.isUnchanged(0)).isTrue();
            client.close();
            assertThat(route.isUnchanged(0)).isFalse();
            assertThat(route.offer(response(1, new byte[1]))).isEqualTo(SendOutcome.GONE);
            assertThat(route.offerAgain(response(1, new byte[1]))).isEqualTo(SendOutcome.GONE);
            assertThat(server.resolve(client.address())).isEqualTo(Route.None.GONE);
        }
    }

    @Test
    void theServersOwnQueueIsNoReturnAddress() {
        try (ServerEndpoint server = transport.bind(Access.OWNER)) {
            assertThat(server.resolve(server.address())).isEqualTo(Route.None.NOT_PRIVATE);
        }
    }

    @Test
    void withoutAServerThereIsNoClient() {
        assertThatExceptionOfType(QueueException.class).isThrownBy(() -> {
            transport.connect(Deadline.PATIENCE).close();
        });
        transport.bind(Access.OWNER).close();
        assertThatExceptionOfType(QueueException.class).isThrownBy(() -> {
            transport.connect(Deadline.PATIENCE).close();
        });
    }

    @Test
    void whatIsSentToAServerThatIsGoneIsRefused() {
        ServerEndpoint server = transport.bind(Access.OWNER);
        try (ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            server.close();
            assertThatExceptionOfType(QueueException.class)
                    .isThrownBy(() -> client.send(request(client.address(), "hello"), Deadline.PATIENCE));
            assertThat(client.whySilent()).isNotEmpty();
        }
    }

    @Test
    void aClientIsToldOnceThatItsServerHasEnded() throws InterruptedException {
        ServerEndpoint server = transport.bind(Access.OWNER);
        try (ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            AtomicInteger told = new AtomicInteger();
            CountDownLatch ended = new CountDownLatch(1);
            client.onServerEnd(() -> {
                told.incrementAndGet();
                ended.countDown();
            });
            assertThat(ended.getCount()).isEqualTo(1);
            server.close();
            assertThat(ended.await(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(told).hasValue(1);
        }
    }

    // Whose

    @Test
    void thereIsOneServer() {
        try (ServerEndpoint server = transport.bind(Access.OWNER)) {
            assertThatExceptionOfType(ServerStartException.class)
                    .isThrownBy(() -> transport.bind(Access.OWNER).close());
            assertThat(server.address()).isNotNegative();
        }
        transport.bind(Access.OWNER).close();
    }

    @Test
    void theServerKnowsWhoMadeThePrivateQueueAndThatNobodyElseReadsIt() throws InterruptedException {
        int me = (int) Linux.host().geteuid();
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Route.ToClient route = routeTo(client, server);
            assertThat(route.owner().uid()).isEqualTo(me);
            assertThat(route.isConfidential()).isTrue();
        }
    }

    // Waiting, and its end

    @Test
    void whoWaitsForARequestIsWokenByOne() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE);
                Background<String> waiting = Background.start("receives", () -> {
                    MessageBuffer into = MessageBuffer.allocate();
                    return server.receive(into) ? textOf(into) : "stopped";
                })) {
            awaitAsleep(waiting);
            client.send(request(client.address(), "wake up"), Deadline.PATIENCE);
            assertThat(waiting.result()).isEqualTo("wake up");
        }
    }

    @Test
    void stoppingEndsTheWaitAndLeavesWhatIsThere() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            try (Background<Boolean> waiting =
                    Background.start("receives", () -> server.receive(MessageBuffer.allocate()))) {
                awaitAsleep(waiting);
                server.stop();
                assertThat(waiting.result()).isFalse();
            }
            client.send(request(client.address(), "late"), Deadline.PATIENCE);
            assertThat(server.receive(message)).isFalse();
            assertThat(server.tryReceive(message)).isTrue();
            assertThat(textOf(message)).isEqualTo("late");
            // Its client can still be told.
            Route.ToClient route = (Route.ToClient) server.resolve(client.address());
            assertThat(route.offer(response(3, new byte[3]))).isEqualTo(SendOutcome.SENT);
            assertThat(receives(client)).isTrue();
            server.stop();
        }
    }

    @Test
    void ofRequestsThatWaitWhenItStopsNoneIsLost() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            int count = 10;
            for (int i = 0; i < count; i++) {
                client.send(request(client.address(), "" + i), Deadline.PATIENCE);
            }
            int received = 0;
            while (received < count) {
                // Half of them as usual, and then it stops.
                if (received == count / 2) {
                    server.stop();
                    assertThat(server.receive(message)).isFalse();
                }
                assertThat(received < count / 2 ? server.receive(message) : server.tryReceive(message))
                        .isTrue();
                assertThat(textOf(message)).isEqualTo("" + received);
                received++;
            }
            assertThat(server.tryReceive(message)).isFalse();
        }
    }

    @Test
    void anInterruptEndsTheServersWait() {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                Background<Boolean> waiting =
                        Background.start("receives", () -> server.receive(MessageBuffer.allocate()))) {
            awaitAsleep(waiting);
            waiting.interrupt();
            assertThat(waiting.failure()).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void aClientsWaitEndsInTimeByAnInterruptAndByAMessageOfItsOwn() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            assertThat(client.receive(message, Duration.ofMillis(20))).isFalse();
            try (Background<Boolean> waiting =
                    Background.start("receives", () -> client.receive(MessageBuffer.allocate(), Duration.ofHours(1)))) {
                awaitAsleep(waiting);
                waiting.interrupt();
                assertThat(waiting.failure()).isInstanceOf(InterruptedException.class);
            }
            try (Background<Boolean> waiting =
                    Background.start("receives", () -> client.receive(MessageBuffer.allocate(), Duration.ofHours(1)))) {
                awaitAsleep(waiting);
                client.wake();
                assertThat(waiting.result()).isTrue();
            }
            assertThat(server.tryReceive(message)).isFalse();
        }
    }

    @Test
    void closingAClientEndsItsWait() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER)) {
            ClientEndpoint client = transport.connect(Deadline.PATIENCE);
            try (Background<Boolean> waiting =
                    Background.start("receives", () -> client.receive(MessageBuffer.allocate(), Duration.ofHours(1)))) {
                awaitAsleep(waiting);
                client.close();
                assertThat(waiting.failure()).isInstanceOf(QueueException.class);
            }
            client.close();
            assertThat(server.tryReceive(message)).isFalse();
        }
    }

    /** Waits until a thread waits, in whatever way the engine does. */
    void awaitAsleep(Background<?> waiting) {
        Await.until(
                "it sleeps",
                () -> waiting.thread().getState() != Thread.State.RUNNABLE || isAsleepInTheKernel(waiting));
    }

    private static boolean isAsleepInTheKernel(Background<?> waiting) {
        return Proc.self().tasks().stream()
                .anyMatch(task -> task.tid() == waiting.tid()
                        && task.state() == 'S'
                        && task.syscall().isPresent());
    }
}
