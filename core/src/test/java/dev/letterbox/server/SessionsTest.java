package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.ReturnAddress;
import dev.letterbox.contract.PrivateQueueStub;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.server.Sessions.Session;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which clients have a session, who proves it, and what is forgotten with them. */
final class SessionsTest {
    private final Sessions sessions = new Sessions();

    /** A private queue that the test removes. */
    private static final class PrivateQueue extends PrivateQueueStub {
        private boolean there = true;
        private boolean ended;
        private int looks;

        PrivateQueue(int id) {
            super(id);
        }

        @Override
        public Offer offer(Message message) {
            return there ? Offer.SENT : Offer.GONE;
        }

        @Override
        public boolean isUnchanged(long holds) {
            looks++;
            // A look from before may still say so.
            return there || holds > 0;
        }

        @Override
        public boolean hasEnded() {
            return ended;
        }
    }

    /** A request that counts how often it was cancelled. */
    private static final class Asked implements Work {
        private final AtomicInteger cancelled = new AtomicInteger();

        @Override
        public void allow(long upTo, Optional<LaneAddress> lane) {}

        @Override
        public void cancel() {
            cancelled.incrementAndGet();
        }
    }

    @Test
    void aQueueKeepsItsSessionWhoeverGreetsInItsName() {
        PrivateQueue queue = new PrivateQueue(1);
        Session first = sessions.open(queue);
        Asked asked = new Asked();
        first.atWork().put(1L, asked);

        assertThat(sessions.open(new PrivateQueue(1))).isSameAs(first);
        assertThat(sessions.count()).isOne();
        assertThat(first.hasEnded()).isFalse();
        assertThat(asked.cancelled).hasValue(0);
        assertThat(first.route()).isSameAs(queue);
    }

    @Test
    void anIdThatIsAnotherQueueByNowGetsANewSessionAndTheOldOneEnds() {
        PrivateQueue before = new PrivateQueue(1);
        Session old = sessions.open(before);
        Asked asked = new Asked();
        old.atWork().put(1L, asked);
        before.there = false;
        PrivateQueue now = new PrivateQueue(1);

        Session fresh = sessions.open(now);

        assertThat(fresh).isNotSameAs(old);
        assertThat(fresh.route()).isSameAs(now);
        assertThat(old.hasEnded()).isTrue();
        assertThat(asked.cancelled).hasValue(1);
        assertThat(sessions.find(old.credentials())).isEmpty();
        assertThat(sessions.find(fresh.credentials())).containsSame(fresh);
        assertThat(sessions.count()).isOne();
    }

    @Test
    void onlyTheWholeTokenOfASessionProvesIt() {
        Session session = sessions.open(new PrivateQueue(1));
        Session other = sessions.open(new PrivateQueue(2));
        long number = session.credentials().session();
        Bits128 token = session.credentials().token();

        assertThat(sessions.find(new Credentials(number, token))).containsSame(session);
        assertThat(sessions.find(new Credentials(number, new Bits128(token.high() ^ 1, token.low()))))
                .isEmpty();
        assertThat(sessions.find(new Credentials(number, new Bits128(token.high(), token.low() ^ 1))))
                .isEmpty();
        assertThat(sessions.find(new Credentials(number, other.credentials().token())))
                .isEmpty();
        assertThat(sessions.find(new Credentials(number ^ Long.MIN_VALUE, token)))
                .isEmpty();
    }

    @Test
    void numbersAndTokensAreDrawnAnewForEachSession() {
        Set<Long> halves = new HashSet<>();
        for (int id = 0; id < 200; id++) {
            Credentials credentials = sessions.open(new PrivateQueue(id)).credentials();
            assertThat(credentials.session()).isPositive();
            halves.add(credentials.session());
            halves.add(credentials.token().high());
            halves.add(credentials.token().low());
        }
        assertThat(halves).hasSize(600);
    }

    @Test
    void aRequestsIdPassesOnceInASession() {
        Session session = sessions.open(new PrivateQueue(1));
        assertThat(session.accept(1)).isTrue();
        assertThat(session.accept(1)).isFalse();
        assertThat(sessions.open(new PrivateQueue(2)).accept(1)).isTrue();
    }

    @Test
    void aClosedSessionCancelsItsRequestsAndIsForgotten() {
        PrivateQueue queue = new PrivateQueue(1);
        Session session = sessions.open(queue);
        Asked asked = new Asked();
        session.atWork().put(1L, asked);
        assertThat(sessions.has(queue.address())).isTrue();

        sessions.end(queue.address());
        sessions.end(queue.address());

        assertThat(asked.cancelled).hasValue(1);
        assertThat(session.hasEnded()).isTrue();
        assertThat(sessions.has(queue.address())).isFalse();
        assertThat(sessions.find(session.credentials())).isEmpty();
        assertThat(sessions.count()).isZero();
    }

    /**
     * Whoever puts a request to work looks afterwards whether the session has ended, and cancels it then. One that comes while
     * the others are cancelled must not find the session open, or nobody cancels it.
     */
    @Test
    void aSessionHasEndedBeforeItsRequestsAreCancelled() {
        Session session = sessions.open(new PrivateQueue(1));
        List<Boolean> seen = new ArrayList<>();
        session.atWork().put(1L, new Work() {
            @Override
            public void allow(long upTo, Optional<LaneAddress> lane) {}

            @Override
            public void cancel() {
                seen.add(session.hasEnded());
            }
        });
        sessions.close(session);
        assertThat(seen).containsExactly(true);
    }

    @Test
    void theEndOfAnOldSessionDoesNotEndTheNewOneOfItsQueue() {
        PrivateQueue before = new PrivateQueue(1);
        Session old = sessions.open(before);
        before.there = false;
        PrivateQueue now = new PrivateQueue(1);
        Session fresh = sessions.open(now);

        sessions.close(old);

        assertThat(sessions.has(now.address())).isTrue();
        assertThat(fresh.hasEnded()).isFalse();
    }

    @Test
    void whoseEndNobodyTellsIsLookedAtUntilItEnds() {
        Session before = sessions.open(new PrivateQueue(1));
        Session too = sessions.open(new PrivateQueue(2));
        assertThat(sessions.someAreUntied()).isFalse();
        sessions.untie();
        sessions.open(new PrivateQueue(3));
        assertThat(sessions.someAreUntied()).isTrue();
        sessions.close(before);
        assertThat(sessions.someAreUntied()).isTrue();
        sessions.close(too);
        assertThat(sessions.someAreUntied()).as("the end of the third is told").isFalse();
    }

    @Test
    void aQueueThatIsGoneHasNoSession() {
        PrivateQueue queue = new PrivateQueue(1);
        sessions.open(queue);
        assertThat(sessions.has(ReturnAddress.ofQueue(2))).isFalse();
        queue.there = false;
        assertThat(sessions.has(queue.address())).isFalse();
    }

    @Test
    void thoseOfTheDeadAreEndedAndTheirQueuesTold() {
        PrivateQueue dead = new PrivateQueue(1);
        PrivateQueue alive = new PrivateQueue(2);
        Session ended = sessions.open(dead);
        Session lives = sessions.open(alive);
        dead.ended = true;

        assertThat(sessions.endThoseOfTheDead()).containsExactly(dead.address());
        assertThat(sessions.endThoseOfTheDead()).isEmpty();

        assertThat(ended.hasEnded()).isTrue();
        assertThat(sessions.has(dead.address())).as("its queue is still there").isFalse();
        assertThat(lives.hasEnded()).isFalse();
        assertThat(sessions.find(lives.credentials())).containsSame(lives);
        assertThat(sessions.count()).isOne();
    }

    @Test
    void whatAnotherServerOpenedIsAdoptedUnlessItsQueueOrItsNumberIsTaken() {
        Credentials credentials = new Credentials(5, new Bits128(6, 7));
        PrivateQueue queue = new PrivateQueue(1);
        Session adopted = sessions.adopt(queue, credentials).orElseThrow();
        assertThat(sessions.find(credentials)).containsSame(adopted);

        assertThat(sessions.adopt(new PrivateQueue(1), new Credentials(8, new Bits128(6, 7))))
                .as("its queue has one")
                .isEmpty();
        assertThat(sessions.adopt(new PrivateQueue(2), credentials))
                .as("its number is another's")
                .isEmpty();
        assertThat(adopted.hasEnded()).isFalse();
        assertThat(sessions.count()).isOne();

        queue.there = false;
        Session again = sessions.adopt(new PrivateQueue(2), credentials).orElseThrow();
        assertThat(adopted.hasEnded()).isTrue();
        assertThat(again.hasEnded()).isFalse();
        assertThat(sessions.find(credentials)).containsSame(again);
        assertThat(sessions.count()).isOne();
    }

    /** A client that goes without a word must not stay in memory for as long as the server runs. */
    @Test
    void theGoneAreForgottenWhollyBeforeThereAreTooMany() {
        List<PrivateQueue> gone = new ArrayList<>();
        List<Session> old = new ArrayList<>();
        for (int id = 0; id < 1_024; id++) {
            PrivateQueue queue = new PrivateQueue(id);
            gone.add(queue);
            old.add(sessions.open(queue));
        }
        PrivateQueue stays = gone.removeLast();
        Session kept = old.removeLast();
        gone.forEach(queue -> queue.there = false);
        assertThat(sessions.count()).isEqualTo(1_024);

        sessions.open(new PrivateQueue(5_000));

        assertThat(sessions.count()).isEqualTo(2);
        assertThat(sessions.has(stays.address())).isTrue();
        assertThat(kept.hasEnded()).isFalse();
        assertThat(old).allMatch(Session::hasEnded);
        // Were one still known by its address, it would be found again with its queue.
        gone.forEach(queue -> queue.there = true);
        assertThat(gone).noneMatch(queue -> sessions.has(queue.address()));
    }

    @Test
    void theLivingAreLookedAtAgainOnlyOnceTheyAreTwiceAsMany() {
        List<PrivateQueue> living = new ArrayList<>();
        for (int id = 0; id < 4_096; id++) {
            PrivateQueue queue = new PrivateQueue(id);
            living.add(queue);
            sessions.open(queue);
        }
        // At 1024 and at 2048 sessions: those that were there, once each.
        assertThat(living.stream().mapToInt(queue -> queue.looks).sum()).isEqualTo(1_024 + 2_048);
        assertThat(sessions.count()).isEqualTo(4_096);
    }

    @Test
    void adoptedOnesAreSweptAsWell() {
        List<PrivateQueue> gone = new ArrayList<>();
        for (int id = 0; id < 1_024; id++) {
            PrivateQueue queue = new PrivateQueue(id);
            gone.add(queue);
            sessions.adopt(queue, new Credentials(id + 1L, new Bits128(1, 2)));
        }
        gone.forEach(queue -> queue.there = false);
        sessions.adopt(new PrivateQueue(5_000), new Credentials(5_000, new Bits128(1, 2)));
        assertThat(sessions.count()).isOne();
    }
}
