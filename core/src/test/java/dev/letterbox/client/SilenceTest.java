package dev.letterbox.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long a client waits while nothing comes, on a clock that the test moves. */
final class SilenceTest {
    private static final long LIMIT = 4_000;
    private static final long LOOK = Duration.ofSeconds(1).toNanos();

    private long now = 7_000_000;

    private Silence silence(long deadline) {
        return new Silence(LIMIT, deadline, () -> now);
    }

    /** Waits for a part that lasts so much longer than it was meant to. */
    private long part(Silence silence, long late) {
        long part = silence.nextPart().toNanos();
        now += part + late;
        silence.endPart();
        return part;
    }

    @Test
    void aWaitIsMadeOfFourParts() {
        Silence silence = silence(Long.MAX_VALUE);
        for (int each = 0; each < 4; each++) {
            assertThat(silence.isOver()).isFalse();
            assertThat(part(silence, 0)).isEqualTo(1_000);
        }
        assertThat(silence.isOver()).isTrue();
        assertThat(silence.isAtDeadline()).isFalse();
        assertThat(silence.nextPart()).isZero();
    }

    @Test
    void aPartCountsForNoMoreThanItWasMeantToLast() {
        Silence silence = silence(Long.MAX_VALUE);
        for (int each = 0; each < 4; each++) {
            assertThat(silence.isOver()).isFalse();
            part(silence, 1_000);
        }
        assertThat(silence.isOver()).isTrue();
    }

    @Test
    void aPartThatEndsEarlyCountsForItself() {
        Silence silence = silence(Long.MAX_VALUE);
        silence.nextPart();
        now += 400;
        silence.endPart();
        assertThat(silence.rest()).isEqualTo(Duration.ofNanos(3_600));
    }

    @Test
    void aWaitInWhichTheProcessWasStoppedBeginsAgainOnce() {
        Silence silence = silence(Long.MAX_VALUE);
        for (int each = 0; each < 3; each++) {
            part(silence, 0);
        }
        part(silence, 1_001);
        for (int each = 0; each < 4; each++) {
            assertThat(silence.isOver()).as("part %d", each).isFalse();
            part(silence, LIMIT);
        }
        assertThat(silence.isOver()).isTrue();
    }

    @Test
    void theNextWaitIsAsLongAsTheFirstAndMayBeginAgain() {
        Silence silence = silence(Long.MAX_VALUE);
        while (!silence.isOver()) {
            part(silence, LIMIT);
        }
        silence.restart();
        assertThat(silence.isOver()).isFalse();
        assertThat(silence.rest()).isEqualTo(Duration.ofNanos(LIMIT));
        part(silence, LIMIT);
        assertThat(silence.rest()).isEqualTo(Duration.ofNanos(LIMIT));
    }

    @Test
    void aDeadlineForTheWholeIsNotMovedByAStop() {
        Silence silence = silence(now + 1_500);
        assertThat(part(silence, 0)).isEqualTo(1_000);
        assertThat(part(silence, LIMIT)).isEqualTo(500);
        assertThat(silence.isOver()).isTrue();
        assertThat(silence.isAtDeadline()).isTrue();

        silence.restart();
        assertThat(silence.isOver()).isTrue();
        assertThat(silence.nextPart()).isZero();
    }

    @Test
    void aDeadlineThatPassesWhileNobodyWaitsIsSeenByTheNextWait() {
        Silence silence = silence(now + 1_500);
        now += 2_000;
        silence.restart();
        assertThat(silence.nextPart()).isZero();
        assertThat(silence.isAtDeadline()).isTrue();
    }

    @Test
    void aLookAtWhatIsThereEndsAlsoIfSomethingAlwaysIs() {
        Silence silence = silence(now);
        silence.nextPart();
        assertThat(silence.leftToLook()).isEqualTo(LOOK);
        now += LOOK;
        silence.restart();
        silence.nextPart();
        assertThat(silence.leftToLook()).isZero();
    }
}
