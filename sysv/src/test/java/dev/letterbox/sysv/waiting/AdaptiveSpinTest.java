package dev.letterbox.sysv.waiting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.Waiting;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** When a wait begins with tries. */
final class AdaptiveSpinTest {
    private static final long LONG_SLEEP = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long SHORT_SLEEP = TimeUnit.MICROSECONDS.toNanos(20);

    private static boolean tries(AdaptiveSpin spin) {
        long started = spin.start();
        if (started == AdaptiveSpin.SLEEP) {
            return false;
        }
        spin.end(started, 1, false);
        return true;
    }

    private static void needsTwoCores() {
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() > 1,
                "with a single core nobody tries, and this test is moot");
    }

    @Test
    void aFirstWaitTries() {
        needsTwoCores();
        assertThat(tries(spinOf(Waiting.ADAPTIVE))).isTrue();
    }

    @Test
    void afterLongWaitsItSleepsAtOnce() {
        AdaptiveSpin spin = spinOf(Waiting.ADAPTIVE);
        for (int i = 0; i < 4; i++) {
            spin.slept(LONG_SLEEP);
        }
        assertThat(tries(spin)).isFalse();
    }

    @Test
    void oneLongWaitAmongShortOnesChangesNothing() {
        needsTwoCores();
        AdaptiveSpin spin = spinOf(Waiting.ADAPTIVE);
        spin.slept(LONG_SLEEP);
        assertThat(tries(spin)).isTrue();
    }

    @Test
    void someShortSleepsAfterALongRestMakeItTryAgain() {
        needsTwoCores();
        AdaptiveSpin spin = spinOf(Waiting.ADAPTIVE);
        for (int i = 0; i < 1_000; i++) {
            spin.slept(LONG_SLEEP);
        }
        assertThat(tries(spin)).isFalse();
        for (int i = 0; i < 20; i++) {
            spin.slept(SHORT_SLEEP);
        }
        assertThat(tries(spin)).isTrue();
    }

    /** Trying costs a core as long as it lasts, and a sleep with its end some 50 microseconds. */
    @Test
    void whatTakesATenthOfAMillisecondOnAverageIsTriedForAndNothingLonger() {
        needsTwoCores();
        AdaptiveSpin spin = spinOf(Waiting.ADAPTIVE);
        for (int i = 0; i < 100; i++) {
            spin.slept(TimeUnit.MICROSECONDS.toNanos(90));
        }
        assertThat(tries(spin)).isTrue();
        for (int i = 0; i < 100; i++) {
            spin.slept(TimeUnit.MICROSECONDS.toNanos(130));
        }
        assertThat(tries(spin)).isFalse();
    }

    @Test
    void triesThatTakeLongTellThatCoresAreScarce() {
        needsTwoCores();
        AdaptiveSpin spin = spinOf(Waiting.ADAPTIVE);
        long anHourAgo = System.nanoTime() - TimeUnit.HOURS.toNanos(1);
        for (int i = 0; i < 3; i++) {
            assertThat(spin.start()).isNotEqualTo(AdaptiveSpin.SLEEP);
            spin.end(anHourAgo, 10, true);
        }
        assertThat(tries(spin)).isFalse();
    }

    @Test
    void oneCoreAtLeastIsLeftToOthers() {
        int most = Runtime.getRuntime().availableProcessors() - 1;
        AdaptiveSpin[] spins = new AdaptiveSpin[most];
        for (int i = 0; i < most; i++) {
            spins[i] = spinOf(Waiting.ADAPTIVE);
            assertThat(spins[i].start()).isNotEqualTo(AdaptiveSpin.SLEEP);
        }
        assertThat(tries(spinOf(Waiting.ADAPTIVE))).isFalse();
        for (AdaptiveSpin spin : spins) {
            spin.end(System.nanoTime(), 1, false);
        }
    }

    @Test
    void whoWantsNoTriesGetsNone() {
        assertThat(tries(spinOf(Waiting.ASLEEP))).isFalse();
    }

    @Test
    void whoWantsTriesGetsThemWhateverHappened() {
        AdaptiveSpin spin = spinOf(Waiting.trying(Duration.ofSeconds(100)));
        for (int i = 0; i < 100; i++) {
            spin.slept(LONG_SLEEP);
        }
        assertThat(tries(spin)).isTrue();
        assertThat(spin.goOn(System.nanoTime(), 1)).isTrue();
    }

    @Test
    void triesEndWhenTheirTimeIsUp() {
        AdaptiveSpin spin = spinOf(Waiting.trying(Duration.ofNanos(1_000)));
        assertThat(spin.goOn(System.nanoTime() - 2_000, 1)).isFalse();
    }

    @Test
    void anEndlessTimeIsNoOverflow() {
        AdaptiveSpin spin = spinOf(Waiting.trying(Duration.ofSeconds(Long.MAX_VALUE)));
        assertThat(spin.goOn(System.nanoTime(), 1)).isTrue();
    }

    @Test
    void aNegativeTimeIsRefused() {
        assertThatThrownBy(() -> Waiting.trying(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not PT-0.000000001S");
    }

    /** Whatever way a queue waits, what is sent arrives, and a deadline holds. */
    @Test
    void eachWayOfWaitingReceivesAndKeepsDeadlines() throws InterruptedException {
        for (Waiting waiting :
                new Waiting[] {Waiting.ASLEEP, Waiting.ADAPTIVE, Waiting.trying(Duration.ofMillis(20))}) {
            try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
                queue.setWaiting(waiting);
                MessageBuffer buffer = MessageBuffer.allocate();
                long begun = System.nanoTime();
                assertThat(queue.tryReceive(buffer, Selector.any(), Duration.ofMillis(5)))
                        .isFalse();
                assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(5));
                MessageQueue sender = MessageQueue.ofId(queue.id());
                Thread.ofVirtual()
                        .start(() -> sender.trySend(MessageBuffer.allocate().put(7, new byte[3])));
                queue.receive(buffer, Selector.any());
                assertThat(buffer.type()).isEqualTo(7);
            }
        }
    }

    private static AdaptiveSpin spinOf(Waiting waiting) {
        return new AdaptiveSpin(waiting.adaptive(), waiting.trying());
    }
}
