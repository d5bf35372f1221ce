package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Access;
import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.contract.MemoryTransport;
import dev.letterbox.engine.BriefWait;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Settlement;
import dev.letterbox.server.Reception.Receiver;
import dev.letterbox.share.Admission.Place;
import dev.letterbox.share.Turns;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.wire.SessionAnswer;
import dev.letterbox.wire.SessionWire;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Who works on an answer and when: the thread that received the request, one of its own, or none while the client does not
 * read. The clock is the test's, and so is the keeper's thread.
 */
final class ExchangeDriverTest {
    private static final Duration STALL = Duration.ofSeconds(30);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong time = new AtomicLong(TimeUnit.DAYS.toNanos(3));

    /** How far the clock goes on each time that it is read. */
    private volatile long step;

    /** How often it may be read: whoever never comes to an end is to fail, and not to hang. */
    private final AtomicInteger readings = new AtomicInteger(2_000);

    private final Endpoint endpoint = new Endpoint();
    private final List<Outcome> ended = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger toldOfStalls = new AtomicInteger();
    private final ServerEvents events = new ServerEvents(List.of(new ServerObserver() {
        @Override
        public void ended(Request request, Outcome outcome, long nanos, long bytes) {
            ended.add(outcome);
        }

        @Override
        public void stalled(Request request) {
            toldOfStalls.incrementAndGet();
        }
    }));
    private final AtomicInteger over = new AtomicInteger();
    private final ScriptedClient client = new ScriptedClient(() -> 0);
    private Workers workers = workers(STALL);

    /** Gives messages, if there is memory. */
    private static final class Endpoint implements ServerEndpoint {
        private final ServerEndpoint memory = MemoryTransport.likeAKernel().bind(Access.OWNER);
        private volatile boolean isExhausted;

        @Override
        public Message newMessage() {
            if (isExhausted) {
                throw new OutOfMemoryError("as if");
            }
            return memory.newMessage();
        }

        @Override
        public Envelope newEnvelope() {
            return memory.newEnvelope();
        }

        @Override
        public boolean receive(Envelope envelope) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean tryReceive(Envelope envelope) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Route resolve(Envelope envelope, int stated) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String name() {
            return memory.name();
        }

        @Override
        public Caller user() {
            return memory.user();
        }

        @Override
        public void stop() {
            memory.stop();
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    /** Has no thread that looks at what is kept: the test does. */
    private Workers workers(Duration stall) {
        return new Workers(endpoint, stall, new RequestLog(events), events, this::readClock, _ -> {});
    }

    private long readClock() {
        if (readings.decrementAndGet() < 0) {
            throw new AssertionError("This takes for ever.");
        }
        return time.addAndGet(step);
    }

    @AfterEach
    void end() {
        workers.end();
        endpoint.close();
    }

    private ExchangeDriver driver(Service service, long allowed, long deadline, boolean prompt) {
        ServedRequest request = new ServedRequest("session", "any", client, new byte[0], deadline);
        Exchange exchange = new Exchange(
                request,
                service,
                client,
                new SessionAnswer(1, 16_384, 8_192),
                allowed,
                Settlement.AT_RECEIPT,
                Place.uncharged("user"),
                new PeriodicWarning(System.getLogger(Exchange.class.getName())));
        return workers.take(exchange, prompt, over::incrementAndGet);
    }

    private ExchangeDriver driver(Service service) {
        return driver(service, Exchange.UNLIMITED, ServedRequest.NO_DEADLINE, false);
    }

    private ExchangeDriver driver(String content) {
        return driver(_ -> Content.of(content));
    }

    private Receiver receiver() {
        return new Reception(endpoint, _ -> {}, Runnable::run).another();
    }

    private void assertIsOver(ExchangeDriver driver, Outcome outcome) throws InterruptedException {
        assertThat(driver.awaitEnd(System.nanoTime())).isTrue();
        assertThat(ended).containsExactly(outcome);
        assertThat(over).hasValue(1);
        assertThat(workers.atWork()).isZero();
        assertThat(events.read(0, 0).stalled()).isZero();
    }

    private void assertGoesOn(ExchangeDriver driver) throws InterruptedException {
        assertThat(driver.awaitEnd(System.nanoTime())).isFalse();
        assertThat(ended).isEmpty();
        assertThat(over).hasValue(0);
        assertThat(workers.atWork()).isOne();
    }

    /** Returns how often the client's queue was looked at, or something offered to it. */
    private int looksAfter(long nanos) {
        int before = client.looks + client.threads.size() + client.settlements;
        time.addAndGet(nanos);
        workers.keeper().lookAtDue();
        return client.looks + client.threads.size() + client.settlements - before;
    }

    /** Waits for what another thread does, or for real time to pass, and has the clock go on at each look. */
    private void awaitLooking(String what, long nanos, BooleanSupplier holds) {
        readings.set(Integer.MAX_VALUE);
        Await.until(what, () -> {
            looksAfter(nanos);
            return holds.getAsBoolean();
        });
    }

    /** Runs it on this thread until it waits for nobody, or needs none. */
    private void run(ExchangeDriver driver) {
        step = MILLI / 5;
        driver.run();
        step = 0;
    }

    private void awaitEnd(ExchangeDriver driver) throws InterruptedException {
        assertThat(driver.awaitEnd(System.nanoTime() + Deadline.PATIENCE.toNanos()))
                .isTrue();
    }

    // Where the system gives no more threads

    @Test
    void whatFindsNoThreadGoesOnAsSoonAsThereIsOne() throws InterruptedException {
        ExchangeDriver driver = driver("0123456789");
        driver.awaitThread();
        assertGoesOn(driver);
        readings.set(Integer.MAX_VALUE);
        looksAfter(10 * MILLI);
        awaitEnd(driver);
        assertIsOver(driver, Outcome.END);
        assertThat(client.text()).isEqualTo("0123456789");
    }

    @Test
    void whatFindsNoThreadForASecondIsAnsweredWithBusy() throws InterruptedException {
        ExchangeDriver driver = driver("0123456789");
        driver.awaitThread();
        time.addAndGet(999 * MILLI);
        driver.awaitThread();
        assertGoesOn(driver);
        time.addAndGet(MILLI);
        driver.awaitThread();
        assertIsOver(driver, Outcome.BUSY);
        assertThat(client.kinds).hasSize(1);
    }

    @Test
    void anAnswerThatHasBegunIsNotGivenUpForLackOfAThread() throws InterruptedException {
        ExchangeDriver driver = driver("0123456789abcdefghijklmnopqrstuvwxyz");
        assertThat(driver.serveHere(receiver())).isFalse();
        driver.awaitThread();
        time.addAndGet(10_000 * MILLI);
        driver.awaitThread();
        assertGoesOn(driver);
        run(driver);
        assertIsOver(driver, Outcome.END);
        assertThat(client.text()).isEqualTo("0123456789abcdefghijklmnopqrstuvwxyz");
    }

    // On the thread that receives

    @Test
    void aShortAnswerIsGivenByTheThreadThatReceivedTheRequest() throws InterruptedException {
        ExchangeDriver driver = driver("0123456789");
        Receiver receiver = receiver();
        Message reply = receiver.reply();
        assertThat(driver.serveHere(receiver)).isTrue();
        assertIsOver(driver, Outcome.END);
        assertThat(client.text()).isEqualTo("0123456789");
        assertThat(client.threads).hasSize(3).containsOnly(Thread.currentThread());
        assertThat(receiver.reply()).isSameAs(reply);
        assertThat(receiver.isRelieved()).isFalse();
    }

    @Test
    void aLongAnswerGoesOnElsewhereAndNothingOfItIsLost() throws InterruptedException {
        ExchangeDriver driver = driver("0123456789abcdefghijklmnopqrstuvwxyz");
        Receiver receiver = receiver();
        Message reply = receiver.reply();
        assertThat(driver.serveHere(receiver)).isFalse();
        assertThat(client.kinds).hasSize(4);
        assertThat(receiver.reply()).isNotSameAs(reply);
        assertGoesOn(driver);
        run(driver);
        assertIsOver(driver, Outcome.END);
        assertThat(client.text()).isEqualTo("0123456789abcdefghijklmnopqrstuvwxyz");
        assertThat(workers.buffer()).as("it is used again").isSameAs(reply);
    }

    @Test
    void aMessageThatFoundNoRoomGoesWithTheAnswer() throws InterruptedException {
        client.offers.addAll(List.of(Offer.SENT, Offer.FULL));
        ExchangeDriver driver = driver("0123456789");
        assertThat(driver.serveHere(receiver())).isFalse();
        run(driver);
        assertIsOver(driver, Outcome.END);
        assertThat(client.text()).isEqualTo("0123456789");
    }

    /** As on a broker, whose confirms come later: nobody has to wait for them. */
    @Test
    void anAnswerThatIsNotSettledYetNeedsNoThread() throws InterruptedException {
        client.settled.addAll(List.of(Offer.FULL, Offer.FULL, Offer.FULL, Offer.FULL));
        ExchangeDriver driver = driver("012345");
        Receiver receiver = receiver();
        Message reply = receiver.reply();
        driver.nudge();
        assertThat(driver.serveHere(receiver)).isTrue();
        assertThat(receiver.reply()).isSameAs(reply);
        assertGoesOn(driver);
        assertThat(client.settlementLooks).hasSize(1);
        assertThat(looksAfter(0)).as("what came before counts no more").isZero();
        assertThat(looksAfter(2 * MILLI)).isOne();
        assertThat(client.settlementLooks).hasSize(2);
        client.settlementLooks.getLast().run();
        assertThat(looksAfter(0)).as("at once").isOne();
        assertGoesOn(driver);
        looksAfter(2 * MILLI);
        assertIsOver(driver, Outcome.END);
    }

    @Test
    void whatIsNeverSettledEndsAsStalled() throws InterruptedException {
        client.settled.addAll(Collections.nCopies(1_000, Offer.FULL));
        ExchangeDriver driver = driver("012345");
        run(driver);
        assertGoesOn(driver);
        assertThat(client.settlementLooks).as("it does not try again and again").hasSize(1);
        long began = time.get();
        while (ended.isEmpty() && time.get() - began < 2 * STALL.toNanos()) {
            looksAfter(SECOND);
        }
        assertIsOver(driver, Outcome.STALLED);
        assertThat(client.kinds).as("all was sent").doesNotContain(SessionWire.FAILURE);
    }

    @Test
    void whatNobodyExpectsEndsTheRequestAndIsThrown() throws InterruptedException {
        client.isBroken = true;
        ExchangeDriver here = driver("abc");
        Receiver receiver = receiver();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> here.serveHere(receiver));
        assertIsOver(here, Outcome.FAILURE);
        assertThat(client.failure()).isEqualTo("Internal error");

        ended.clear();
        over.set(0);
        client.isBroken = true;
        ExchangeDriver there = driver("abc");
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(there::run);
        assertIsOver(there, Outcome.FAILURE);
    }

    /** All others depend on the keeper's thread, and the request must not be at work for ever. */
    @Test
    void whatNobodyExpectsWhileItIsKeptEndsTheRequestAlone() throws InterruptedException {
        client.otherwise = Offer.FULL;
        ExchangeDriver driver = driver("abc");
        run(driver);
        assertGoesOn(driver);
        client.otherwise = Offer.SENT;
        client.isBroken = true;
        looksAfter(SECOND);
        assertIsOver(driver, Outcome.FAILURE);
        assertThat(client.failure()).isEqualTo("Internal error");

        ended.clear();
        over.set(0);
        client.settled.addAll(Collections.nCopies(10, Offer.FULL));
        ExchangeDriver settling = driver("abc");
        run(settling);
        assertGoesOn(settling);
        client.isBroken = true;
        looksAfter(SECOND);
        assertIsOver(settling, Outcome.FAILURE);
    }

    @Test
    void withoutMemoryForAnotherMessageALongAnswerEnds() throws InterruptedException {
        ExchangeDriver driver = driver("0123456789abcdefghijklmnopqrstuvwxyz");
        Receiver receiver = receiver();
        endpoint.isExhausted = true;
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> driver.serveHere(receiver));
        assertIsOver(driver, Outcome.FAILURE);
        assertThat(client.failure()).isEqualTo("Internal error");
    }

    // On a thread of its own

    @Test
    void withoutMemoryForAMessageTheClientIsToldLater() throws InterruptedException {
        endpoint.isExhausted = true;
        ExchangeDriver driver = driver("abc");
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(driver::run);
        assertIsOver(driver, Outcome.BUSY);
        assertThat(client.kinds).isEmpty();
        endpoint.isExhausted = false;
        looksAfter(2 * MILLI);
        assertThat(client.kinds).containsExactly(SessionWire.FAILURE);
        assertThat(client.failure()).contains("no memory");
    }

    @Test
    void aPromptServiceHasAPlatformThreadAndAnyOtherAVirtualOne() throws InterruptedException {
        for (boolean prompt : new boolean[] {true, false}) {
            client.threads.clear();
            ExchangeDriver driver =
                    driver(_ -> Content.of("abc"), Exchange.UNLIMITED, ServedRequest.NO_DEADLINE, prompt);
            assertThat(driver.isPrompt()).isEqualTo(prompt);
            workers.goOn(driver);
            awaitEnd(driver);
            assertThat(client.threads).hasSize(1).noneMatch(thread -> thread.isVirtual() == prompt);
        }
    }

    @Test
    void aLongAnswerToAClientThatReadsIsGivenWithoutAWait() throws InterruptedException {
        AtomicInteger waits = new AtomicInteger();
        client.briefWait = new BriefWait() {
            @Override
            public boolean tryUntil(BooleanSupplier attempt) {
                waits.incrementAndGet();
                return false;
            }

            @Override
            public void slept(long nanos) {}
        };
        ExchangeDriver driver = driver("0123456789".repeat(60));
        run(driver);
        assertIsOver(driver, Outcome.END);
        assertThat(client.kinds).hasSize(150);
        assertThat(waits).hasValue(0);
    }

    /** The engine knows when it pays to try again at once. */
    @Test
    void aClientThatReadsAtOnceIsSentMoreWithoutASleep() throws InterruptedException {
        List<Long> slept = new ArrayList<>();
        client.briefWait = new BriefWait() {
            @Override
            public boolean tryUntil(BooleanSupplier attempt) {
                return attempt.getAsBoolean();
            }

            @Override
            public void slept(long nanos) {
                slept.add(nanos);
            }
        };
        client.offers.addAll(List.of(Offer.SENT, Offer.FULL, Offer.SENT));
        ExchangeDriver driver = driver("0123456789");
        run(driver);
        assertIsOver(driver, Outcome.END);
        assertThat(client.offeredAgain).isOne();
        assertThat(client.roomLooks).isEmpty();
        assertThat(slept).isEmpty();
        assertThat(client.text()).isEqualTo("0123456789");

        // It tries in vain, sleeps, and learns how long that was.
        ended.clear();
        over.set(0);
        client.offers.addAll(List.of(Offer.SENT, Offer.FULL, Offer.FULL, Offer.FULL));
        ExchangeDriver slow = driver("0123456789");
        run(slow);
        assertIsOver(slow, Outcome.END);
        assertThat(slept).hasSize(1).allMatch(nanos -> nanos >= 20_000 && nanos < 100 * MILLI);

        // The next wait counts from its own beginning.
        ended.clear();
        over.set(0);
        slept.clear();
        for (int wait = 0; wait < 2; wait++) {
            client.offers.addAll(List.of(Offer.SENT, Offer.FULL, Offer.FULL, Offer.FULL));
        }
        ExchangeDriver slowAgain = driver("0123456789abcdef");
        run(slowAgain);
        assertIsOver(slowAgain, Outcome.END);
        assertThat(slept).hasSize(2);
        assertThat(slept.get(1)).isEqualTo(slept.get(0));
    }

    // While the client does not read

    @Test
    void aClientThatDoesNotReadCostsALookNowAndThen() throws InterruptedException {
        client.otherwise = Offer.FULL;
        ExchangeDriver driver = driver("0123456789");
        long began = time.get();
        driver.nudge();
        run(driver);
        assertGoesOn(driver);
        assertThat(time.get() - began).isBetween(2 * MILLI, 10 * MILLI);
        assertThat(client.roomLooks).as("it waits for room before it is kept").hasSizeGreaterThan(1);
        assertThat(looksAfter(MILLI / 2)).isZero();
        assertThat(looksAfter(MILLI)).isPositive();
        // The pause is a quarter of the time since it took something, and a second at most.
        time.addAndGet(400 * MILLI);
        workers.keeper().lookAtDue();
        assertThat(looksAfter(90 * MILLI)).isZero();
        assertThat(looksAfter(20 * MILLI)).isPositive();
        time.addAndGet(10 * SECOND);
        workers.keeper().lookAtDue();
        assertThat(looksAfter(SECOND - MILLI)).isZero();
        assertThat(looksAfter(SECOND / 16)).isPositive();

        client.otherwise = Offer.SENT;
        looksAfter(2 * SECOND);
        awaitEnd(driver);
        assertIsOver(driver, Outcome.END);
        assertThat(client.text()).isEqualTo("0123456789");
        assertThat(client.threads.getLast().isVirtual())
                .as("on a thread of its own")
                .isTrue();
    }

    @Test
    void whereTheEngineTellsOfRoomTheNextLookIsAtOnce() throws InterruptedException {
        client.otherwise = Offer.FULL;
        ExchangeDriver driver = driver("0123456789");
        run(driver);
        assertGoesOn(driver);
        int known = client.roomLooks.size();
        assertThat(known).isPositive();
        assertThat(looksAfter(0)).isZero();
        client.roomLooks.getLast().run();
        assertThat(looksAfter(0)).isPositive();
        assertThat(client.roomLooks).as("it is to be told again").hasSizeGreaterThan(known);
        client.otherwise = Offer.SENT;
        client.roomLooks.getLast().run();
        looksAfter(0);
        awaitEnd(driver);
        assertThat(client.text()).isEqualTo("0123456789");
    }

    @Test
    void aClientThatHasToAllowMoreIsHeardAtOnceAndLookedAtEveryTwoSeconds() throws InterruptedException {
        ExchangeDriver driver = driver(_ -> Content.of("0123456789"), 5, ServedRequest.NO_DEADLINE, false);
        run(driver);
        assertGoesOn(driver);
        assertThat(client.roomLooks).as("there is room").isEmpty();
        // After a second it counts as one that stalls.
        assertThat(looksAfter(900 * MILLI)).isZero();
        assertThat(events.read(0, 0).stalled()).isZero();
        assertThat(looksAfter(110 * MILLI)).isPositive();
        assertThat(events.read(0, 0).stalled()).isOne();
        assertThat(looksAfter(1_999 * MILLI)).isZero();
        assertThat(looksAfter(SECOND / 8)).isPositive();
        assertThat(toldOfStalls).hasValue(1);
        assertGoesOn(driver);

        driver.allow(7, Optional.empty());
        awaitLooking(
                "it is heard",
                0,
                () -> client.text().equals("0123456") && events.read(0, 0).stalled() == 0);
        driver.allow(100, Optional.empty());
        awaitLooking("it has all", 0, () -> !ended.isEmpty());
        awaitEnd(driver);
        assertIsOver(driver, Outcome.END);
    }

    @Test
    void aClientThatHasGoneMeanwhileIsNoticed() throws InterruptedException {
        ExchangeDriver driver = driver(_ -> Content.of("0123456789"), 5, ServedRequest.NO_DEADLINE, false);
        run(driver);
        client.there = false;
        looksAfter(3 * SECOND);
        assertIsOver(driver, Outcome.GONE);
    }

    @Test
    void aClientThatTakesNothingForTooLongIsGivenUpOnTime() throws InterruptedException {
        workers.end();
        workers = workers(Duration.ofMillis(2_500));
        for (long allowed : new long[] {5, Exchange.UNLIMITED}) {
            ended.clear();
            over.set(0);
            client.kinds.clear();
            client.offers.clear();
            client.offers.addAll(List.of(Offer.SENT, allowed == 5 ? Offer.SENT : Offer.FULL));
            client.otherwise = Offer.FULL;
            ExchangeDriver driver = driver(_ -> Content.of("0123456789"), allowed, ServedRequest.NO_DEADLINE, false);
            run(driver);
            long began = time.get();
            while (ended.isEmpty() && time.get() - began < 5 * SECOND) {
                assertGoesOn(driver);
                looksAfter(10 * MILLI);
            }
            assertThat(time.get() - began).isBetween(2_480 * MILLI, 2_520 * MILLI);
            assertIsOver(driver, Outcome.STALLED);
            assertThat(client.kinds).doesNotContain(SessionWire.FAILURE);
            // It is told as soon as it reads.
            client.otherwise = Offer.SENT;
            looksAfter(SECOND);
            assertThat(client.failure()).isEqualTo("The client does not read");
        }
    }

    @Test
    void aRequestWhoseDeadlineHasPassedEnds() throws InterruptedException {
        client.otherwise = Offer.FULL;
        ExchangeDriver driver = driver(_ -> Content.of("0123456789"), Exchange.UNLIMITED, System.nanoTime() - 1, false);
        run(driver);
        assertIsOver(driver, Outcome.EXPIRED);
        client.otherwise = Offer.SENT;
        looksAfter(SECOND);
        assertThat(client.failure()).isEqualTo("The deadline has passed");
    }

    /** Nobody would be told in time, were it looked at after its pause. */
    @Test
    void whatHasADeadlineIsLookedAtWhenThatHasPassed() throws InterruptedException {
        ExchangeDriver driver = driver(_ -> Content.of("0123456789"), 5, System.nanoTime() + 300 * MILLI, false);
        run(driver);
        if (ended.isEmpty()) {
            assertThat(looksAfter(302 * MILLI)).isPositive();
        }
        awaitLooking("it has expired", 10 * MILLI, () -> !ended.isEmpty());
        assertIsOver(driver, Outcome.EXPIRED);
    }

    @Test
    void aServerThatStopsTellsThoseWhoWait() throws InterruptedException {
        ExchangeDriver driver = driver(_ -> Content.of("0123456789"), 5, ServedRequest.NO_DEADLINE, false);
        run(driver);
        workers.abort();
        looksAfter(0);
        assertIsOver(driver, Outcome.STOPPED);
        assertThat(client.failure()).isEqualTo("The server is stopping");
    }

    @Test
    void whatIsCancelledWhileNobodyWorksOnItEndsAtOnce() throws InterruptedException {
        client.otherwise = Offer.FULL;
        ExchangeDriver driver = driver("0123456789");
        run(driver);
        driver.cancel();
        looksAfter(0);
        awaitEnd(driver);
        assertIsOver(driver, Outcome.CANCELLED);
    }

    // Interrupts

    @Test
    void aServiceThatWaitsIsInterruptedByACancelAndNobodyAfterIt() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        ExchangeDriver driver = driver(_ -> {
            entered.countDown();
            await(new CountDownLatch(1));
            return Content.of("never");
        });
        try (Background<Boolean> thread = Background.start("serves", () -> {
            driver.run();
            return Thread.interrupted();
        })) {
            assertThat(entered.await(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            driver.cancel();
            assertThat(thread.result(Deadline.PATIENCE)).as("still interrupted").isFalse();
        }
        assertIsOver(driver, Outcome.CANCELLED);
        driver.interrupt();
    }

    /** Left behind by an interrupt that the service did not take notice of. */
    @Test
    void anInterruptIsTakenBackWithTheWorkAndOneOfAnotherIsLeft() throws InterruptedException {
        List<ExchangeDriver> self = new ArrayList<>();
        self.add(driver(_ -> {
            self.getFirst().interrupt();
            return Content.of("abc");
        }));
        self.getFirst().run();
        assertThat(Thread.interrupted()).isFalse();
        assertIsOver(self.getFirst(), Outcome.END);

        ExchangeDriver other = driver("abc");
        Thread.currentThread().interrupt();
        other.run();
        assertThat(Thread.interrupted()).isTrue();

        AtomicInteger interrupts = new AtomicInteger();
        self.set(0, driver(_ -> {
            self.getFirst().interrupt();
            interrupts.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
            return Content.of("abc");
        }));
        self.getFirst().serveHere(receiver());
        assertThat(interrupts).hasValue(1);
        assertThat(Thread.interrupted()).isFalse();

        // It was taken back by the thread that received the request, and is not by the one that goes on.
        self.set(0, driver(_ -> {
            self.getFirst().interrupt();
            return Content.of("0123456789abcdefghijklmnopqrstuvwxyz");
        }));
        assertThat(self.getFirst().serveHere(receiver())).isFalse();
        assertThat(Thread.interrupted()).isFalse();
        Thread.currentThread().interrupt();
        self.getFirst().run();
        assertThat(Thread.interrupted()).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException woken) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", woken);
        }
    }

    // Content that is prepared

    @Test
    void whileItsContentIsPreparedAClientHearsEachSecond() throws InterruptedException {
        ExchangeDriver driver = driver(_ -> new Pieces(2_000, "abc"));
        long began = time.get();
        readings.set(20_000);
        step = 4 * MILLI;
        driver.run();
        step = 0;
        assertIsOver(driver, Outcome.END);
        assertThat(client.text()).isEqualTo("abc");
        // Beside the content and its end.
        long signs = client.kinds.size() - 2L;
        long seconds = (time.get() - began) / SECOND;
        assertThat(seconds).isGreaterThan(7);
        assertThat(signs).isBetween(seconds * 9 / 10, seconds);
    }

    @Test
    void theTimeThatItTakesToPrepareIsNotTheClients() throws InterruptedException {
        client.otherwise = Offer.FULL;
        ExchangeDriver driver = driver(_ -> new Pieces(2_000, "abc"));
        readings.set(20_000);
        step = 4 * MILLI;
        driver.run();
        step = 0;
        assertGoesOn(driver);
        assertThat(toldOfStalls).as("it is asked to read for a moment only").hasValue(0);
        client.otherwise = Offer.SENT;
        looksAfter(20 * MILLI);
        awaitEnd(driver);
        assertIsOver(driver, Outcome.END);
    }

    @Test
    void contentThatIsPreparedSoonIsPreparedInOneTurnAndWithoutAWord() throws InterruptedException {
        AtomicInteger open = new AtomicInteger();
        ExchangeDriver driver = driver(_ -> {
            open.incrementAndGet();
            return new Pieces(20, "abc");
        });
        run(driver);
        assertIsOver(driver, Outcome.END);
        assertThat(open).hasValue(1);
        assertThat(client.kinds).hasSize(2);
    }

    @Test
    void whoWaitsForATurnToPrepareNeedsNoThreadHearsEachSecondAndIsNotToBlame() throws InterruptedException {
        List<Turns.Ticket> taken = takeAllTurns();
        ExchangeDriver driver = driver(_ -> new Pieces(3, "abc"));
        run(driver);
        assertGoesOn(driver);
        assertThat(client.kinds).isEmpty();
        assertThat(looksAfter(SECOND - MILLI)).isZero();
        for (int second = 1; second < 60; second++) {
            assertThat(looksAfter(SECOND + 2 * MILLI)).isPositive();
            assertThat(client.kinds).hasSize(second);
        }
        assertGoesOn(driver);
        assertThat(events.read(0, 0).stalled()).isZero();

        taken.forEach(workers.turns()::leave);
        looksAfter(0);
        awaitEnd(driver);
        assertIsOver(driver, Outcome.END);
        assertThat(client.text()).isEqualTo("abc");
        assertTurnsAreFree(taken.size());
    }

    @Test
    void whoeverEndsWhileItWaitsForATurnWaitsNoLonger() throws InterruptedException {
        List<Turns.Ticket> taken = takeAllTurns();
        ExchangeDriver driver = driver(_ -> new Pieces(3, "abc"));
        run(driver);
        workers.abort();
        looksAfter(0);
        assertIsOver(driver, Outcome.STOPPED);
        taken.forEach(workers.turns()::leave);
        assertTurnsAreFree(taken.size());
    }

    /** The server prepares one request's content for a while, and then another's. */
    @Test
    void othersHaveTheirTurnBeforeAllIsPrepared() throws InterruptedException {
        List<Turns.Ticket> taken = takeAllTurns();
        workers.turns().leave(taken.removeLast());
        List<String> order = new ArrayList<>();
        Turns.Ticket other = ticket(() -> order.add("another's turn"));
        readings.set(20_000);
        ExchangeDriver driver = driver(_ -> new Content() {
            private int steps;

            @Override
            public boolean prepare() {
                order.add("a step");
                // The first is when the content is opened, which takes no turn.
                if (++steps == 2) {
                    workers.turns().take(other);
                }
                return steps > 1_000;
            }

            @Override
            public int read(MemorySegment target, int limit) {
                return -1;
            }

            @Override
            public void close() {}
        });
        run(driver);
        assertThat(order).hasSizeBetween(3, 200).endsWith("another's turn");
        assertGoesOn(driver);
        workers.turns().leave(other);
        taken.forEach(workers.turns()::leave);
        workers.abort();
        looksAfter(0);
        awaitEnd(driver);
    }

    private Turns.Ticket ticket(Runnable call) {
        return new Turns.Ticket(client.owner().name(), call);
    }

    /** Takes all that the client's user may have at once. */
    private List<Turns.Ticket> takeAllTurns() {
        List<Turns.Ticket> taken = new ArrayList<>();
        Turns.Ticket next = ticket(() -> {});
        while (workers.turns().take(next)) {
            taken.add(next);
            next = ticket(() -> {});
        }
        workers.turns().leave(next);
        return taken;
    }

    private void assertTurnsAreFree(int turns) {
        for (int i = 0; i < turns; i++) {
            assertThat(workers.turns().take(ticket(() -> {}))).isTrue();
        }
    }
}
