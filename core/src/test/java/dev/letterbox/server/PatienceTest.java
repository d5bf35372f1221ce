package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What counts against a client is the time it was waited for since it took a message's worth. */
final class PatienceTest {
    private final Patience patience = new Patience(100);

    @Test
    void timeInWhichNobodyWaitedForTheClientDoesNotCount() {
        assertThat(patience.look(1_000, 0, false)).isZero();
        assertThat(patience.look(5_000, 10, true)).isZero();
        assertThat(patience.look(5_200, 10, false)).isEqualTo(200);
        assertThat(patience.look(9_000, 20, true)).isEqualTo(200);
        assertThat(patience.look(9_100, 20, true)).isEqualTo(300);
    }

    @Test
    void aByteNowAndThenIsNoProgress() {
        patience.look(0, 0, true);
        long heldUp = 0;
        for (int bytes = 1; bytes < 100; bytes++) {
            heldUp = patience.look(bytes * 10L, bytes, true);
        }
        assertThat(heldUp).isEqualTo(990);
        assertThat(patience.heldUp()).isEqualTo(990);
    }

    @Test
    void aMessagesWorthIsProgress() {
        patience.look(0, 0, true);
        assertThat(patience.look(500, 99, true)).isEqualTo(500);
        assertThat(patience.look(600, 100, true)).isZero();
        assertThat(patience.look(700, 199, true)).isEqualTo(100);
    }
}
