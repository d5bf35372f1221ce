package dev.letterbox.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.Settlement;
import dev.letterbox.server.Exchange.Progress;
import dev.letterbox.share.Admission;
import dev.letterbox.share.Admission.Place;
import dev.letterbox.testkit.Logged;
import dev.letterbox.wire.SessionAnswer;
import dev.letterbox.wire.SessionWire;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One answer, message by message, towards a client whose queue does what the test says. */
final class ExchangeTest {
    private static final int BURST = 100;

    private final Admission admission = new Admission(4);
    private final ScriptedClient client = new ScriptedClient(admission::used);
    private final Kept settlement = new Kept();
    private final Message message = new Message(8_192);

    private static final class Kept implements Settlement {
        private int answered;
        private int discarded;
        private boolean takesBack;

        @Override
        public void answered(Route.ToClient client) {
            answered++;
        }

        @Override
        public void discard() {
            discarded++;
        }

        @Override
        public boolean giveBack() {
            return takesBack;
        }
    }

    private final PeriodicWarning refusals = new PeriodicWarning(System.getLogger(Exchange.class.getName()));

    private Exchange exchange(Service service, long allowed) {
        ServedRequest request = new ServedRequest("session", "any", client, new byte[0], ServedRequest.NO_DEADLINE);
        return new Exchange(
                request,
                service,
                client,
                new SessionAnswer(1, 16_384, 8_192),
                allowed,
                settlement,
                Objects.requireNonNull(Place.tryTake(admission, "user")),
                refusals);
    }

    private Exchange exchange(String content) {
        return exchange(_ -> Content.of(content), Exchange.UNLIMITED);
    }

    @Test
    void contentOfKnownSizeEndsWithItsLastMessage() {
        Exchange exchange = exchange("0123456789");
        assertThat(exchange.chunkBytes()).isEqualTo(4);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.kinds).containsExactly(SessionWire.DATA, SessionWire.DATA, SessionWire.END);
        assertThat(client.text()).isEqualTo("0123456789");
        assertThat(SessionWire.size(SessionWire.onHeap(client.last))).isEqualTo(10);
        assertThat(exchange.outcome()).isEqualTo(Outcome.END);
        assertThat(exchange.bytes()).isEqualTo(10);
        assertThat(settlement.answered).isOne();
        assertThat(settlement.discarded).isZero();
    }

    @Test
    void contentOfUnknownSizeEndsWithAMessageOfItsOwnAndIsCountedOnce() {
        Pieces pieces = new Pieces(0, "abc", "de");
        Exchange exchange = exchange(_ -> pieces, Exchange.UNLIMITED);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.kinds).containsExactly(SessionWire.DATA, SessionWire.DATA, SessionWire.END);
        assertThat(client.text()).isEqualTo("abcde");
        assertThat(exchange.bytes()).isEqualTo(5);
        assertThat(pieces.isClosed()).isTrue();
    }

    /** Whoever has its answer may ask again at once, and is not refused for the request before. */
    @Test
    void thePlaceIsFreeBeforeTheLastMessageAndTakenAgainIfThatFindsNoRoom() {
        client.offers.addAll(List.of(Offer.SENT, Offer.FULL, Offer.FULL));
        Exchange exchange = exchange("012345");
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.FULL);
        assertThat(exchange.isFull()).isTrue();
        assertThat(admission.used()).isOne();
        assertThat(exchange.retry(message)).isFalse();
        assertThat(admission.used()).isOne();
        assertThat(exchange.retry(message)).isTrue();
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.atWork).containsExactly(1, 0, 0, 0);
        assertThat(client.offeredAgain).as("it is known to have been full").isEqualTo(2);
        assertThat(admission.used()).isZero();
        assertThat(client.text()).isEqualTo("012345");
        assertThat(exchange.outcome()).isEqualTo(Outcome.END);
    }

    @Test
    void noMoreIsSentThanTheClientAllows() {
        Exchange exchange = exchange(_ -> Content.of("0123456789"), 5);
        exchange.allow(3, Optional.empty());
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.NOT_ALLOWED);
        assertThat(client.text()).as("what was allowed stays so").isEqualTo("01234");
        assertThat(exchange.isFull()).isFalse();
        assertThat(exchange.retry(message)).isFalse();
        exchange.allow(100, Optional.empty());
        assertThat(exchange.retry(message)).isTrue();
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.text()).isEqualTo("0123456789");
    }

    @Test
    void aBurstIsAsLongAsItIsAllowedToBe() {
        Exchange exchange = exchange("0123456789");
        assertThat(exchange.advance(message, 2)).isEqualTo(Progress.MORE);
        assertThat(client.kinds).hasSize(2);
        assertThat(exchange.advance(message, 2)).isEqualTo(Progress.OVER);
    }

    @Test
    void aClientThatIsGoneEndsItAndNobodyIsAsked() {
        client.there = false;
        List<String> asked = new ArrayList<>();
        Exchange exchange = exchange(
                request -> {
                    asked.add(request.service());
                    return Content.of("x");
                },
                Exchange.UNLIMITED);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(exchange.outcome()).isEqualTo(Outcome.GONE);
        assertThat(asked).isEmpty();
        assertThat(client.kinds).isEmpty();
        assertThat(settlement.discarded).isOne();
        assertThat(admission.used()).isZero();
    }

    /** Seconds later its id may be another user's queue. */
    @Test
    void aLookAtAClientsQueueIsBelievedForTenMillisecondsAndNoLonger() {
        client.there = false;
        client.ageOfLook = TimeUnit.MILLISECONDS.toNanos(10);
        Exchange exchange = exchange("abc");
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(exchange.outcome()).isEqualTo(Outcome.GONE);
        assertThat(client.kinds).isEmpty();

        client.ageOfLook--;
        assertThat(exchange("abc").advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.text()).as("each look costs a system call").isEqualTo("abc");
    }

    @Test
    void aClientThatGoesInTheMiddleOrLocksItsQueueEndsIt() {
        for (Offer refused : new Offer[] {Offer.GONE, Offer.DENIED}) {
            client.offers.addAll(List.of(Offer.SENT, refused));
            Pieces pieces = new Pieces(0, "abc", "de");
            Exchange exchange = exchange(_ -> pieces, Exchange.UNLIMITED);
            assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
            assertThat(exchange.outcome()).isEqualTo(refused == Offer.GONE ? Outcome.GONE : Outcome.DENIED);
            assertThat(exchange.bytes()).isEqualTo(3);
            assertThat(pieces.isClosed()).isTrue();
            assertThat(admission.used()).isZero();
        }
        assertThat(settlement.discarded).isZero();
    }

    @Test
    void whatIsCancelledIsSentNoFurther() {
        client.offers.addAll(List.of(Offer.SENT, Offer.FULL));
        Exchange exchange = exchange("0123456789");
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.FULL);
        exchange.request().cancel();
        assertThat(exchange.retry(message)).isTrue();
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(exchange.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(client.text()).isEqualTo("0123");
        assertThat(admission.used()).isZero();
    }

    @Test
    void aServiceThatRefusesIsQuotedAndOneThatBreaksIsNot() {
        Exchange refused = exchange(
                _ -> {
                    throw new ServiceException(FailureKind.BUSY, "later");
                },
                Exchange.UNLIMITED);
        assertThat(refused.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(refused.outcome()).isEqualTo(Outcome.BUSY);
        assertThat(client.failure()).isEqualTo("later");
        assertThat(SessionWire.code(SessionWire.onHeap(client.last))).isEqualTo(FailureKind.BUSY.code());

        Exchange stopping = exchange(
                _ -> {
                    throw new ServiceException(FailureKind.STOPPING, "ends");
                },
                Exchange.UNLIMITED);
        assertThat(stopping.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(stopping.outcome()).isEqualTo(Outcome.STOPPED);

        for (Throwable defect : new Throwable[] {
            new IllegalStateException("a secret"), new IOException("a secret"), new StackOverflowError("a secret")
        }) {
            Exchange broken = exchange(
                    _ -> {
                        raise(defect);
                        return Content.of("never");
                    },
                    Exchange.UNLIMITED);
            assertThat(broken.advance(message, BURST)).isEqualTo(Progress.OVER);
            assertThat(broken.outcome()).isEqualTo(Outcome.FAILURE);
            assertThat(client.failure()).isEqualTo("Internal error");
            assertThat(broken.bytes()).isZero();
            assertThat(broken.unsent()).isEmpty();
        }
        assertThat(admission.used()).isZero();
    }

    /** A service that does not keep its word must not have its client take a part for the whole. */
    @Test
    void contentOfAnotherSizeThanWasSaidFails() {
        for (long said : new long[] {3, 7}) {
            Exchange exchange = exchange(
                    _ -> new Content() {
                        private final Content real = Content.of("01234");

                        @Override
                        public OptionalLong size() {
                            return OptionalLong.of(said);
                        }

                        @Override
                        public int read(MemorySegment target, int limit) throws ServiceException, IOException {
                            return real.read(target, limit);
                        }

                        @Override
                        public void close() {
                            real.close();
                        }
                    },
                    Exchange.UNLIMITED);
            assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
            assertThat(exchange.outcome()).as("said %d", said).isEqualTo(Outcome.FAILURE);
            assertThat(client.kinds).doesNotContain(SessionWire.END);
        }
    }

    @Test
    void contentIsReadOnceItIsPreparedAndTheClientIsToldThatItLives() {
        Exchange exchange = exchange(_ -> new Pieces(2, "abc"), Exchange.UNLIMITED);
        assertThat(exchange.isUnprepared()).isFalse();
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.UNPREPARED);
        assertThat(exchange.isUnprepared()).isTrue();
        exchange.signOfLife(message);
        assertThat(client.kinds).containsExactly(SessionWire.DATA);
        assertThat(client.text()).isEmpty();
        exchange.work(message);
        assertThat(exchange.isUnprepared()).isTrue();
        exchange.work(message);
        assertThat(exchange.isUnprepared()).isFalse();
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.text()).isEqualTo("abc");
    }

    @Test
    void aSignOfLifeThatFindsNobodyEndsIt() {
        Exchange exchange = exchange(_ -> new Pieces(2, "abc"), Exchange.UNLIMITED);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.UNPREPARED);
        client.offers.addAll(List.of(Offer.FULL, Offer.DENIED));
        exchange.signOfLife(message);
        assertThat(exchange.outcome()).isNull();
        exchange.signOfLife(message);
        assertThat(exchange.outcome()).isEqualTo(Outcome.DENIED);
    }

    /** As where the kernel has no memory for it now. */
    @Test
    void aSignOfLifeThatTheEngineRefusesIsLeftOut() {
        Exchange exchange = exchange(_ -> new Pieces(1, "abc"), Exchange.UNLIMITED);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.UNPREPARED);
        client.refusals = 1;
        exchange.signOfLife(message);
        assertThat(client.kinds).isEmpty();
        exchange.work(message);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(exchange.outcome()).isEqualTo(Outcome.END);
        assertThat(client.text()).isEqualTo("abc");
    }

    /** As on a broker, whose confirms come later. */
    @Test
    void whatCanStillBeRefusedIsNotOver() {
        client.settled.addAll(List.of(Offer.FULL, Offer.FULL, Offer.FULL));
        Exchange exchange = exchange("abc");
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.FULL);
        assertThat(exchange.isSettling()).isTrue();
        assertThat(exchange.isFull()).isTrue();
        assertThat(exchange.outcome()).isNull();
        assertThat(exchange.settle()).isFalse();
        assertThat(exchange.settle()).isTrue();
        assertThat(exchange.isSettling()).isFalse();
        assertThat(exchange.outcome()).isEqualTo(Outcome.END);

        client.settled.addAll(List.of(Offer.FULL, Offer.FULL, Offer.GONE));
        Exchange refused = exchange("abc");
        assertThat(refused.advance(message, BURST)).isEqualTo(Progress.FULL);
        assertThat(refused.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(refused.outcome()).isEqualTo(Outcome.GONE);
    }

    @Test
    void aMessageThatTheKernelDoesNotTakeBecomesAFailure() {
        client.refusals = 1;
        Exchange exchange = exchange("abc");
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.kinds).containsExactly(SessionWire.FAILURE);
        assertThat(exchange.outcome()).isEqualTo(Outcome.FAILURE);
        assertThat(exchange.bytes()).isZero();

        client.refusals = 2;
        Exchange denied = exchange("abc");
        assertThat(denied.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(denied.outcome()).isEqualTo(Outcome.DENIED);
        assertThat(admission.used()).isZero();
    }

    @Test
    void aFailureWithoutRoomEndsItAndIsKept() {
        client.offers.add(Offer.FULL);
        Exchange exchange = exchange(
                _ -> {
                    throw new ServiceException("no");
                },
                Exchange.UNLIMITED);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(exchange.outcome()).isEqualTo(Outcome.FAILURE);
        assertThat(client.kinds).as("it is sent later").isEmpty();
        assertThat(exchange.unsent())
                .hasValueSatisfying(unsent ->
                        assertThat(unsent.share()).as("who is charged").isEqualTo("user"));
        assertThat(settlement.discarded).as("it will be answered").isZero();
        assertThat(admission.used()).isZero();
    }

    @Test
    void anEndBeforeItsTimeIsToldAndToldOnce() {
        Exchange exchange = exchange(_ -> Content.of("0123456789"), 5);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.NOT_ALLOWED);
        exchange.abort(message, Outcome.STALLED, FailureKind.STALLED, "too slow");
        exchange.abort(message, Outcome.STOPPED, FailureKind.STOPPING, "again");
        assertThat(exchange.outcome()).isEqualTo(Outcome.STALLED);
        assertThat(client.failure()).isEqualTo("too slow");
        assertThat(exchange.unsent()).isEmpty();

        client.offers.add(Offer.FULL);
        Exchange full = exchange("abc");
        full.abort(message, Outcome.STALLED, FailureKind.STALLED, "too slow");
        assertThat(full.unsent()).isPresent();

        Exchange silent = exchange("abc");
        int sent = client.kinds.size();
        silent.abort(null, Outcome.GONE, FailureKind.INTERNAL, "");
        assertThat(client.kinds).hasSize(sent);
        assertThat(silent.outcome()).isEqualTo(Outcome.GONE);
        assertThat(admission.used()).isZero();
    }

    @Test
    void whatAnotherServerCanAnswerIsGivenBackWhenThisOneStops() {
        settlement.takesBack = true;
        Exchange unanswered = exchange("abc");
        unanswered.abort(message, Outcome.STOPPED, FailureKind.STOPPING, "ends");
        assertThat(client.kinds).isEmpty();
        assertThat(settlement.discarded).isZero();

        Exchange begun = exchange(_ -> Content.of("0123456789"), 5);
        assertThat(begun.advance(message, BURST)).isEqualTo(Progress.NOT_ALLOWED);
        begun.abort(message, Outcome.STOPPED, FailureKind.STOPPING, "ends");
        assertThat(client.failure()).isEqualTo("ends");
    }

    @Test
    void aClientThatHasGoneWhileItHadToAllowMoreIsNoticed() {
        Exchange exchange = exchange(_ -> Content.of("0123456789"), 5);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.NOT_ALLOWED);
        client.there = false;
        assertThat(exchange.retry(message)).isTrue();
        assertThat(exchange.outcome()).isEqualTo(Outcome.GONE);
    }

    @Test
    void aClientThatHasGoneWhileItsContentWasPreparedIsNoticed() {
        Exchange exchange = exchange(_ -> new Pieces(2, "abc"), Exchange.UNLIMITED);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.UNPREPARED);
        client.there = false;
        exchange.signOfLife(message);
        assertThat(client.kinds).isEmpty();
        assertThat(exchange.outcome()).isEqualTo(Outcome.GONE);

        // Its queue is removed between the look and the message.
        client.there = true;
        client.offers.add(Offer.GONE);
        Exchange later = exchange(_ -> new Pieces(2, "abc"), Exchange.UNLIMITED);
        assertThat(later.advance(message, BURST)).isEqualTo(Progress.UNPREPARED);
        later.signOfLife(message);
        assertThat(later.outcome()).isEqualTo(Outcome.GONE);
    }

    /** Who wants to know is told of what is waited for. */
    @Test
    void roomIsWaitedForUntilAllIsSentAndThenItsSettlement() {
        client.offers.addAll(List.of(Offer.SENT, Offer.FULL));
        client.settled.addAll(List.of(Offer.FULL, Offer.FULL));
        Exchange exchange = exchange("012345");
        Runnable look = () -> {};
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.FULL);
        assertThat(exchange.onRoom(look)).isTrue();
        assertThat(client.roomLooks).containsExactly(look);
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.FULL);
        assertThat(exchange.onRoom(look)).isTrue();
        assertThat(client.roomLooks).hasSize(1);
        assertThat(client.settlementLooks).containsExactly(look);

        client.tells = false;
        assertThat(exchange.onRoom(look)).as("the engine cannot know").isFalse();
    }

    /** Content that breaks in the second step of its preparation, or when it is read for the second time. */
    private record Breaking(Throwable thrown, AtomicInteger steps, AtomicInteger reads) implements Content {
        static Breaking whilePrepared(Throwable thrown) {
            return new Breaking(thrown, new AtomicInteger(2), new AtomicInteger(-1));
        }

        static Breaking whileRead(Throwable thrown) {
            return new Breaking(thrown, new AtomicInteger(), new AtomicInteger(2));
        }

        @Override
        public boolean prepare() throws ServiceException, IOException {
            if (steps.get() == 0) {
                return true;
            }
            if (steps.decrementAndGet() == 0) {
                raise(thrown);
            }
            return false;
        }

        @Override
        public int read(MemorySegment target, int limit) throws ServiceException, IOException {
            if (reads.decrementAndGet() == 0) {
                raise(thrown);
            }
            return 1;
        }

        @Override
        public void close() {}
    }

    private static void raise(Throwable thrown) throws ServiceException, IOException {
        switch (thrown) {
            case ServiceException refused -> throw refused;
            case IOException failed -> throw failed;
            case RuntimeException defect -> throw defect;
            default -> throw (Error) thrown;
        }
    }

    /** The JVM throws InternalError where a file that is mapped has become shorter. */
    private static final List<Throwable> DEFECTS =
            List.of(new IOException("a secret"), new IllegalStateException("a secret"), new InternalError("a secret"));

    @Test
    void whatBreaksWhileItIsPreparedIsToldAndLogged() {
        Exchange refused =
                exchange(_ -> Breaking.whilePrepared(new ServiceException("there is none")), Exchange.UNLIMITED);
        assertThat(refused.advance(message, BURST)).isEqualTo(Progress.UNPREPARED);
        refused.work(message);
        assertThat(refused.isUnprepared()).isFalse();
        assertThat(refused.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.failure()).isEqualTo("there is none");

        for (Throwable defect : DEFECTS) {
            Exchange broken = exchange(_ -> Breaking.whilePrepared(defect), Exchange.UNLIMITED);
            assertThat(broken.advance(message, BURST)).isEqualTo(Progress.UNPREPARED);
            try (Logged logged = Logged.by(Exchange.class)) {
                broken.work(message);
                assertThat(logged.lines())
                        .hasSize(1)
                        .allMatch(line -> line.startsWith("SEVERE ") && line.endsWith("a secret"));
            }
            assertThat(broken.advance(message, BURST)).isEqualTo(Progress.OVER);
            assertThat(broken.outcome()).isEqualTo(Outcome.FAILURE);
            assertThat(client.failure()).isEqualTo("Internal error");
        }
        assertThat(admission.used()).isZero();
    }

    @Test
    void whatBreaksWhileItIsReadIsToldAndLogged() {
        for (Throwable defect : DEFECTS) {
            Exchange broken = exchange(_ -> Breaking.whileRead(defect), Exchange.UNLIMITED);
            try (Logged logged = Logged.by(Exchange.class)) {
                assertThat(broken.advance(message, BURST)).isEqualTo(Progress.OVER);
                assertThat(logged.lines())
                        .hasSize(1)
                        .allMatch(line -> line.startsWith("SEVERE ") && line.endsWith("a secret"));
            }
            assertThat(broken.outcome()).isEqualTo(Outcome.FAILURE);
            assertThat(broken.bytes()).as("what came before").isOne();
            assertThat(client.failure()).isEqualTo("Internal error");
        }
        assertThat(admission.used()).isZero();
    }

    // What the log says

    private static final class Broken implements Service {
        @Override
        public Content open(Request request) {
            throw new IllegalStateException("a secret");
        }

        @Override
        public String describe(Request request) {
            return "the reading of 'x'";
        }
    }

    @Test
    void aDefectOfAServiceIsLoggedWithItsNameAndTheRequest() {
        try (Logged logged = Logged.by(Exchange.class)) {
            exchange(new Broken(), Exchange.UNLIMITED).advance(message, BURST);
            assertThat(logged.lines())
                    .containsExactly("SEVERE The service 'any' failed on the reading of 'x': a secret");
        }
        try (Logged logged = Logged.by(Exchange.class)) {
            named("").advance(message, BURST);
            assertThat(logged.lines()).containsExactly("SEVERE The service failed on the reading of 'x': a secret");
        }
        assertThat(named("").describe()).isEqualTo("the reading of 'x'");
    }

    /** The interrupt of its own cancel made it fail. */
    @Test
    void whatACancelledServiceThrowsIsForThoseWhoDebug() {
        Exchange[] self = new Exchange[1];
        self[0] = exchange(
                _ -> {
                    self[0].request().cancel();
                    throw new IllegalStateException("interrupted");
                },
                Exchange.UNLIMITED);
        try (Logged logged = Logged.by(Exchange.class)) {
            assertThat(self[0].advance(message, BURST)).isEqualTo(Progress.OVER);
            assertThat(logged.lines()).hasSize(1).allMatch(line -> line.startsWith("FINE "));
        }
        assertThat(self[0].outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void whatTheEngineRefusesIsLoggedAndAFloodOfItOnce() {
        client.refusals = 100;
        try (Logged logged = Logged.by(Exchange.class)) {
            for (int i = 0; i < 50; i++) {
                // The message and then FAILURE, which is shorter.
                assertThat(exchange("abc").advance(message, BURST)).isEqualTo(Progress.OVER);
            }
            assertThat(client.refusals).isZero();
            assertThat(logged.lines()).containsExactly("WARNING as if msgmax was lowered");
        }
    }

    @Test
    void contentThatCannotBeClosedIsLoggedAndItsClientHasItsAnswer() {
        Exchange exchange = exchange(
                _ -> new Content() {
                    private final Content real = Content.of("abc");

                    @Override
                    public int read(MemorySegment target, int limit) throws ServiceException, IOException {
                        return real.read(target, limit);
                    }

                    @Override
                    public void close() {
                        throw new IllegalStateException("no way");
                    }
                },
                Exchange.UNLIMITED);
        try (Logged logged = Logged.by(Exchange.class)) {
            assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
            assertThat(logged.lines())
                    .hasSize(1)
                    .allMatch(line -> line.startsWith("SEVERE ") && line.endsWith("no way"));
        }
        assertThat(exchange.outcome()).isEqualTo(Outcome.END);
        assertThat(client.text()).isEqualTo("abc");
    }

    private Exchange named(String service) {
        ServedRequest request = new ServedRequest("session", service, client, new byte[0], ServedRequest.NO_DEADLINE);
        SessionAnswer format = new SessionAnswer(1, 16_384, 8_192);
        return new Exchange(
                request,
                new Broken(),
                client,
                format,
                Exchange.UNLIMITED,
                settlement,
                Place.uncharged("user"),
                refusals);
    }

    // By a lane

    private static final class MemoryLane implements Lane {
        private final MemorySegment memory = MemorySegment.ofArray(new byte[2 * Lane.PIECE]);
        private int closed;

        @Override
        public LaneAddress address() {
            return new LaneAddress(9, 2 * Lane.PIECE);
        }

        @Override
        public MemorySegment memory() {
            return memory;
        }

        @Override
        public void close() {
            closed++;
        }
    }

    @Test
    void contentGoesIntoTheLaneThatTheClientHasOffered() {
        MemoryLane lane = new MemoryLane();
        client.lane = Optional.of(lane);
        Exchange exchange = exchange(_ -> Content.of("0123456789"), 5);
        exchange.allow(7, Optional.of(lane.address()));
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.NOT_ALLOWED);
        assertThat(client.kinds).containsExactly(SessionWire.IN_LANE);
        assertThat(SessionWire.inLane(SessionWire.onHeap(client.last))).isEqualTo(7);
        assertThat(exchange.bytes()).isEqualTo(7);
        assertThat(lane.closed).isZero();
        exchange.allow(100, Optional.empty());
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.kinds).containsExactly(SessionWire.IN_LANE, SessionWire.IN_LANE, SessionWire.END);
        assertThat(new String(lane.memory().asSlice(0, 10).toArray(JAVA_BYTE), StandardCharsets.US_ASCII))
                .isEqualTo("0123456789");
        assertThat(client.text()).isEmpty();
        assertThat(lane.closed).isOne();
    }

    /** Each look for a lane attaches memory that somebody has to give back. */
    @Test
    void oneOfferOfALaneIsLookedAtForAnAnswer() {
        MemoryLane lane = new MemoryLane();
        Exchange exchange = exchange(_ -> Content.of("0123456789"), 5);
        exchange.allow(5, Optional.of(lane.address()));
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.NOT_ALLOWED);
        client.lane = Optional.of(lane);
        exchange.allow(100, Optional.of(lane.address()));
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(client.laneLooks).isOne();
        assertThat(client.text()).as("there was none, so it comes in messages").isEqualTo("0123456789");
    }

    @Test
    void whatGoesBeyondTheEndOfTheLaneGoesOnAtItsBeginning() {
        MemoryLane lane = new MemoryLane();
        client.lane = Optional.of(lane);
        byte[] content = new byte[3 * Lane.PIECE];
        new Random(7).nextBytes(content);
        Exchange exchange = exchange(_ -> Content.of(content), 5);
        exchange.allow(5, Optional.of(lane.address()));
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.NOT_ALLOWED);
        exchange.allow(content.length + 1, Optional.empty());
        assertThat(exchange.advance(message, BURST)).isEqualTo(Progress.OVER);
        assertThat(exchange.outcome()).isEqualTo(Outcome.END);
        assertThat(exchange.bytes()).isEqualTo(content.length);
        byte[] left = lane.memory().toArray(JAVA_BYTE);
        assertThat(Arrays.copyOfRange(left, Lane.PIECE, 2 * Lane.PIECE))
                .isEqualTo(Arrays.copyOfRange(content, Lane.PIECE, 2 * Lane.PIECE));
        assertThat(Arrays.copyOf(left, Lane.PIECE))
                .isEqualTo(Arrays.copyOfRange(content, 2 * Lane.PIECE, 3 * Lane.PIECE));
    }
}
