package dev.letterbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.ReturnAddress;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.TransportException;
import dev.letterbox.server.Server;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine keeps, whatever it stands on. An engine's own test extends this. */
@SuppressWarnings("try") // It closes by hand, since closing is one thing that it tests.
public abstract class TransportContract {
    private static final long TYPE = 5;

    private Transport transport;

    /** Makes a transport on which nobody serves. */
    protected abstract Transport transport();

    /** Fails if anything of that transport, or of its clients, is left. */
    protected abstract void assertNothingIsLeft();

    @BeforeEach
    void makeTransport() {
        transport = transport();
    }

    @AfterEach
    void nothingIsLeft() {
        assertNothingIsLeft();
    }

    // Messages as the server's code sees them: a return address, and a text.

    private static Message request(ClientEndpoint client, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return client.newMessage()
                .put(
                        TYPE,
                        ByteBuffer.allocate(4 + bytes.length)
                                .order(ByteOrder.nativeOrder())
                                .putInt(client.statedAddress())
                                .put(bytes)
                                .array());
    }

    private static String textOf(Message request) {
        byte[] bytes = request.toByteArray();
        return new String(bytes, 4, bytes.length - 4, StandardCharsets.UTF_8);
    }

    private static int returnAddressOf(Message request) {
        return request.memory().get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }

    private static Route resolve(ServerEndpoint server, Envelope envelope) {
        return server.resolve(envelope, returnAddressOf(envelope.message()));
    }

    private static Route.ToClient routeTo(ClientEndpoint client, ServerEndpoint server) throws InterruptedException {
        return routeTo(client, server, server.newEnvelope());
    }

    private static Route.ToClient routeTo(ClientEndpoint client, ServerEndpoint server, Envelope envelope)
            throws InterruptedException {
        client.send(request(client, "hello"), Deadline.PATIENCE);
        assertThat(server.receive(envelope)).isTrue();
        envelope.settlement().discard();
        Route route = resolve(server, envelope);
        assertThat(route).isInstanceOf(Route.ToClient.class);
        return (Route.ToClient) route;
    }

    private static Message received(ClientEndpoint client) throws InterruptedException {
        Message message = client.newMessage();
        assertThat(client.receive(message, Deadline.PATIENCE)).isTrue();
        return message;
    }

    private static boolean hasNothing(ClientEndpoint client) throws InterruptedException {
        return !client.receive(client.newMessage(), Duration.ZERO);
    }

    private static Message response(ServerEndpoint server, long type, int size) {
        return server.newMessage().put(type, TempFiles.bytes(size));
    }

    // Messages arrive whole, once, and in order

    @Test
    public void aRequestAndItsResponseArriveAsTheyWere() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Envelope envelope = server.newEnvelope();
            Route.ToClient route = routeTo(client, server, envelope);
            assertThat(envelope.message().type()).isEqualTo(TYPE);
            assertThat(textOf(envelope.message())).isEqualTo("hello");
            assertThat(route.address()).isEqualTo(client.address());
            for (int size : new int[] {0, 1, 4_096, 8_192}) {
                assertThat(route.offer(response(server, size + 1, size))).isEqualTo(Offer.SENT);
                Message message = received(client);
                assertThat(message.type()).isEqualTo(size + 1);
                assertThat(message.toByteArray()).isEqualTo(TempFiles.bytes(size));
            }
            assertThat(hasNothing(client)).isTrue();
        }
    }

    @Test
    public void requestsOfEachClientArriveOnceAndInOrder() throws Exception {
        int clients = 4;
        int each = 500;
        try (ServerEndpoint server = transport.bind(Access.OWNER)) {
            CountDownLatch allReceived = new CountDownLatch(1);
            List<Background<Boolean>> senders = new ArrayList<>();
            for (int c = 0; c < clients; c++) {
                senders.add(Background.start("client " + c, () -> {
                    try (ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
                        for (int i = 0; i < each; i++) {
                            client.send(request(client, "" + i), Deadline.PATIENCE);
                        }
                        // Its address is asked for until then.
                        return allReceived.await(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    }
                }));
            }
            Map<ReturnAddress, Integer> next = new HashMap<>();
            Envelope envelope = server.newEnvelope();
            for (int i = 0; i < clients * each; i++) {
                assertThat(server.receive(envelope)).isTrue();
                Route.ToClient from = (Route.ToClient) resolve(server, envelope);
                int expected = next.merge(from.address(), 1, Integer::sum) - 1;
                assertThat(textOf(envelope.message())).isEqualTo("" + expected);
                envelope.settlement().discard();
            }
            allReceived.countDown();
            assertThat(next).hasSize(clients);
            assertThat(server.tryReceive(envelope)).isFalse();
            for (Background<Boolean> sender : senders) {
                sender.result();
                sender.close();
            }
        }
    }

    @Test
    public void eachClientReceivesWhatIsSentToIt() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint one = transport.connect(Deadline.PATIENCE);
                ClientEndpoint other = transport.connect(Deadline.PATIENCE)) {
            assertThat(one.address()).isNotEqualTo(other.address());
            Route.ToClient toOne = routeTo(one, server);
            Route.ToClient toOther = routeTo(other, server);
            toOther.offer(response(server, 2, 2));
            toOne.offer(response(server, 1, 1));
            assertThat(received(one).type()).isEqualTo(1);
            assertThat(received(other).type()).isEqualTo(2);
        }
    }

    // Full

    @Test
    public void aClientThatDoesNotReadIsFullAndLosesNothing() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Route.ToClient route = routeTo(client, server);
            assertThat(route.capacity()).isPositive();
            int sent = 0;
            while (route.offer(response(server, sent + 1, 4_000)) == Offer.SENT) {
                sent++;
            }
            assertThat(sent).isPositive();
            assertThat(route.offer(response(server, 9, 4_000))).isEqualTo(Offer.FULL);
            assertThat(route.offerAgain(response(server, 9, 4_000))).isEqualTo(Offer.FULL);
            for (int i = 0; i < sent; i++) {
                Message message = received(client);
                assertThat(message.type()).isEqualTo(i + 1);
                assertThat(message.size()).isEqualTo(4_000);
            }
            assertThat(hasNothing(client)).isTrue();
            // A server may hear a moment later that there is room.
            Await.until("there is room", () -> route.offer(response(server, 9, 4_000)) == Offer.SENT);
            Await.until("there is more", () -> route.offerAgain(response(server, 10, 4_000)) == Offer.SENT);
            assertThat(received(client).type()).isEqualTo(9);
            assertThat(received(client).type()).isEqualTo(10);
        }
    }

    @Test
    public void aFullServerRefusesInTimeAndLosesNothing() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            AtomicInteger sent = new AtomicInteger();
            assertThatExceptionOfType(TransportException.class).isThrownBy(() -> {
                while (true) {
                    client.send(request(client, "x".repeat(4_000)), Duration.ofMillis(50));
                    sent.incrementAndGet();
                }
            });
            Envelope envelope = server.newEnvelope();
            for (int i = 0; i < sent.get(); i++) {
                Await.until("the next one is there", () -> server.tryReceive(envelope));
                assertThat(textOf(envelope.message())).hasSize(4_000);
                envelope.settlement().discard();
            }
            assertThat(server.tryReceive(envelope)).isFalse();
        }
    }

    // Gone

    @Test
    public void aClientThatIsGoneIsToldAsGone() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER)) {
            ClientEndpoint client = transport.connect(Deadline.PATIENCE);
            Envelope envelope = server.newEnvelope();
            Route.ToClient route = routeTo(client, server, envelope);
            assertThat(route.isUnchanged(0)).isTrue();
            client.close();
            Await.until("the engine knows", () -> !route.isUnchanged(0));
            assertThat(route.offer(response(server, 1, 1))).isEqualTo(Offer.GONE);
            assertThat(route.offerAgain(response(server, 1, 1))).isEqualTo(Offer.GONE);
            assertThat(resolve(server, envelope)).isEqualTo(Route.None.GONE);
        }
    }

    @Test
    public void theServersOwnQueueIsNoReturnAddress() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Envelope envelope = server.newEnvelope();
            routeTo(client, server, envelope);
            // An engine whose queues have names alone takes the return address from the envelope.
            server.queueId()
                    .ifPresent(id -> assertThat(server.resolve(envelope, id)).isEqualTo(Route.None.NOT_PRIVATE));
            assertThat(server.name()).isNotEmpty();
        }
    }

    @Test
    public void withoutAServerThereIsNoClient() {
        assertThatExceptionOfType(TransportException.class).isThrownBy(() -> {
            transport.connect(Deadline.PATIENCE).close();
        });
        transport.bind(Access.OWNER).close();
        assertThatExceptionOfType(TransportException.class).isThrownBy(() -> {
            transport.connect(Deadline.PATIENCE).close();
        });
    }

    @Test
    public void whatIsSentToAServerThatIsGoneIsRefused() {
        ServerEndpoint server = transport.bind(Access.OWNER);
        try (ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            server.close();
            // Where servers share a queue, another one might have come.
            Await.until("it is refused", () -> isRefused(client));
            assertThat(client.whySilent()).isNotEmpty();
        }
    }

    private static boolean isRefused(ClientEndpoint client) throws InterruptedException {
        try {
            client.send(request(client, "hello"), Deadline.PATIENCE);
            return false;
        } catch (TransportException refused) {
            return true;
        }
    }

    @Test
    public void aClientIsToldOnceThatItsServerHasEnded() throws InterruptedException {
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

    /** Tells whether several servers may share the well-known queue. */
    protected boolean isShared() {
        return false;
    }

    @Test
    public void thereIsOneServerUnlessTheEngineSharesItsQueue() {
        try (ServerEndpoint _ = transport.bind(Access.OWNER)) {
            if (isShared()) {
                transport.bind(Access.OWNER).close();
            } else {
                assertThatExceptionOfType(ServerStartException.class)
                        .isThrownBy(() -> transport.bind(Access.OWNER).close());
            }
        }
        transport.bind(Access.OWNER).close();
    }

    @Test
    public void theServerKnowsWhoMadeThePrivateQueueAndThatNobodyElseReadsIt() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Route.ToClient route = routeTo(client, server);
            assertThat(route.owner().name()).isEqualTo(server.user().name());
            assertThat(route.isConfidential()).isTrue();
        }
    }

    // Settled

    @Test
    public void whatWasSentIsSettledInTheEnd() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Route.ToClient route = routeTo(client, server);
            assertThat(route.offer(response(server, 1, 10))).isEqualTo(Offer.SENT);
            assertThat(received(client).type()).isEqualTo(1);
            Await.until("it is settled", () -> route.settled(route.taken()) == Offer.SENT);
        }
    }

    @Test
    public void aRequestThatIsGivenBackIsDeliveredAgainOrTheEngineSaysThatItCannot() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            client.send(request(client, "hello"), Deadline.PATIENCE);
            Envelope envelope = server.newEnvelope();
            assertThat(server.receive(envelope)).isTrue();
            assertThat(envelope.isRedelivered()).isFalse();
            if (envelope.settlement().giveBack()) {
                assertThat(server.receive(envelope)).isTrue();
                assertThat(textOf(envelope.message())).isEqualTo("hello");
                assertThat(envelope.isRedelivered()).isTrue();
                envelope.settlement().discard();
            }
        }
    }

    @Test
    public void anAttestedSenderIsTheOwnerOfItsPrivateQueue() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Envelope envelope = server.newEnvelope();
            Route.ToClient route = routeTo(client, server, envelope);
            envelope.sender().ifPresent(sender -> assertThat(sender).isEqualTo(route.owner()));
        }
    }

    // Lanes

    @Test
    public void whatTheServerWritesIntoALaneItsClientReads() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Route.ToClient route = routeTo(client, server);
            Optional<Lane> made = client.makeLane(2 * Lane.PIECE);
            if (made.isEmpty()) {
                assertThat(route.lane(new LaneAddress(1, 2 * Lane.PIECE))).isEmpty();
                return;
            }
            try (Lane near = made.get();
                    Lane far = route.lane(near.address()).orElseThrow()) {
                assertThat(far.address()).isEqualTo(near.address());
                assertThat(near.memory().byteSize()).isEqualTo(2L * Lane.PIECE);
                assertThat(near.memory().isReadOnly()).isTrue();
                byte[] bytes = TempFiles.bytes(2 * Lane.PIECE);
                MemorySegment.copy(bytes, 0, far.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
                assertThat(near.memory().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
            }
        }
    }

    @Test
    public void aLaneThatIsGoneOrOfAnotherLengthIsNotAttached() throws InterruptedException {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            Route.ToClient route = routeTo(client, server);
            Lane lane = client.makeLane(Lane.PIECE).orElse(null);
            LaneAddress address = lane == null ? new LaneAddress(1, Lane.PIECE) : lane.address();
            assertThat(route.lane(new LaneAddress(address.number(), 2 * Lane.PIECE)))
                    .isEmpty();
            if (lane != null) {
                lane.close();
            }
            assertThat(route.lane(address)).isEmpty();
        }
    }

    @Test
    public void aLongAnswerIsRightByLaneAndInMessages() throws Exception {
        byte[] bytes = TempFiles.bytes(3_000_001);
        AtomicInteger longestRead = new AtomicInteger();
        try (Server _ = Server.on(transport)
                        .service("long", _ -> counted(bytes, longestRead))
                        .start();
                Client client = Client.connect(transport);
                ClientEndpoint probe = transport.connect(Deadline.PATIENCE)) {
            ByteArrayOutputStream received = new ByteArrayOutputStream();
            client.fetch(
                    "long",
                    new byte[0],
                    piece -> {
                        byte[] copy = new byte[piece.remaining()];
                        piece.get(copy);
                        received.writeBytes(copy);
                    },
                    Timeout.ofSilence(Deadline.PATIENCE));
            assertThat(received.toByteArray()).isEqualTo(bytes);
            Optional<Lane> lane = probe.makeLane(Lane.PIECE);
            lane.ifPresent(Lane::close);
            assertThat(longestRead.get() == Lane.PIECE)
                    .as("it came by a lane: reads of %s bytes", longestRead)
                    .isEqualTo(lane.isPresent());
        }
    }

    private static Content counted(byte[] bytes, AtomicInteger longestRead) {
        AtomicInteger done = new AtomicInteger();
        return TestContent.of(bytes.length, (target, limit) -> {
            longestRead.accumulateAndGet(limit, Math::max);
            int length = Math.min(limit, bytes.length - done.get());
            MemorySegment.copy(bytes, done.getAndAdd(length), target, ValueLayout.JAVA_BYTE, 0, length);
            return length == 0 ? -1 : length;
        });
    }

    // Waiting, and its end

    @Test
    public void whoWaitsForARequestIsWokenByOne() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE);
                Background<String> waiting = Background.start("receives", () -> {
                    Envelope into = server.newEnvelope();
                    boolean received = server.receive(into);
                    into.settlement().discard();
                    return received ? textOf(into.message()) : "stopped";
                })) {
            awaitAsleep(waiting);
            client.send(request(client, "wake up"), Deadline.PATIENCE);
            assertThat(waiting.result()).isEqualTo("wake up");
        }
    }

    @Test
    public void stoppingEndsTheWaitAndLeavesWhatIsThere() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            try (Background<Boolean> waiting =
                    Background.start("receives", () -> server.receive(server.newEnvelope()))) {
                awaitAsleep(waiting);
                server.stop();
                assertThat(waiting.result()).isFalse();
            }
            client.send(request(client, "late"), Deadline.PATIENCE);
            assertThat(server.receive(server.newEnvelope())).isFalse();
            if (isShared()) {
                try (ServerEndpoint other = transport.bind(Access.OWNER)) {
                    answerLate(other, client);
                }
            } else {
                answerLate(server, client);
            }
            server.stop();
        }
    }

    /** Its client can still be told. */
    private static void answerLate(ServerEndpoint server, ClientEndpoint client) throws InterruptedException {
        Envelope envelope = server.newEnvelope();
        Await.until("it is there", () -> server.tryReceive(envelope));
        assertThat(textOf(envelope.message())).isEqualTo("late");
        Route.ToClient route = (Route.ToClient) resolve(server, envelope);
        assertThat(route.offer(response(server, 3, 3))).isEqualTo(Offer.SENT);
        assertThat(received(client).type()).isEqualTo(3);
        envelope.settlement().discard();
    }

    @Test
    public void ofRequestsThatWaitWhenItStopsNoneIsLost() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            int count = 10;
            for (int i = 0; i < count; i++) {
                client.send(request(client, "" + i), Deadline.PATIENCE);
            }
            Envelope envelope = server.newEnvelope();
            List<String> received = new ArrayList<>();
            // Half of them as usual, and then it stops.
            while (received.size() < count / 2) {
                assertThat(server.receive(envelope)).isTrue();
                take(envelope, received);
            }
            server.stop();
            assertThat(server.receive(envelope)).isFalse();
            while (server.tryReceive(envelope)) {
                take(envelope, received);
            }
            if (isShared()) {
                takeAll(count, received);
            }
            assertThat(received)
                    .isEqualTo(IntStream.range(0, count).mapToObj(i -> "" + i).toList());
        }
    }

    /** What a server that stopped has not received is another one's. */
    private void takeAll(int count, List<String> received) throws InterruptedException {
        try (ServerEndpoint other = transport.bind(Access.OWNER)) {
            Envelope envelope = other.newEnvelope();
            while (received.size() < count) {
                assertThat(other.receive(envelope)).isTrue();
                take(envelope, received);
            }
        }
    }

    private static void take(Envelope envelope, List<String> received) {
        received.add(textOf(envelope.message()));
        envelope.settlement().discard();
    }

    @Test
    public void anInterruptEndsTheServersWait() {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                Background<Boolean> waiting =
                        Background.start("receives", () -> server.receive(server.newEnvelope()))) {
            awaitAsleep(waiting);
            waiting.interrupt();
            assertThat(waiting.failure()).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    public void aClientsWaitEndsInTimeByAnInterruptAndByAMessageOfItsOwn() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER);
                ClientEndpoint client = transport.connect(Deadline.PATIENCE)) {
            assertThat(client.receive(client.newMessage(), Duration.ofMillis(20)))
                    .isFalse();
            try (Background<Boolean> waiting =
                    Background.start("receives", () -> client.receive(client.newMessage(), Duration.ofHours(1)))) {
                awaitAsleep(waiting);
                waiting.interrupt();
                assertThat(waiting.failure()).isInstanceOf(InterruptedException.class);
            }
            try (Background<Boolean> waiting =
                    Background.start("receives", () -> client.receive(client.newMessage(), Duration.ofHours(1)))) {
                awaitAsleep(waiting);
                client.wake();
                assertThat(waiting.result()).isTrue();
            }
            assertThat(server.tryReceive(server.newEnvelope())).isFalse();
        }
    }

    @Test
    public void closingAClientEndsItsWait() throws Exception {
        try (ServerEndpoint server = transport.bind(Access.OWNER)) {
            ClientEndpoint client = transport.connect(Deadline.PATIENCE);
            try (Background<Boolean> waiting =
                    Background.start("receives", () -> client.receive(client.newMessage(), Duration.ofHours(1)))) {
                awaitAsleep(waiting);
                client.close();
                assertThat(waiting.failure()).isInstanceOf(TransportException.class);
            }
            client.close();
            assertThat(server.tryReceive(server.newEnvelope())).isFalse();
        }
    }

    /** Waits until a thread waits, in whatever way the engine does. */
    protected void awaitAsleep(Background<?> waiting) {
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
