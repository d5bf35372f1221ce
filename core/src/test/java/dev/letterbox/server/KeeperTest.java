package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Deadline;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The keeper has each looked at when its time has come, or at once when it is nudged. */
final class KeeperTest {
    private final BlockingQueue<Looked> looks = new LinkedBlockingQueue<>();
    private final Keeper keeper = new Keeper(System::nanoTime, Runnable::run);

    private record Looked(Keeper.Kept what, long when) {}

    private final class Thing extends Keeper.Kept {
        private final LongSupplier clock;

        private Thing() {
            this(System::nanoTime);
        }

        private Thing(LongSupplier clock) {
            this.clock = clock;
        }

        @Override
        void lookAgain() {
            looks.add(new Looked(this, clock.getAsLong()));
        }
    }

    @AfterEach
    void end() {
        keeper.end();
    }

    private Looked next() throws InterruptedException {
        Looked looked = looks.poll(Deadline.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        if (looked == null) {
            throw new AssertionError("Nobody looked");
        }
        return looked;
    }

    @Test
    void nothingIsLookedAtBeforeItsTime() throws InterruptedException {
        long slack = Duration.ofMillis(8).toNanos();
        for (long pause : new long[] {0, 1, 999_999, 20_000_000}) {
            for (long late : new long[] {0, 1, slack}) {
                Thing thing = new Thing();
                long kept = System.nanoTime();
                keeper.keep(thing, pause, late);
                Looked looked = next();
                assertThat(looked.what()).isSameAs(thing);
                assertThat(looked.when() - kept).isGreaterThanOrEqualTo(pause);
            }
        }
    }

    @Test
    void whatIsDueWithinTheSlackIsLookedAtInOneGo() throws InterruptedException {
        AtomicLong clock = new AtomicLong();
        Keeper slow = new Keeper(clock::get, Runnable::run);
        long slack = Duration.ofSeconds(2).toNanos();
        Thing[] things = new Thing[10];
        for (int i = 0; i < things.length; i++) {
            things[i] = new Thing(clock::get);
            // The later ones are due first, by some microseconds.
            slow.keep(things[i], TimeUnit.MICROSECONDS.toNanos(100L * (things.length - i)), slack);
        }
        clock.set(slack - 1);
        // Has it look at its clock.
        slow.nudge(things[things.length - 1]);
        for (int i = 0; i < things.length - 1; i++) {
            // By their moments alone it would be the other way round.
            assertThat(next().what()).isSameAs(things[i]);
        }
        assertThat(next().what()).isSameAs(things[things.length - 1]);
        slow.end();
    }

    /** What was due before is looked at before this one, so the next look is its own only if there was nothing. */
    private void assertNothingIsDue() throws InterruptedException {
        Thing probe = new Thing();
        keeper.keep(probe, 0, 0);
        assertThat(next().what()).isSameAs(probe);
    }

    @Test
    void whatIsTakenOutIsNotLookedAtAnyMore() throws InterruptedException {
        Thing thing = new Thing();
        assertThat(keeper.take(thing)).isFalse();
        keeper.keep(thing, Duration.ofHours(1).toNanos(), 0);
        assertThat(keeper.take(thing)).isTrue();
        assertThat(keeper.take(thing)).isFalse();
        keeper.nudge(thing);
        assertNothingIsDue();
    }

    @Test
    void aNudgeHurries() throws InterruptedException {
        Thing slow = new Thing();
        Thing other = new Thing();
        keeper.keep(slow, Duration.ofHours(1).toNanos(), Duration.ofHours(1).toNanos());
        keeper.keep(other, Duration.ofHours(2).toNanos(), 0);
        assertNothingIsDue();
        keeper.nudge(slow);
        assertThat(next().what()).isSameAs(slow);
        assertNothingIsDue();
        // One that comes too early counts for the next time, until it is no longer expected.
        keeper.nudge(slow);
        keeper.keep(slow, Duration.ofHours(1).toNanos(), 0);
        assertThat(next().what()).isSameAs(slow);
        slow.expectNudge();
        keeper.keep(slow, Duration.ofHours(1).toNanos(), 0);
        assertNothingIsDue();
        keeper.nudge(slow);
        keeper.nudge(other);
        assertThat(next().what()).isSameAs(slow);
        assertThat(next().what()).isSameAs(other);
    }

    /** What is thrown for one costs no other its look. */
    @Test
    void aLookThatFailsDoesNotEndTheKeeper() throws InterruptedException {
        Keeper.Kept broken = new Keeper.Kept() {
            @Override
            void lookAgain() {
                throw new OutOfMemoryError("as if");
            }
        };
        Thing other = new Thing();
        keeper.keep(broken, 0, 0);
        keeper.keep(other, TimeUnit.MILLISECONDS.toNanos(1), 0);
        assertThat(next().what()).isSameAs(other);
    }
}
