package dev.letterbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.RandomCases;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
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

    private static List<Long> times(RandomGenerator random, int fewest, int most, long shortest, long longest) {
        return Stream.generate(() -> RandomCases.number(random, shortest, longest))
                .limit(random.nextInt(fewest, most + 1))
                .toList();
    }

    @Test
    void percentilesAreThoseOfTheSortedTimesWithinAHundredth() {
        RandomCases.check(200, random -> {
            List<Long> nanos = times(random, 1, 200, 100_000, 60_000_000_000L);
            int percent = RandomCases.integer(random, 1, 100);
            long exact = nanos.stream().sorted().toList().get((int) Math.ceil(nanos.size() * percent / 100.0) - 1);
            assertThat(of(nanos).percentileNanos(percent)).isBetween(exact, exact + exact / 99 + 1);
        });
    }

    @Test
    void theDifferenceOfTwoMomentsIsWhatCameBetween() {
        RandomCases.check(200, random -> {
            List<Long> before = times(random, 0, 50, 0, 1_000_000_000);
            List<Long> after = times(random, 0, 50, 0, 1_000_000_000);
            Timing timing = new Timing(2);
            before.forEach(timing::add);
            Latencies earlier = timing.read();
            after.forEach(timing::add);
            Latencies later = timing.read();

            assertThat(later.since(earlier)).hasToString(of(after).toString());
            assertThat(earlier.and(of(after))).hasToString(later.toString());
            assertThat(Latencies.parse(later.toString())).hasToString(later.toString());
        });
    }

    @Test
    void ofAServerThatBeganAnewNothingIsLessThanNothing() {
        Latencies since = of(5_000).since(of(5_000, 5_000, 9_000_000));
        assertThat(since.count()).isZero();
        assertThat(since.sumNanos()).isZero();
    }
}
