package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.letterbox.Content;
import dev.letterbox.ContentSink;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.TestServices;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ResponseMalformedException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.error.ResponseTooLongException;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import dev.letterbox.wire.SessionWire;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client with a server of its own process: what a caller gets, and what the server is told. */
final class SessionClientTest {
    private static final Timeout PATIENT = Timeout.ofTotal(Duration.ofHours(1));
    private static final byte[] NOTHING = {};

    private final Key key = Key.free();
    private final TestServices.Endless endless = new TestServices.Endless();
    private final TestServices.Gated gated = new TestServices.Gated();
    private final AtomicReference<Request> seen = new AtomicReference<>();
    private final Server server = Server.on(new QueueTransport(key))
            .service("echo", TestServices.echo())
            .service("who", TestServices.whoAsks())
            .service("endless", endless)
            .service("gated", gated)
            .service("big", _ -> Content.of(TempFiles.bytes(4_000_000)))
            .service("streamed", _ -> Content.written(out -> out.write(TempFiles.bytes(4_000_000))))
            .service("time", request -> {
                seen.set(request);
                return Content.of("" + request.timeLeft().isPresent());
            })
            .service("refusing", _ -> {
                throw new ServiceException("Not today");
            })
            .service("broken", _ -> {
                throw new IllegalStateException("password=secret");
            })
            .stallTimeout(Duration.ofHours(1))
            .limit(20_000)
            .start();

    @AfterEach
    void stop() {
        gated.gate.countDown();
        server.close();
        Await.asserted(() -> {
            assertThat(server.statistics().atWork()).isZero();
            assertThat(endless.closed).hasValue(endless.opened.get());
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void awaitIdle() {
        Await.until("nobody is at work", () -> server.statistics().atWork() == 0);
    }

    private QueueStatus queueOf(Client client) throws RequestException, InterruptedException {
        client.collect("time", NOTHING, 100, PATIENT);
        return MessageQueues.find(seen.get().returnAddress().queueId().orElseThrow())
                .orElseThrow();
    }

    // Answers

    @Test
    void contentOfEverySizeComesWhole() throws RequestException, IOException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            for (int size : new int[] {0, 1, 100, 8_100, 8_127, 8_128 - 4}) {
                byte[] content = TempFiles.bytes(size);
                if (size <= 8_192 - SessionWire.REQUEST_HEADER - 4) {
                    assertThat(client.collect("echo", content, size, PATIENT)).isEqualTo(content);
                }
            }
            assertThat(client.collect("big", NOTHING, 4_000_000, PATIENT)).isEqualTo(TempFiles.bytes(4_000_000));
            assertThat(client.collect("streamed", NOTHING, 4_000_000, PATIENT)).isEqualTo(TempFiles.bytes(4_000_000));
        }
    }

    @Test
    void theSinkIsToldTheSizeWhereItIsKnown() throws RequestException, IOException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            for (String service : List.of("big", "streamed")) {
                AtomicReference<OptionalLong> size = new AtomicReference<>();
                AtomicLong bytes = new AtomicLong();
                long came = client.fetch(
                        service,
                        NOTHING,
                        new ContentSink() {
                            @Override
                            public void begin(OptionalLong known) {
                                assertThat(bytes).hasValue(0);
                                size.set(known);
                            }

                            @Override
                            public void accept(ByteBuffer piece) {
                                bytes.addAndGet(piece.remaining());
                            }
                        },
                        PATIENT);
                assertThat(came).isEqualTo(4_000_000).isEqualTo(bytes.get());
                assertThat(size.get())
                        .isEqualTo(service.equals("big") ? OptionalLong.of(4_000_000) : OptionalLong.empty());
            }
        }
    }

    @Test
    void theCallerIsWhoMadeTheQueue() throws RequestException, IOException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            QueueStatus queue = queueOf(client);
            assertThat(new String(client.collect("who", NOTHING, 100, PATIENT), StandardCharsets.UTF_8))
                    .isEqualTo(queue.creatorUid() + " " + queue.creatorGid());
            assertThat(seen.get().dialect()).isEqualTo("session");
        }
    }

    @Test
    void aFutureHoldsNobody() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            CompletableFuture<byte[]> waiting =
                    client.collectAsync("gated", bytes("later"), 100, PATIENT).toCompletableFuture();
            gated.reached.await();
            assertThat(client.collectAsync("echo", bytes("now"), 100, PATIENT)
                            .toCompletableFuture()
                            .get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(bytes("now"));
            assertThat(waiting).isNotDone();
            gated.gate.countDown();
            assertThat(waiting.get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(bytes("later"));
            assertThat(client.collectAsync("refusing", NOTHING, 100, PATIENT).toCompletableFuture())
                    .failsWithin(Deadline.PATIENCE)
                    .withThrowableThat()
                    .withCauseInstanceOf(RequestRefusedException.class)
                    .withMessageContaining("Not today");
        }
    }

    // Failures of services

    @Test
    void anErrorInACallThatHoldsNobodyIsToldToWhoeverWaits() throws Exception {
        try (Client client =
                Client.greet(Failing.endpoint(key), Duration.ofSeconds(10)).orElseThrow()) {
            assertThat(client.collectAsync("echo", bytes("now"), 100, PATIENT).toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withCauseInstanceOf(OutOfMemoryError.class);
        }
    }

    /** Is a client's end that has no memory left once the greeting was answered. */
    private record Failing(ClientEndpoint real, AtomicBoolean greeted) implements InvocationHandler {
        static ClientEndpoint endpoint(Key key) {
            Failing failing = new Failing(new QueueTransport(key).connect(Duration.ofSeconds(10)), new AtomicBoolean());
            return (ClientEndpoint) Proxy.newProxyInstance(
                    Failing.class.getClassLoader(), new Class<?>[] {ClientEndpoint.class}, failing);
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getName().equals("receive") && greeted.getAndSet(true)) {
                throw new OutOfMemoryError("as if");
            }
            return method.invoke(real, arguments);
        }
    }

    @Test
    void aServiceSaysNoInItsOwnWords() throws RequestException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThatExceptionOfType(RequestRefusedException.class)
                    .isThrownBy(() -> client.collect("refusing", NOTHING, 100, PATIENT))
                    .withMessage("Not today")
                    .matches(refused -> refused.kind() == FailureKind.REFUSED);
        }
    }

    @Test
    void whatGoesWrongInsideIsNotTold() throws RequestException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThatExceptionOfType(RequestRefusedException.class)
                    .isThrownBy(() -> client.collect("broken", NOTHING, 100, PATIENT))
                    .withMessage("Internal error")
                    .matches(refused -> refused.kind() == FailureKind.INTERNAL);
        }
    }

    // Giving up

    @Test
    void aDeadlineIsTheServersToo() throws RequestException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            client.collect("time", NOTHING, 100, Timeout.ofTotal(Duration.ofMinutes(10)));
            assertThat(seen.get().timeLeft().orElseThrow()).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
            client.collect("time", NOTHING, 100, Timeout.ofSilence(Duration.ofMinutes(10)));
            assertThat(seen.get().timeLeft()).isEmpty();
            client.collect("time", NOTHING, 100, Timeout.ofSilence(Duration.ofSeconds(Long.MAX_VALUE)));
        }
    }

    @Test
    void whoWaitsInVainIsToldAtTheDeadlineAndTheServerToo() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            Await.longEnough(Duration.ofMillis(100), span -> {
                int arrived = gated.arrived.get();
                Throwable told = catchThrowable(() -> client.collect("gated", NOTHING, 100, Timeout.ofTotal(span)));
                // Its thread is interrupted, though the gate is closed still.
                awaitIdle();
                if (gated.arrived.get() == arrived) {
                    return false;
                }
                assertThat(told)
                        .isInstanceOf(ResponseTimeoutException.class)
                        .hasMessageStartingWith("No complete response within " + span.toMillis() / 1e3 + " s");
                return true;
            });
        }
    }

    @Test
    void aServerThatIsSilentForTooLongIsGivenUp() throws RequestException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThatExceptionOfType(ResponseTimeoutException.class)
                    .isThrownBy(() -> client.collect("gated", NOTHING, 100, Timeout.ofSilence(Duration.ofMillis(100))))
                    .withMessageStartingWith("The server sent nothing for 0.1 s, after 0 bytes.");
            awaitIdle();
        }
    }

    @Test
    void moreThanIsWantedIsNotCollected() throws RequestException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThatExceptionOfType(ResponseTooLongException.class)
                    .isThrownBy(() -> client.collect("big", NOTHING, 999_999, PATIENT))
                    .withMessage("The content is longer than the 999999 bytes wanted.");
            assertThatExceptionOfType(ResponseTooLongException.class)
                    .isThrownBy(() -> client.collect("streamed", NOTHING, 999_999, PATIENT));
            assertThatExceptionOfType(ResponseTooLongException.class)
                    .isThrownBy(() -> client.collect("endless", NOTHING, 0, PATIENT));
            awaitIdle();
            assertThat(server.statistics().ended(Outcome.CANCELLED)).isPositive();
            assertThat(client.collect("echo", bytes("12345"), 5, PATIENT)).isEqualTo(bytes("12345"));
            assertThatIllegalArgumentException().isThrownBy(() -> client.collect("echo", NOTHING, -1, PATIENT));
        }
    }

    /** Nobody reads the queue then, so it stays full: the worker must not wait for room. */
    @Test
    void aSinkThatFailsEndsTheWorkOfTheServer() throws RequestException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> client.fetch(
                            "endless",
                            NOTHING,
                            _ -> {
                                throw new IOException("disk full");
                            },
                            PATIENT))
                    .withMessage("disk full");
            awaitIdle();
            assertThat(client.collect("echo", bytes("on"), 100, PATIENT)).isEqualTo(bytes("on"));
        }
    }

    @Test
    void anInterruptEndsACallAndTheWorkOfTheServer() throws RequestException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key));
                Background<byte[]> calling =
                        Background.start("calls", () -> client.collect("gated", NOTHING, 100, PATIENT))) {
            gated.reached.await();
            calling.interrupt();
            assertThat(calling.failure()).isInstanceOf(InterruptedException.class);
            awaitIdle();
        }
    }

    @Test
    void aServiceSeesThatItIsCancelled() throws RequestException, InterruptedException {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch noticed = new CountDownLatch(1);
        Key own = Key.free();
        try (Server watching = Server.on(new QueueTransport(own))
                        .service("long", request -> {
                            working.countDown();
                            while (!request.isCancelled()) {
                                Thread.onSpinWait();
                            }
                            noticed.countDown();
                            throw new ServiceException("given up");
                        })
                        .start();
                Client client = Client.connect(new QueueTransport(own));
                Background<byte[]> calling =
                        Background.start("calls", () -> client.collect("long", NOTHING, 100, PATIENT))) {
            working.await();
            calling.interrupt();
            assertThat(noticed.await(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            Await.until("it is counted", () -> watching.statistics().ended(Outcome.CANCELLED) == 1);
        }
    }

    @Test
    void aPayloadThatIsTooLongIsRefusedHere() throws RequestException, InterruptedException {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> client.collect("echo", new byte[8_192], 10_000, PATIENT))
                    .withMessageContaining("8128 bytes at most");
            assertThat(client.collect("echo", bytes("on"), 100, PATIENT)).isEqualTo(bytes("on"));
        }
    }

    // Many calls

    /** It waits for its own credit, in its own memory; the queue is free for the others. */
    @Test
    void aSlowConsumerHoldsUpNoOtherCall() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            CountDownLatch first = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            try (Background<Long> slow = Background.start(
                    "slow",
                    () -> client.fetch(
                            "big",
                            NOTHING,
                            _ -> {
                                first.countDown();
                                awaitGate(goOn);
                            },
                            PATIENT))) {
                first.await();
                for (int i = 0; i < 200; i++) {
                    assertThat(client.collect("echo", bytes("no " + i), 100, PATIENT))
                            .isEqualTo(bytes("no " + i));
                }
                assertThat(client.collect("big", NOTHING, 4_000_000, PATIENT)).hasSize(4_000_000);
                goOn.countDown();
                assertThat(slow.result()).isEqualTo(4_000_000);
            }
        }
    }

    private static void awaitGate(CountDownLatch gate) throws IOException {
        try {
            gate.await();
        } catch (InterruptedException told) {
            throw new IOException(told);
        }
    }

    @Test
    void aThousandRequestsAreInFlightAtOnceAndAllArriveRight() throws Exception {
        int calls = 1_000;
        try (Client client = Client.connect(new QueueTransport(key))) {
            List<CompletableFuture<byte[]>> results = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                results.add(client.collectAsync("gated", bytes("number " + i), 100, PATIENT)
                        .toCompletableFuture());
            }
            // All of them are at work, for one private queue.
            Await.until("all are at work", () -> server.statistics().atWork() == calls);
            assertThat(gated.arrived).hasValueBetween(1, calls);
            gated.gate.countDown();
            for (int i = 0; i < calls; i++) {
                assertThat(results.get(i).get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo(bytes("number " + i));
            }
            assertThat(MessageQueues.list()).filteredOn(QueueStatus::isPrivate).hasSize(1);
        }
    }

    @Test
    void tenThousandCallersMayWaitForOneQueue() throws Exception {
        int calls = 9_000;
        gated.gate.countDown();
        try (Client client = Client.connect(new QueueTransport(key))) {
            List<CompletableFuture<byte[]>> results = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                results.add(client.collectAsync("echo", bytes("number " + i), 100, PATIENT)
                        .toCompletableFuture());
            }
            for (int i = 0; i < calls; i++) {
                assertThat(results.get(i).get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo(bytes("number " + i));
            }
        }
        assertThat(server.statistics().repeated()).isZero();
    }

    /** Threads come, lead, are interrupted, time out and leave: whoever is left is never forgotten. */
    @Test
    void noCallIsForgottenWhenOthersGiveUp() throws Exception {
        gated.gate.countDown();
        int threads = 12;
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger givenUp = new AtomicInteger();
        try (Client client = Client.connect(new QueueTransport(key))) {
            List<Background<Boolean>> callers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                callers.add(Background.start("caller " + t, () -> {
                    for (int i = 0; i < 300; i++) {
                        byte[] asked = bytes(number + " " + i);
                        try {
                            boolean hasty = (number + i) % 3 == 0;
                            Timeout timeout = hasty ? Timeout.ofTotal(Duration.ofNanos(200_000)) : PATIENT;
                            assertThat(client.collect("echo", asked, 100, timeout))
                                    .isEqualTo(asked);
                            answered.incrementAndGet();
                        } catch (ResponseTimeoutException late) {
                            givenUp.incrementAndGet();
                        }
                    }
                    return true;
                }));
            }
            for (Background<Boolean> caller : callers) {
                caller.result(Duration.ofMinutes(3));
                caller.close();
            }
        }
        assertThat(answered.get() + givenUp.get()).isEqualTo(threads * 300);
        assertThat(answered.get()).isGreaterThanOrEqualTo(threads * 200);
        awaitIdle();
    }

    /** The one who receives for all is interrupted: another must take over in that moment. */
    @Test
    void whenTheOneWhoReceivesLeavesAnotherTakesOver() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            for (int round = 0; round < 50; round++) {
                List<Background<byte[]>> waiting = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    waiting.add(Background.start("waits", () -> client.collect("gated", bytes("here"), 100, PATIENT)));
                }
                Background<byte[]> last = waiting.getLast();
                int before = round;
                Await.until("all wait", () -> server.statistics().atWork() >= 3);
                waiting.get(0).interrupt();
                waiting.get(1).interrupt();
                assertThat(waiting.get(0).failure()).isInstanceOf(InterruptedException.class);
                assertThat(waiting.get(1).failure()).isInstanceOf(InterruptedException.class);
                assertThat(client.collect("echo", bytes("" + before), 100, PATIENT))
                        .isEqualTo(bytes("" + before));
                if (round == 49) {
                    gated.gate.countDown();
                    assertThat(last.result()).isEqualTo(bytes("here"));
                } else {
                    last.interrupt();
                    last.failure();
                }
                waiting.forEach(Background::close);
                awaitIdle();
            }
        }
    }

    // Closing

    @Test
    void closingEndsAllCallsUnderWay() throws Exception {
        Client client = Client.connect(new QueueTransport(key));
        List<Background<byte[]>> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(Background.start("calls", () -> client.collect("gated", NOTHING, 100, PATIENT)));
        }
        Await.until("all are at work", () -> server.statistics().atWork() == 5);
        client.close();
        for (Background<byte[]> call : calls) {
            assertThat(call.failure()).isInstanceOf(IllegalStateException.class).hasMessage("This client is closed.");
            call.close();
        }
        client.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> client.collect("echo", NOTHING, 100, PATIENT))
                .withMessage("This client is closed.");
        // Its goodbye ends the work for it.
        awaitIdle();
        assertThat(server.statistics().sessions()).isZero();
    }

    /** Whoever waits for room in the server queue is told too. */
    @Test
    @SuppressWarnings("try") // It closes by hand, since closing is what it tests.
    void closingEndsACallThatIsNotSentYet() throws Exception {
        try (FakeSessionServer asleep = new FakeSessionServer();
                Client client = asleep.accept()) {
            MessageQueue queue = MessageQueue.open(asleep.key());
            MessageBuffer noise = MessageBuffer.allocate().put(9, new byte[8_000]);
            while (queue.trySend(noise)) {}
            try (Background<byte[]> first =
                    Background.start("sends", () -> client.collect("echo", new byte[2_000], 100, PATIENT))) {
                // The second one waits for the first: only one of a client's threads sleeps in the server queue.
                first.awaitAsleepIn(Syscall.MSGSND);
                try (Background<byte[]> second =
                        Background.start("waits", () -> client.collect("echo", new byte[2_000], 100, PATIENT))) {
                    client.close();
                    assertThat(first.failure()).isInstanceOf(IllegalStateException.class);
                    assertThat(second.failure()).isInstanceOf(IllegalStateException.class);
                }
            }
        }
    }

    // A server that lies

    @Test
    void aWrongChecksumIsNoticed() throws Exception {
        assertMalformed((fake, id) -> fake.piece(id, SessionWire.END, 0, 3, 12345, bytes("abc")), "checksum");
    }

    @Test
    void aMissingPieceIsNoticed() throws Exception {
        assertMalformed(
                (fake, id) -> {
                    fake.piece(id, SessionWire.DATA, 0, 9, "abc");
                    fake.piece(id, SessionWire.END, 6, 9, "ghi");
                },
                "missing");
    }

    @Test
    void anEndBeforeTheSizeIsNoticed() throws Exception {
        assertMalformed((fake, id) -> fake.piece(id, SessionWire.END, 0, 9, "abc"), "instead of the 9");
    }

    @Test
    void aMessageThatIsNoResponseIsNoticed() throws Exception {
        assertMalformed((fake, id) -> fake.piece(id, (short) 77, 0, 3, "abc"), "not a response");
    }

    private interface Lie {
        void tell(FakeSessionServer fake, long id);
    }

    private static void assertMalformed(Lie lie, String text) throws Exception {
        try (FakeSessionServer fake = new FakeSessionServer();
                Client client = fake.accept();
                Background<byte[]> calling =
                        Background.start("calls", () -> client.collect("any", NOTHING, 100, PATIENT))) {
            lie.tell(fake, fake.await(SessionWire.REQUEST).id());
            assertThat(calling.failure())
                    .isInstanceOf(ResponseMalformedException.class)
                    .hasMessageContaining(text);
            // The server is told that nobody wants the rest.
            fake.await(SessionWire.CANCEL);
        }
    }

    /** Late answers, answers to nobody, and messages that are none: they are dropped, and the right one is taken. */
    @Test
    void whatIsNotForACallUnderWayIsDropped() throws Exception {
        try (FakeSessionServer fake = new FakeSessionServer();
                Client client = fake.accept();
                Background<byte[]> calling =
                        Background.start("calls", () -> client.collect("any", NOTHING, 100, PATIENT))) {
            long id = fake.await(SessionWire.REQUEST).id();
            fake.piece(id + 1, SessionWire.END, 0, 5, "wrong");
            fake.piece(-1, SessionWire.END, 0, 5, "wrong");
            fake.piece(0, SessionWire.WELCOME, 0, 5, "wrong");
            fake.message().put(1, bytes("a classic failure"));
            fake.send();
            fake.message().put(SessionWire.RESPONSE_TYPE, new byte[31]);
            fake.send();
            fake.message().put(SessionWire.RESPONSE_TYPE, NOTHING);
            fake.send();
            fake.piece(id, SessionWire.END, 0, 5, "right");
            assertThat(calling.result()).isEqualTo(bytes("right"));
        }
    }

    @Test
    void aFailureOfAKindThatIsNewerIsANo() throws Exception {
        try (FakeSessionServer fake = new FakeSessionServer();
                Client client = fake.accept();
                Background<byte[]> calling =
                        Background.start("calls", () -> client.collect("any", NOTHING, 100, PATIENT))) {
            long id = fake.await(SessionWire.REQUEST).id();
            SessionWire.response(fake.message(), id, SessionWire.FAILURE, 999, 0, 0, -1, 0);
            fake.send();
            assertThat(calling.failure())
                    .isInstanceOfSatisfying(
                            RequestRefusedException.class,
                            refused -> assertThat(refused.kind()).isEqualTo(FailureKind.REFUSED));
        }
    }

    @Test
    void aWelcomeWithAnotherNonceIsNone() throws Exception {
        try (FakeSessionServer fake = new FakeSessionServer();
                Background<Client> connecting =
                        Background.start("connects", () -> Client.connect(new QueueTransport(fake.key())))) {
            fake.awaitHello();
            SessionWire.welcome(
                    fake.message(),
                    new SessionWire.Credentials(1, new SessionWire.Bits128(2, 3)),
                    new SessionWire.Bits128(4, 5),
                    0);
            fake.send();
            assertThat(connecting.failure(Deadline.PATIENCE.plusSeconds(5)))
                    .isInstanceOfAny(ResponseMalformedException.class, ResponseTimeoutException.class);
        }
    }

    // Services that do not keep their word

    private static final class Liar implements Content {
        private final long size;
        private final int[] lengths;
        private int at;

        Liar(long size, int... lengths) {
            this.size = size;
            this.lengths = lengths;
        }

        @Override
        public OptionalLong size() {
            return OptionalLong.of(size);
        }

        @Override
        public int read(MemorySegment target, int limit) {
            target.set(ValueLayout.JAVA_BYTE, 0, (byte) 'x');
            return at == lengths.length ? -1 : lengths[at++];
        }

        @Override
        public void close() {}
    }

    @Test
    void contentThatIsNotAsLongAsItSaidIsAnInternalError() throws RequestException, InterruptedException {
        Key own = Key.free();
        AtomicReference<Content> content = new AtomicReference<>();
        try (Server lying = Server.on(new QueueTransport(own))
                        .service("lies", _ -> content.get())
                        .start();
                Client client = Client.connect(new QueueTransport(own))) {
            for (Content each : List.of(
                    new Liar(10, 5), new Liar(10, 5, 6), new Liar(10, 0), new Liar(10_000, 9_000), new Liar(10, -1))) {
                content.set(each);
                assertThatExceptionOfType(RequestRefusedException.class)
                        .isThrownBy(() -> client.collect("lies", NOTHING, 100_000, PATIENT))
                        .withMessage("Internal error");
            }
            content.set(new Liar(10, 4, 6));
            assertThat(client.collect("lies", NOTHING, 100, PATIENT)).hasSize(10);
            Await.value("it is counted", () -> lying.statistics().ended(Outcome.FAILURE), count -> count == 5);
        }
    }
}
