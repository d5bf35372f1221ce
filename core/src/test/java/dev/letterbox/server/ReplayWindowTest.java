package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.RandomCases;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
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

    @Test
    void itAgreesWithAMemoryOfAllIds() {
        RandomCases.check(300, random -> {
            ReplayWindow fresh = new ReplayWindow();
            Set<Long> seen = new HashSet<>();
            long highest = 0;
            for (int left = random.nextInt(300); left > 0; left--) {
                long id = id(random);
                boolean expected = id > highest - ReplayWindow.SIZE && seen.add(id);
                highest = Math.max(highest, id);
                assertThat(fresh.accept(id)).as("id %d after %d", id, highest).isEqualTo(expected);
            }
        });
    }

    /** Mostly near each other, around the edge of the window, sometimes far away. */
    private static long id(RandomGenerator random) {
        return switch (random.nextInt(13)) {
            case 0 -> RandomCases.number(random, 1, 4L * ReplayWindow.SIZE);
            case 1, 2, 3, 4, 5, 6 -> RandomCases.number(random, 1, 200);
            default -> RandomCases.number(random, ReplayWindow.SIZE - 100L, ReplayWindow.SIZE + 200L);
        };
    }
}
