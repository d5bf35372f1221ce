package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.Outcome;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestContent;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerStatistics;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Proc;
import dev.letterbox.wire.SessionWire;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server makes of requests, whatever the service and the clients do. */
final class ServerTest {
    private static Server start(Service service, Duration stallTimeout) {
        return Server.on(new QueueTransport(Key.free()))
                .dialects(List.of(new PlainDialect()))
                .service("", service)
                .stallTimeout(stallTimeout)
                .start();
    }

    private static Server start(Service service) {
        return start(service, EchoServer.PATIENT);
    }

    private static Server startEcho() {
        return EchoServer.start(Key.free(), Access.OWNER);
    }

    private static void send(Server server, long type, byte[] body) {
        assertThat(MessageQueue.ofId(server.queueId())
                        .trySend(MessageBuffer.allocate().put(type, body)))
                .isTrue();
    }

    private static void sendRequest(Server server, int returnAddress) {
        QueueMessage message = new QueueMessage(QueueTransport.LONGEST_MESSAGE);
        new PlainDialect().request(message, returnAddress, new byte[] {'x'});
        send(server, message.type(), message.toByteArray());
    }

    private static void awaitEnded(Server server, Outcome outcome, long count) {
        Await.value(
                "%d requests ended in %s".formatted(count, outcome),
                server::statistics,
                now -> now.ended(outcome) == count);
    }

    private static void awaitNobodyAtWork(Server server) {
        Await.value("nobody is at work", server::statistics, now -> now.atWork() == 0);
    }

    private static void assertServes(Server server) throws InterruptedException {
        try (BareClient client = new BareClient()) {
            client.ask(server.queueId(), "still there?");
            assertThat(client.response()).containsExactly("DATA still there?", "END");
        }
    }

    @Test
    void aRequestIsAnsweredOnTheClientsOwnQueue() throws InterruptedException {
        try (Server server = startEcho();
                BareClient client = new BareClient()) {
            client.ask(server.queueId(), "hello");

            assertThat(client.response()).containsExactly("DATA hello", "END");
            awaitEnded(server, Outcome.END, 1);
            assertThat(server.statistics().received()).isEqualTo(1);
        }
    }

    @Test
    void contentComesInOrderAndInMessagesOfTheDialectsLength() throws InterruptedException {
        String text = IntStream.range(0, 3 * PlainDialect.CHUNK_BYTES + 1)
                .mapToObj(at -> String.valueOf(at % 10))
                .collect(Collectors.joining());
        try (Server server = start(_ -> TestContent.of(text));
                BareClient client = new BareClient()) {
            client.ask(server.queueId(), "");
            List<String> response = client.response();

            assertThat(response)
                    .extracting(String::length)
                    .containsExactly(
                            "DATA ".length() + PlainDialect.CHUNK_BYTES,
                            "DATA ".length() + PlainDialect.CHUNK_BYTES,
                            "DATA ".length() + PlainDialect.CHUNK_BYTES,
                            "DATA ".length() + 1,
                            "END".length());
            assertThat(response.stream()
                            .filter(message -> message.startsWith("DATA "))
                            .map(message -> message.substring("DATA ".length()))
                            .collect(Collectors.joining()))
                    .isEqualTo(text);
        }
    }

    @Test
    void noMessageIsLongerThanTheClientsQueueCanHold() throws InterruptedException {
        try (Server server = startEcho();
                BareClient client = new BareClient().withCapacity(3)) {
            client.ask(server.queueId(), "abcdefgh");

            assertThat(client.response()).containsExactly("DATA abc", "DATA def", "DATA gh", "END");
        }
    }

    /** Otherwise a file could end early, and look whole. */
    @Test
    void contentIsNeverAskedForNothing() {
        AtomicInteger smallest = new AtomicInteger(Integer.MAX_VALUE);
        TestContent content = TestContent.of((_, limit) -> {
            smallest.accumulateAndGet(limit, Math::min);
            return limit == 0 ? -1 : limit;
        });
        try (Server server = start(_ -> content);
                BareClient client = new BareClient()) {
            QueueStatus status = client.queue().status();
            Command.of(
                            Peers.program("queue"),
                            "set",
                            "" + status.id(),
                            "" + status.ownerUid(),
                            "" + status.ownerGid(),
                            "600",
                            "-b",
                            "0")
                    .run()
                    .expect(0);
            client.ask(server.queueId(), "");
            Await.value("the content is asked for", smallest::get, limit -> limit != Integer.MAX_VALUE);

            assertThat(smallest).hasPositiveValue();
        }
    }

    @Test
    void aServiceThatRefusesIsHeardByItsClientAlone() throws InterruptedException {
        Service service = request -> {
            if (request.payload().length == 0) {
                throw new ServiceException("Nothing is asked for");
            }
            return TestContent.of("still there?");
        };
        try (Server server = start(service);
                BareClient client = new BareClient()) {
            client.ask(server.queueId(), "");

            assertThat(client.response()).containsExactly("FAILURE Nothing is asked for");
            awaitEnded(server, Outcome.FAILURE, 1);
            assertServes(server);
        }
    }

    @Test
    void contentThatBreaksOffEndsInFailure() throws InterruptedException {
        AtomicInteger reads = new AtomicInteger();
        TestContent content = TestContent.of((target, limit) -> {
            if (reads.getAndIncrement() == 2) {
                throw new ServiceException("The disk is on fire");
            }
            target.asSlice(0, limit).fill((byte) 'x');
            return limit;
        });
        try (Server server = start(_ -> content);
                BareClient client = new BareClient()) {
            client.ask(server.queueId(), "");

            assertThat(client.response()).hasSize(3).endsWith("FAILURE The disk is on fire");
            awaitEnded(server, Outcome.FAILURE, 1);
            assertThat(content.timesClosed()).isEqualTo(1);
        }
    }

    /** Where a service can go wrong in a way that nobody thought of. */
    enum Place {
        OPEN,
        READ,
        CLOSE
    }

    private static Service defective(Place place, Runnable defect) {
        return request -> {
            if (place == Place.OPEN) {
                defect.run();
            }
            Content text = TestContent.of("still there?");
            return new Content() {
                @Override
                public int read(MemorySegment target, int limit) throws ServiceException, IOException {
                    if (place == Place.READ) {
                        defect.run();
                    }
                    return text.read(target, limit);
                }

                @Override
                public void close() {
                    if (place == Place.CLOSE) {
                        defect.run();
                    }
                }
            };
        };
    }

    private static void runtimeException() {
        throw new IllegalStateException("the password is swordfish");
    }

    private static void error() {
        throw new StackOverflowError("the password is swordfish");
    }

    @ParameterizedTest
    @EnumSource(
            value = Place.class,
            names = {"OPEN", "READ"})
    void aDefectOfTheServiceIsAnInternalErrorToTheClientAndNoMore(Place place) throws InterruptedException {
        for (Runnable defect : List.<Runnable>of(ServerTest::runtimeException, ServerTest::error)) {
            try (Server server = start(defective(place, defect));
                    BareClient client = new BareClient()) {
                client.ask(server.queueId(), "");

                assertThat(client.response()).containsExactly("FAILURE Internal error");
                awaitEnded(server, Outcome.FAILURE, 1);
                awaitNobodyAtWork(server);
            }
        }
    }

    @Test
    void contentThatCannotBeClosedHasBeenSentAllTheSame() throws InterruptedException {
        for (Runnable defect : List.<Runnable>of(ServerTest::runtimeException, ServerTest::error)) {
            try (Server server = start(defective(Place.CLOSE, defect))) {
                assertServes(server);
                awaitEnded(server, Outcome.END, 1);
                awaitNobodyAtWork(server);
            }
        }
    }

    @Test
    void contentIsClosedOnceHoweverTheRequestEnds() throws InterruptedException {
        List<TestContent> contents = List.of(TestContent.of("whole"), TestContent.endless(), TestContent.endless());
        try (Server server = start(_ -> contents.get(0))) {
            try (BareClient reads = new BareClient()) {
                reads.ask(server.queueId(), "");
                reads.response();
                awaitEnded(server, Outcome.END, 1);
            }
        }
        try (Server server = start(_ -> contents.get(1), Duration.ofMillis(50))) {
            try (BareClient stalls = new BareClient()) {
                stalls.ask(server.queueId(), "");
                awaitEnded(server, Outcome.STALLED, 1);
            }
        }
        try (Server server = start(_ -> contents.get(2))) {
            BareClient vanishes = new BareClient();
            vanishes.ask(server.queueId(), "");
            vanishes.next();
            vanishes.close();
            awaitEnded(server, Outcome.GONE, 1);
            awaitNobodyAtWork(server);
        }
        assertThat(contents).extracting(TestContent::timesClosed).containsExactly(1, 1, 1);
    }

    @Test
    void aClientThatVanishesInTheMiddleCostsOnlyItsOwnRequest() throws InterruptedException {
        Service service =
                request -> request.payload().length == 0 ? TestContent.endless() : TestContent.of("still there?");
        try (Server server = start(service)) {
            BareClient vanishing = new BareClient();
            vanishing.ask(server.queueId(), "");
            vanishing.awaitMessages(16_384 / PlainDialect.CHUNK_BYTES);
            assertServes(server);
            vanishing.close();

            awaitEnded(server, Outcome.GONE, 1);
            assertServes(server);
        }
    }

    @Test
    void aStalledClientIsGivenUpAfterTheStallTimeoutAndTakesNobodyAlong() throws InterruptedException {
        Service service =
                request -> request.payload().length == 0 ? TestContent.endless() : TestContent.of("still there?");
        try (Server server = start(service, Duration.ofMillis(100));
                BareClient stalled = new BareClient()) {
            stalled.ask(server.queueId(), "");
            assertServes(server);
            awaitEnded(server, Outcome.STALLED, 1);
            awaitNobodyAtWork(server);

            assertThat(server.statistics().ended(Outcome.END)).isEqualTo(1);
            assertServes(server);
        }
    }

    /** Otherwise a user could keep thousands of files open for a byte a second each. */
    @Test
    void aClientThatAllowsAByteNowAndThenIsGivenUpToo() throws InterruptedException {
        try (Server server = start(_ -> TestContent.endless(), Duration.ofMillis(300));
                HandmadeClient slow = HandmadeClient.inSessionWith(server)) {
            slow.request(slow.credentials(), 1, "", "", 0, 1);
            Deadline deadline = Deadline.in(Deadline.PATIENCE);
            for (int allowed = 2; server.statistics().ended(Outcome.STALLED) == 0; allowed++) {
                assertThat(deadline.passed()).isFalse();
                slow.control(slow.credentials(), 1, SessionWire.CREDIT, allowed);
                LockSupport.parkNanos(1_000_000);
                slow.queue().tryReceive(MessageBuffer.allocate(), Selector.any());
            }
            awaitNobodyAtWork(server);
        }
    }

    /** It is told that its content is not whole, where there is room to say so. */
    @Test
    void aStalledClientWithRoomForItIsTold() throws InterruptedException {
        try (Server server = start(_ -> TestContent.endless(), Duration.ofMillis(50));
                BareClient stalled = new BareClient().withCapacity(2 * PlainDialect.CHUNK_BYTES + 100)) {
            stalled.ask(server.queueId(), "");
            awaitEnded(server, Outcome.STALLED, 1);

            assertThat(stalled.response()).hasSize(3).endsWith("FAILURE The client does not read");
        }
    }

    @Test
    void aSlowClientIsNotAStalledOne() throws InterruptedException {
        try (Server server = start(_ -> TestContent.endless());
                BareClient slow = new BareClient().withCapacity(PlainDialect.CHUNK_BYTES)) {
            slow.ask(server.queueId(), "");
            for (int messages = 0; messages < 100; messages++) {
                slow.awaitMessages(1);
                assertThat(slow.next()).startsWith("DATA ");
            }
            assertThat(server.statistics().atWork()).isEqualTo(1);
        }
    }

    /** A worker that finds room again and again would keep its core to the end, and with it everybody who waits. */
    @Test
    void contentThatComesSlowlyHoldsUpNobody() throws InterruptedException {
        Service service = request -> request.payload().length > 0
                ? TestContent.of("still there?")
                : TestContent.of((_, _) -> {
                    long end = System.nanoTime() + 10_000_000;
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                    return 1;
                });
        try (Server server = start(service)) {
            List<BareClient> clients = new ArrayList<>();
            try {
                // Each queue has room for the bytes of 160 seconds, which nobody here waits for.
                for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
                    clients.add(new BareClient());
                    clients.getLast().ask(server.queueId(), "");
                    clients.getLast().next();
                }
                assertServes(server);
            } finally {
                clients.forEach(BareClient::close);
            }
            awaitNobodyAtWork(server);
        }
    }

    @Test
    void aHundredStalledClientsHoldUpNobodyAndNoThread() throws InterruptedException {
        Service service =
                request -> request.payload().length == 0 ? TestContent.endless() : TestContent.of("still there?");
        try (Server server = start(service)) {
            assertServes(server);
            int threads = Proc.self().threadCount();
            List<BareClient> stalled = new ArrayList<>();
            try {
                for (int count = 0; count < 100; count++) {
                    stalled.add(new BareClient());
                    stalled.getLast().ask(server.queueId(), "");
                }
                stalled.forEach(client -> client.awaitMessages(16));
                assertServes(server);

                Await.value("only the stalled are at work", server::statistics, now -> now.atWork() == 100);
                Await.value("they hold no thread", () -> Proc.self().threadCount(), now -> now < threads + 10);
            } finally {
                stalled.forEach(BareClient::close);
            }
            awaitEnded(server, Outcome.GONE, 100);
            awaitNobodyAtWork(server);
        }
    }

    @Test
    void whatIsNoRequestIsCountedAndDropped() throws InterruptedException {
        try (Server server = startEcho()) {
            send(server, 1, new byte[3]);
            send(server, 2, new byte[8]);
            send(server, Long.MAX_VALUE, new byte[0]);
            send(server, 1, new byte[] {-1, -1, -1, -1});
            assertServes(server);

            ServerStatistics counts = server.statistics();
            assertThat(counts.received()).isEqualTo(5);
            assertThat(counts.malformed()).isEqualTo(4);
            assertThat(counts.misaddressed()).isZero();
        }
    }

    @Test
    void aReturnAddressThatIsNoPrivateQueueIsNeverSentTo() throws InterruptedException {
        Key otherKey = Key.free();
        try (Server server = startEcho();
                OwnedQueue other = OwnedQueue.create(otherKey, Mode.OWNER)) {
            sendRequest(server, other.id());
            sendRequest(server, server.queueId());
            assertServes(server);

            assertThat(server.statistics().misaddressed()).isEqualTo(2);
            assertThat(server.statistics().received()).isEqualTo(3);
            assertThat(other.status().messages()).isZero();
        }
    }

    @Test
    void aReturnAddressThatIsNoQueueIsAClientThatHasGone() throws InterruptedException {
        int gone;
        try (BareClient client = new BareClient()) {
            gone = client.queue().id();
        }
        try (Server server = startEcho()) {
            sendRequest(server, gone);
            sendRequest(server, Integer.MAX_VALUE);
            assertServes(server);

            awaitEnded(server, Outcome.GONE, 2);
            assertThat(server.statistics().malformed()).isZero();
        }
    }
}
