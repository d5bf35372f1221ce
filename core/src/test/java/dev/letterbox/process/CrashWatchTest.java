package dev.letterbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class CrashWatchTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final CrashWatch crashes = new CrashWatch(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void theFirstEndDelaysNothingAndEachFurtherOneTwiceAsLongUpToABound() {
        for (long millis : new long[] {0, 250, 500, 1_000, 2_000, 4_000, 4_000, 4_000}) {
            crashes.ended(false);
            assertThat(crashes.untilNextStart())
                    .isEqualTo(Duration.ofMillis(millis).toNanos());
        }
        pass(Duration.ofSeconds(4));
        assertThat(crashes.untilNextStart()).isZero();
    }

    @Test
    void endsThatAreLongAgoDoNotCount() {
        crashes.ended(true);
        crashes.ended(true);
        pass(Duration.ofSeconds(5).plusNanos(1));
        assertThat(crashes.ended(true)).isFalse();
        assertThat(crashes.untilNextStart()).isZero();
        assertThat(crashes.suspicious()).isEqualTo(1);
    }

    @Test
    void theThirdSuspiciousEndWithinFiveSecondsIsOneTooMany() {
        assertThat(crashes.ended(true)).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(crashes.ended(true)).isFalse();
        pass(Duration.ofSeconds(3));
        assertThat(crashes.ended(true)).isTrue();
    }

    @Test
    void endsByOthersRequestsAreNeverTooMany() {
        for (int i = 0; i < 100; i++) {
            assertThat(crashes.ended(false)).isFalse();
        }
    }

    @Test
    void onlyProcessesAreCounted() {
        crashes.ended(true);
        assertThat(crashes.counted()).isZero();
        crashes.count();
        assertThat(crashes.counted()).isEqualTo(1);
    }
}
