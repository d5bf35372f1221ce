package dev.letterbox.testkit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/**
 * Waits until something is so, and fails the test with what was last seen when it does not come to be.
 *
 * <p>It looks at once, then again and again with a growing pause. What the look itself throws ends the wait.
 */
public final class Await {
    private static final long FIRST_PAUSE_NANOS = 50_000;
    private static final long LONGEST_PAUSE_NANOS = 20_000_000;

    private Await() {}

    /** A look at the world that may fail. */
    @FunctionalInterface
    public interface Condition {
        /** Returns whether it is so now. */
        boolean holds() throws Exception;
    }

    /** An assertion that may not hold yet. */
    @FunctionalInterface
    public interface Assertion {
        /** Throws {@link AssertionError} while it does not hold. */
        void check() throws Exception;
    }

    /** A test of what happens at the end of a span of time, in which something must happen before. */
    @FunctionalInterface
    public interface Trial {
        /**
         * Makes the trial; throws where what happens is wrong.
         *
         * @return false if the machine was too slow for the span, so that nothing was shown
         */
        boolean wasInTime(Duration span) throws Exception;
    }

    /** Waits up to {@link Deadline#PATIENCE} until the condition holds. */
    public static void until(String what, Condition condition) {
        until(what, Deadline.PATIENCE, condition);
    }

    /** Waits until the condition holds. */
    public static void until(String what, Duration within, Condition condition) {
        value(what, within, condition::holds, holds -> holds);
    }

    /** Waits up to {@link Deadline#PATIENCE} until the value looked at is as wanted, and returns it. */
    public static <T> T value(String what, Callable<T> look, Predicate<? super T> wanted) {
        return value(what, Deadline.PATIENCE, look, wanted);
    }

    /** Waits until the value looked at is as wanted, and returns it. */
    public static <T> T value(String what, Duration within, Callable<T> look, Predicate<? super T> wanted) {
        T seen = lastLook(what, within, look, wanted);
        if (!wanted.test(seen)) {
            throw new AssertionError(
                    "Waited %s s in vain until %s; last seen: %s".formatted(inSeconds(within), what, seen));
        }
        return seen;
    }

    /** Waits up to {@link Deadline#PATIENCE} until the assertion holds. */
    public static void asserted(Assertion assertion) {
        asserted(Deadline.PATIENCE, assertion);
    }

    /** Waits until the assertion holds; fails with its last failure. */
    public static void asserted(Duration within, Assertion assertion) {
        lastLook("the assertion holds", within, () -> failureOf(assertion), Optional::isEmpty)
                .ifPresent(failure -> {
                    throw new AssertionError(
                            "After %s s still: %s".formatted(inSeconds(within), failure.getMessage()), failure);
                });
    }

    /** Makes a trial with that span of time, and with twice as long while the machine is too slow for it. */
    public static void longEnough(Duration first, Trial trial) throws Exception {
        Duration span = first;
        while (!trial.wasInTime(span)) {
            span = span.multipliedBy(2);
            if (span.compareTo(Deadline.PATIENCE) > 0) {
                throw new AssertionError("This machine was too slow in every span of up to %s s"
                        .formatted(inSeconds(span.dividedBy(2))));
            }
        }
    }

    /** Runs what must be done also by a thread that was interrupted before; the interrupt is kept for later. */
    static void despiteInterrupts(Runnable cleanup) {
        boolean interrupted = Thread.interrupted();
        try {
            cleanup.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static String inSeconds(Duration duration) {
        return "%.1f".formatted(duration.toNanos() / 1e9);
    }

    private static Optional<AssertionError> failureOf(Assertion assertion) throws Exception {
        try {
            assertion.check();
            return Optional.empty();
        } catch (AssertionError e) {
            return Optional.of(e);
        }
    }

    /** Looks until it is as wanted or the time is over, and returns what was seen last, wanted or not. */
    static <T> T lastLook(String what, Duration within, Callable<T> look, Predicate<? super T> wanted) {
        Deadline deadline = Deadline.in(within);
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            // Asked before the look: so one look always comes after the end, however late this thread was woken.
            boolean last = deadline.passed();
            T seen = look(what, look);
            if (last || wanted.test(seen)) {
                return seen;
            }
            pause(what, Math.min(pause, deadline.left().toNanos()));
            pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        }
    }

    private static <T> T look(String what, Callable<T> look) {
        try {
            return look.call();
        } catch (Exception e) {
            throw new AssertionError("Could not see whether " + what + ": " + e, e);
        }
    }

    private static void pause(String what, long nanos) {
        try {
            Thread.sleep(Duration.ofNanos(nanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while waiting until " + what, e);
        }
    }
}
