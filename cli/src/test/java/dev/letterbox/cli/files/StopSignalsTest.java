package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.files.StopSignals.Wish;
import dev.letterbox.cli.files.StopSignals.Wishes;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StopSignalsTest {
    /** A clock that overflows while it is read. */
    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1);

    private final Wishes wishes = new Wishes(time::get);

    @Test
    void noSignalAsksForNothing() {
        assertThat(wishes.isStopAsked()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 20_000, 999_999_999})
    void aSignalThatComesWithTheFirstAsksForTheSameStop(long later) {
        assertThat(wishes.next()).isEqualTo(Wish.STOP);
        time.addAndGet(later);
        assertThat(wishes.next()).isEqualTo(Wish.STOP_ONCE_MORE);
        assertThat(wishes.isStopAsked()).isTrue();
    }

    @Test
    void aSignalThatComesLaterAsksForTheEndHoweverManyCameBefore() {
        wishes.next();
        time.addAndGet(999_999_999);
        wishes.next();
        time.addAndGet(1);
        assertThat(wishes.next()).isEqualTo(Wish.END_AT_ONCE);
    }
}
