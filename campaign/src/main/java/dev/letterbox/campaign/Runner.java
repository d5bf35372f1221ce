package dev.letterbox.campaign;

import dev.letterbox.campaign.Result.Failure;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.IpcTable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.opentest4j.TestAbortedException;

/** Runs the rounds of a scenario, watches that each ends, and keeps what went wrong. */
final class Runner {
    /** A scenario that fails and fails has said what it has to say. */
    private static final int MOST_FAILURES = 3;

    /** The time that processes and the kernel get to clear away what a scenario ended. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    private final long seed;

    Runner(long seed) {
        this.seed = seed;
    }

    /** Does the rounds from the first one on, while more are wanted. */
    Result run(Plan plan, int first, IntPredicate wanted) {
        long started = System.nanoTime();
        Tally tally = new Tally();
        List<Failure> failures = new ArrayList<>();
        IpcTable before = IpcTable.now();
        int done = 0;
        Optional<String> skipped = Optional.empty();
        try (Open open = new Open(plan)) {
            while (failures.size() < MOST_FAILURES && wanted.test(done)) {
                int round = first + done;
                try {
                    Scenario scenario = open.scenario();
                    bounded(
                            plan,
                            "round " + round + " of " + plan.name(),
                            () -> scenario.round(round, random(plan, round), tally));
                } catch (Exception | AssertionError failed) {
                    skipped = reasonToSkip(failed);
                    if (skipped.isPresent()) {
                        break;
                    }
                    failures.add(new Failure(round, trace(failed)));
                    open.startAnew();
                }
                done++;
            }
            if (failures.isEmpty() && skipped.isEmpty()) {
                Scenario scenario = open.scenario();
                bounded(plan, "the end of " + plan.name(), () -> scenario.finish(tally));
            }
        } catch (Exception | AssertionError failed) {
            failures.add(new Failure(-1, "It did not end in order: " + trace(failed)));
        }
        leftovers(before).ifPresent(left -> failures.add(new Failure(-1, left)));
        return new Result(
                plan.name(), plan.what(), done, (System.nanoTime() - started) / 1e9, tally, failures, skipped);
    }

    /** The randomness of a round: of seed, scenario and round, and nothing else. */
    private SplittableRandom random(Plan plan, int round) {
        return new SplittableRandom(seed ^ ((long) plan.name().hashCode() << 32) ^ round);
    }

    private interface Step {
        void take() throws Exception;
    }

    private static void bounded(Plan plan, String name, Step step) {
        try (Background<Boolean> thread = Background.start(name, () -> {
            step.take();
            return true;
        })) {
            thread.result(plan.patience());
        }
    }

    /** Holds the scenario while it runs; after a failure there is a new one. */
    private static final class Open implements AutoCloseable {
        private final Plan plan;
        private Optional<Scenario> scenario = Optional.empty();

        Open(Plan plan) {
            this.plan = plan;
        }

        Scenario scenario() throws Exception {
            if (scenario.isEmpty()) {
                scenario = Optional.of(plan.scenario().make());
            }
            return scenario.get();
        }

        @Override
        public void close() {
            startAnew();
        }

        void startAnew() {
            Optional<Scenario> ended = scenario;
            scenario = Optional.empty();
            ended.ifPresent(Scenario::close);
        }
    }

    /** What this user may not do here is no failure. */
    private static Optional<String> reasonToSkip(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof TestAbortedException aborted) {
                return Optional.of(String.valueOf(aborted.getMessage()).replace("Assumption failed: ", ""));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> leftovers(IpcTable before) {
        try {
            Await.value(
                    "nothing is left of it", GRACE, () -> IpcTable.difference(before, IpcTable.now()), List::isEmpty);
            return Optional.empty();
        } catch (AssertionError left) {
            return Optional.of(String.valueOf(left.getMessage()));
        }
    }

    private static String trace(Throwable failed) {
        StringWriter text = new StringWriter();
        failed.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
