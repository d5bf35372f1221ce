package dev.letterbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    private static Latencies of(long... nanos) {
        return of(Arrays.stream(nanos).boxed().toList());
    }

    private static Latencies of(List<Long> nanos) {
        Timing timing = new Timing(2);
        nanos.forEach(timing::add);
        return timing.read();
    }

    @Test
    void ofNothingEverythingIsZero() {
        assertThat(Latencies.NONE.count()).isZero();
        assertThat(Latencies.NONE.percentileNanos(50)).isZero();
        assertThat(Latencies.NONE.percentileNanos(100)).isZero();
        assertThat(Latencies.parse(Latencies.NONE.toString()).count()).isZero();
    }

    @Test
    void whatTakesLongerThanADayOrLessThanNothingIsCountedAllTheSame() {
        Latencies odd = of(Long.MAX_VALUE, -5, Duration.ofDays(400).toNanos());
        assertThat(odd.count()).isEqualTo(3);
        assertThat(odd.percentileNanos(1)).isLessThan(2_000);
        assertThat(odd.percentileNanos(100)).isGreaterThanOrEqualTo(TimeUnit.DAYS.toNanos(1));
    }

    @Property(tries = 200)
    void percentilesAreThoseOfTheSortedTimesWithinAHundredth(
            @ForAll @Size(min = 1, max = 200) List<@LongRange(min = 100_000, max = 60_000_000_000L) Long> nanos,
            @ForAll @IntRange(min = 1, max = 100) int percent) {
        long exact = nanos.stream().sorted().toList().get((int) Math.ceil(nanos.size() * percent / 100.0) - 1);
        assertThat(of(nanos).percentileNanos(percent)).isBetween(exact, exact + exact / 99 + 1);
    }

    @Property(tries = 200)
    void theDifferenceOfTwoMomentsIsWhatCameBetween(
            @ForAll @Size(max = 50) List<@LongRange(min = 0, max = 1_000_000_000) Long> before,
            @ForAll @Size(max = 50) List<@LongRange(min = 0, max = 1_000_000_000) Long> after) {
        Timing timing = new Timing(2);
        before.forEach(timing::add);
        Latencies earlier = timing.read();
        after.forEach(timing::add);
        Latencies later = timing.read();

        assertThat(later.since(earlier)).hasToString(of(after).toString());
        assertThat(earlier.and(of(after))).hasToString(later.toString());
        assertThat(Latencies.parse(later.toString())).hasToString(later.toString());
    }

    @Test
    void ofAServerThatBeganAnewNothingIsLessThanNothing() {
        Latencies since = of(5_000).since(of(5_000, 5_000, 9_000_000));
        assertThat(since.count()).isZero();
        assertThat(since.sumNanos()).isZero();
    }
}
