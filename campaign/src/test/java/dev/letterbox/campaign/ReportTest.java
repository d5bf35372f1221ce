package dev.letterbox.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.campaign.Result.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the runner notices, and how it is told. */
final class ReportTest {
    private static Plan plan(Plan.Maker maker) {
        return new Plan("sample", "samples", 3, Duration.ofMinutes(1), maker);
    }

    private interface Round {
        void run(int number, SplittableRandom random, Tally tally) throws Exception;
    }

    private static Scenario scenario(Round round, AtomicInteger closed) {
        return new Scenario() {
            @Override
            public void round(int number, SplittableRandom random, Tally tally) throws Exception {
                round.run(number, random, tally);
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private static Result run(Plan plan, int first, int rounds) {
        return new Runner(7).run(plan, first, done -> done < rounds);
    }

    @Test
    void aRoundHasTheSameRandomnessWhicheverCameBeforeIt() {
        StringBuilder all = new StringBuilder();
        StringBuilder one = new StringBuilder();
        AtomicInteger closed = new AtomicInteger();
        run(
                plan(() -> scenario((number, random, _) -> all.append(number + " " + random.nextInt() + "\n"), closed)),
                0,
                3);
        run(
                plan(() -> scenario((number, random, _) -> one.append(number + " " + random.nextInt() + "\n"), closed)),
                2,
                1);
        assertThat(all.toString()).endsWith(one.toString()).hasLineCount(3);
        assertThat(closed).hasValue(2);
    }

    @Test
    void aFailureIsReportedWithTheCommandThatRepeatsIt() {
        AtomicInteger closed = new AtomicInteger();
        Result result = run(
                plan(() -> scenario(
                        (number, _, tally) -> {
                            tally.add("rounds");
                            if (number == 1) {
                                throw new AssertionError("it \"broke\"");
                            }
                        },
                        closed)),
                0,
                3);
        assertThat(result.rounds()).isEqualTo(3);
        assertThat(result.failures()).extracting(Failure::round).containsExactly(1);
        // After a failure nothing is sure: the next round has a scenario of its own.
        assertThat(closed).hasValue(2);
        Report report = new Report(7, 1.5, List.of(result));
        assertThat(report.allHeld()).isFalse();
        assertThat(report.text())
                .contains("| sample | 3 | ", "3 rounds", "it \"broke\"")
                .contains("repeat it: campaign/run --seed 7 --only sample --first 1 --rounds 1\n")
                .endsWith("Something did not hold.\n");
        assertThat(report.json()).contains("\"held\": false", "it \\\"broke\\\"\\n\\tat ".replace("\\t", "\\u0009"));
    }

    @Test
    void aRoundThatHangsIsAFailure() {
        Plan hangs = new Plan(
                "hangs",
                "",
                1,
                Duration.ofMillis(100),
                () -> scenario((_, _, _) -> Thread.sleep(Duration.ofHours(1)), new AtomicInteger()));
        assertThat(run(hangs, 0, 1).failures())
                .singleElement()
                .extracting(Failure::text)
                .asString()
                .contains("round 0 of hangs has ended", "Thread.sleep");
    }

    @Test
    void timesAreToldByMeanAndWorst() {
        Tally tally = new Tally();
        tally.took("restart", 100_000_000);
        tally.took("restart", 300_000_000);
        tally.print("| a series |");
        Report report = new Report(1, 1, List.of(new Result("sample", "", 2, 0.4, tally, List.of(), Optional.empty())));
        assertThat(report.text())
                .contains("restart 200, 300 ms", "| a series |")
                .endsWith("All held.\n");
        assertThat(report.json())
                .contains("\"restart\": {\"count\": 2, \"meanMillis\": 200.00, \"worstMillis\": 300.00}");
    }
}
