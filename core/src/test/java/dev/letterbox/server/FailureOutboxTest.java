package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.FailureKind;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.PrivateQueueStub;
import dev.letterbox.dialect.ResponseFormat;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.Settlement;
import dev.letterbox.server.FailureOutbox.Unsent;
import dev.letterbox.testkit.Await;
import dev.letterbox.wire.SessionAnswer;
import dev.letterbox.wire.SessionWire;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each FAILURE is kept until its client takes it or is gone, within its user's share. */
final class FailureOutboxTest {
    private final Keeper keeper = new Keeper(System::nanoTime, Runnable::run);
    private final FailureOutbox outbox = new FailureOutbox(keeper, () -> new Message(8192), _ -> {}, 64);

    @AfterEach
    void end() {
        outbox.close();
        keeper.end();
    }

    /** A client whose queue has as much room as the test says. */
    private static final class Client extends PrivateQueueStub {
        private final List<Long> told = Collections.synchronizedList(new ArrayList<>());
        private volatile Offer answer = Offer.FULL;
        private volatile int room;

        private Client(int id) {
            super(id);
        }

        @Override
        public synchronized Offer offer(Message message) {
            if (answer != Offer.FULL || room == 0) {
                return answer;
            }
            room--;
            told.add(message.type() == SessionWire.RESPONSE_TYPE ? SessionWire.answers(message.bytes()) : 0L);
            return Offer.SENT;
        }
    }

    private static ResponseFormat numbered(long id) {
        return new SessionAnswer(id, 16_384, 8192);
    }

    private void keep(Client client, ResponseFormat format, String share) {
        outbox.keep(new Unsent(client, format, FailureKind.BUSY, "Busy", Settlement.AT_RECEIPT, share));
    }

    @Test
    void whatHadNoRoomComesInItsOrderWhenThereIsRoom() {
        Client client = new Client(1);
        for (long id = 1; id <= 20; id++) {
            keep(client, numbered(id), "one");
        }
        assertThat(outbox.size()).isEqualTo(20);
        client.room = 7;
        Await.until("seven have come", () -> client.told.size() == 7);
        client.room = 100;
        Await.until("nothing is kept", () -> outbox.size() == 0);
        assertThat(client.told)
                .containsExactly(
                        1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L, 20L);
        keep(client, numbered(21), "one");
        Await.until("it comes too", () -> client.told.contains(21L));
    }

    @Test
    void whatIsKeptForAQueueThatIsGoneIsForgotten() {
        Client gone = new Client(1);
        Client full = new Client(2);
        keep(gone, numbered(1), "one");
        keep(gone, numbered(2), "one");
        keep(full, numbered(3), "two");
        gone.answer = Offer.GONE;
        outbox.heardOf(gone.address());
        Await.until("the other one's is left", () -> outbox.size() == 1);
        full.room = 1;
        Await.until("it comes", () -> full.told.equals(List.of(3L)));
    }

    @Test
    void aUserWhoFillsItsShareLeavesOthersTheirs() {
        Client greedy = new Client(1);
        Client other = new Client(2);
        for (long id = 1; id <= 1000; id++) {
            keep(greedy, numbered(id), "greedy");
        }
        assertThat(outbox.size()).isEqualTo(32);
        keep(other, numbered(1), "other");
        other.room = 1;
        Await.until("it comes", () -> other.told.equals(List.of(1L)));
    }

    @Test
    void whatWasDeliveredFreesTheShareOfItsUser() {
        Client client = new Client(1);
        for (int round = 0; round < 3; round++) {
            for (long id = 1; id <= 1000; id++) {
                keep(client, numbered(id), "share of one");
            }
            assertThat(outbox.size()).isEqualTo(32);
            client.room = 32;
            outbox.heardOf(client.address());
            Await.until("nothing is kept", () -> outbox.size() == 0);
            client.room = 0;
        }
    }

    /** On a broker, a request that nobody answers and nobody discards would be delivered again. */
    @Test
    void theEngineLearnsWhatBecameOfEachRequest() {
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger discarded = new AtomicInteger();
        Settlement settlement = new Settlement() {
            @Override
            public void answered(Route.ToClient client) {
                answered.incrementAndGet();
            }

            @Override
            public void discard() {
                discarded.incrementAndGet();
            }

            @Override
            public boolean giveBack() {
                return false;
            }
        };
        Offer[] ends = {Offer.GONE, Offer.DENIED};
        for (int each = 0; each < ends.length; each++) {
            Client client = new Client(each);
            client.answer = ends[each];
            outbox.keep(new Unsent(client, numbered(1), FailureKind.BUSY, "Busy", settlement, "one"));
        }
        Await.until("they are over", () -> outbox.size() == 0);
        assertThat(discarded).hasValue(2);
        assertThat(answered).hasValue(0);

        Client reads = new Client(3);
        reads.room = 1;
        outbox.keep(new Unsent(reads, numbered(1), FailureKind.BUSY, "Busy", settlement, "one"));
        Await.until("it has come", () -> outbox.size() == 0);
        assertThat(answered).hasValue(1);

        // One for which there is no room, and one that comes too late.
        outbox.keep(new Unsent(new Client(4), numbered(1), FailureKind.BUSY, "Busy", settlement, "one"));
        outbox.close();
        Await.until("it is forgotten", () -> discarded.get() == 3);
        outbox.keep(new Unsent(new Client(5), numbered(1), FailureKind.BUSY, "Busy", settlement, "one"));
        assertThat(discarded).hasValue(4);
        assertThat(answered).hasValue(1);
    }

    /** A client of a classic dialect asks one thing at a time: a second FAILURE would be taken for that of its next request. */
    @Test
    void withoutNumbersOneIsKept() {
        Client classic = new Client(1);
        keep(classic, new PlainDialect(), "one");
        keep(classic, new PlainDialect(), "one");
        assertThat(outbox.size()).isEqualTo(1);
        classic.room = 5;
        Await.until("it comes", () -> outbox.size() == 0);
        assertThat(classic.told).hasSize(1);
    }

    @Test
    void aClientThatIsHeardOfHasNotToWait() {
        Client slow = new Client(1);
        keep(slow, numbered(1), "one");
        slow.room = 1;
        outbox.heardOf(slow.address());
        Await.until("it comes", () -> slow.told.equals(List.of(1L)));
    }

    /** As a program that was stopped, or that has much to do: it cannot say that it goes on. */
    @Test
    void aClientThatReadsAfterALongTimeHasWhatIsKeptWithinASecond() {
        AtomicLong clock = new AtomicLong();
        Keeper watched = new Keeper(clock::get, _ -> {});
        FailureOutbox kept = new FailureOutbox(watched, () -> new Message(8192), _ -> {}, 64);
        List<Client> slow = new ArrayList<>();
        for (int second = 0; second < 70; second++) {
            clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
            watched.lookAtDue();
            if (second < 6) {
                Client client = new Client(second);
                slow.add(client);
                kept.keep(new Unsent(
                        client, numbered(second), FailureKind.STALLED, "late", Settlement.AT_RECEIPT, "one"));
            }
        }
        slow.forEach(client -> client.room = 1);
        // A look may be a little late.
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_100));
        watched.lookAtDue();
        assertThat(slow).allSatisfy(client -> assertThat(client.told).hasSize(1));
    }
}
