package dev.letterbox.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Turns are bounded, one user gets half of them, and those who wait are served user by user. */
final class TurnsTest {
    private final Turns turns = new Turns(4);
    private final List<String> called = new ArrayList<>();

    private Turns.Ticket ticket(String user) {
        return new Turns.Ticket(user, () -> called.add(user));
    }

    private Turns.Ticket taken(String user) {
        Turns.Ticket ticket = ticket(user);
        assertThat(turns.take(ticket)).isTrue();
        return ticket;
    }

    private Turns.Ticket waiting(String user) {
        Turns.Ticket ticket = ticket(user);
        assertThat(turns.take(ticket)).isFalse();
        return ticket;
    }

    @Test
    void oneUserGetsHalfOfThem() {
        taken("a");
        taken("a");
        waiting("a");
        taken("b");
        taken("b");
        waiting("b");
        waiting("c");
    }

    @Test
    void whoWaitsIsCalledUserByUser() {
        List<Turns.Ticket> first = List.of(taken("a"), taken("a"), taken("b"), taken("b"));
        for (int i = 0; i < 100; i++) {
            waiting("a");
        }
        waiting("c");
        waiting("d");
        called.clear();
        first.forEach(turns::leave);
        assertThat(called).containsExactly("a", "c", "d", "a");
    }

    @Test
    void aTurnThatWasGivenIsTakenWithoutWaiting() {
        Turns.Ticket first = taken("a");
        taken("a");
        Turns.Ticket next = waiting("a");
        turns.leave(first);
        assertThat(turns.has(next)).isTrue();
        assertThat(turns.take(next)).isTrue();
    }

    /** Content that takes long is prepared turn by turn, with one ticket. */
    @Test
    void whoLeftMayTakeATurnAgain() {
        Turns.Ticket ticket = taken("a");
        turns.leave(ticket);
        assertThat(turns.has(ticket)).isFalse();
        assertThat(turns.take(ticket)).isTrue();
        taken("a");
        turns.leave(ticket);
        taken("a");
        assertThat(turns.take(ticket)).as("both are others' by now").isFalse();
    }

    @Test
    void whoLeavesWhileWaitingIsNotCalled() {
        Turns.Ticket first = taken("a");
        taken("a");
        turns.leave(waiting("a"));
        Turns.Ticket next = waiting("a");
        turns.leave(first);
        assertThat(turns.has(next)).isTrue();
        turns.leave(next);
        turns.leave(next);
        taken("a");
        waiting("a");
    }

    @Test
    void whoLeavesTakesNoOthersPlaceInTheLine() {
        Turns.Ticket first = taken("a");
        taken("a");
        Turns.Ticket longest = waiting("a");
        turns.leave(waiting("a"));
        turns.leave(first);
        assertThat(turns.has(longest)).isTrue();
    }

    @Test
    void whoWaitsHasNoTurnAndIsNotCalledOnceItWaitsNoLonger() {
        taken("a");
        taken("a");
        Turns.Ticket waits = waiting("a");
        assertThat(turns.has(waits)).isFalse();
        called.clear();
        turns.leave(waits);
        assertThat(called).isEmpty();
        assertThat(turns.take(waits)).isFalse();
    }

    @Test
    void aTicketThatNeverWantedATurnGivesNoneBack() {
        taken("a");
        taken("a");
        called.clear();
        turns.leave(ticket("a"));
        turns.leave(ticket("nobody"));
        assertThat(called).isEmpty();
        waiting("a");
    }

    @Test
    void whoHasAndWantsNothingIsForgotten() {
        Turns.Ticket first = taken("a");
        Turns.Ticket second = taken("a");
        Turns.Ticket waits = waiting("a");
        taken("b");
        assertThat(turns.users()).isEqualTo(2);
        turns.leave(waits);
        turns.leave(first);
        assertThat(turns.users()).as("it has one more").isEqualTo(2);
        turns.leave(second);
        assertThat(turns.users()).isOne();
    }
}
