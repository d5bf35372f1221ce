package dev.letterbox.share.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ThreadRoomTest {
    private final AtomicInteger tries = new AtomicInteger();
    private final AtomicBoolean full = new AtomicBoolean();
    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1);
    private final ThreadRoom room = new ThreadRoom(Thread::new, this::tryRoom, time::get);

    private void tryRoom(int threads) {
        tries.incrementAndGet();
        assertThat(threads).as("the thread and one for a signal").isEqualTo(2);
        if (full.get()) {
            throw new OutOfMemoryError("unable to create native thread: this is a test");
        }
    }

    private void assertThatThereIsNoRoom() {
        assertThatThrownBy(() -> room.newThread(() -> {}))
                .isInstanceOfSatisfying(
                        OutOfMemoryError.class,
                        error -> assertThat(ThreadRoom.isLacking(error)).isTrue());
    }

    @Test
    void aThreadIsMadeWhereThereIsRoom() {
        assertThat(room.newThread(() -> {})).isNotNull();
        assertThat(room.newThread(() -> {})).isNotNull();
        assertThat(tries).hasValue(2);
    }

    @Test
    void roomIsTriedAgainAfterAPause() {
        full.set(true);
        assertThatThereIsNoRoom();
        full.set(false);
        time.addAndGet(ThreadRoom.PAUSE - 1);
        assertThatThereIsNoRoom();
        assertThat(tries).hasValue(1);

        time.addAndGet(1);
        assertThat(room.newThread(() -> {})).isNotNull();
        assertThat(tries).hasValue(2);
    }

    @Test
    void theThreadsThatTryAreGoneAfterwards() {
        Thread.currentThread().interrupt();
        ThreadRoom.require(3);
        assertThat(Thread.interrupted()).as("the interrupt is left").isTrue();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("letterbox-room");
    }

    @Test
    void lackOfMemoryForAThreadIsToldFromOtherLack() {
        assertThat(ThreadRoom.isLacking(new OutOfMemoryError("Java heap space")))
                .isFalse();
        assertThat(ThreadRoom.isLacking(new OutOfMemoryError())).isFalse();
    }
}
