package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

final class ReplayWindowTest {
    private final ReplayWindow window = new ReplayWindow();

    @Test
    void eachIdPassesOnce() {
        for (long id = 1; id <= 3 * ReplayWindow.SIZE; id++) {
            assertThat(window.accept(id)).isTrue();
            assertThat(window.accept(id)).isFalse();
        }
    }

    @Test
    void theWindowIsExactlyAsLongAsItSays() {
        window.accept(ReplayWindow.SIZE + 10);
        assertThat(window.accept(10)).isFalse();
        assertThat(window.accept(11)).isTrue();
        assertThat(window.accept(11)).isFalse();
    }

    @Test
    void aJumpForgetsNothingThatIsStillInTheWindow() {
        window.accept(5);
        window.accept(5 + ReplayWindow.SIZE - 1);
        assertThat(window.accept(5)).isFalse();
        assertThat(window.accept(6)).isTrue();
    }

    /** An id is whatever a client says: none of them may keep the receiver busy. */
    @Test
    void theHighestIdsOfAllAreTakenAtOnce() {
        Assertions.assertTimeoutPreemptively(Duration.ofMinutes(1), () -> {
            assertThat(window.accept(Long.MAX_VALUE - 1)).isTrue();
            assertThat(window.accept(Long.MAX_VALUE)).isTrue();
            assertThat(window.accept(Long.MAX_VALUE)).isFalse();
            assertThat(window.accept(Long.MAX_VALUE - 2)).isTrue();
            assertThat(window.accept(1)).isFalse();
        });
    }

    @Property(tries = 300)
    void itAgreesWithAMemoryOfAllIds(@ForAll("ids") List<Long> ids) {
        ReplayWindow fresh = new ReplayWindow();
        Set<Long> seen = new HashSet<>();
        long highest = 0;
        for (long id : ids) {
            boolean expected = id > highest - ReplayWindow.SIZE && seen.add(id);
            highest = Math.max(highest, id);
            assertThat(fresh.accept(id)).as("id %d after %d", id, highest).isEqualTo(expected);
        }
    }

    /** Mostly near each other, around the edge of the window, sometimes far away. */
    @Provide
    Arbitrary<List<Long>> ids() {
        return Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.longs().between(1, 200)),
                        Tuple.of(6, Arbitraries.longs().between(ReplayWindow.SIZE - 100, ReplayWindow.SIZE + 200)),
                        Tuple.of(1, Arbitraries.longs().between(1, 4L * ReplayWindow.SIZE)))
                .list()
                .ofMaxSize(300);
    }
}
