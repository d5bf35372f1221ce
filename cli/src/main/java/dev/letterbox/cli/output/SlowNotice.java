package dev.letterbox.cli.output;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells the person at the terminal, once, that a command is still waiting for an answer. If stderr is not a terminal, it does
 * nothing.
 */
public final class SlowNotice implements AutoCloseable {
    private static final long SOON_SECONDS = 2;

    private final CountDownLatch answered = new CountDownLatch(1);

    private SlowNotice() {}

    /**
     * Starts to wait: close it when the server has answered.
     *
     * @param err where the notice is written
     * @param timeout the longest time that the command waits
     */
    public static SlowNotice of(PrintWriter err, Duration timeout) {
        SlowNotice notice = new SlowNotice();
        if (Terminal.isTerminal(2)) {
            Thread.ofPlatform().daemon().name("letterbox-notice").start(() -> notice.sayUnlessAnswered(err, timeout));
        }
        return notice;
    }

    private void sayUnlessAnswered(PrintWriter err, Duration timeout) {
        try {
            if (!answered.await(SOON_SECONDS, TimeUnit.SECONDS)) {
                Terminal.ofStderr()
                        .say(
                                err,
                                "letterbox: The server has not answered for %d s. This command waits for up to %s (--timeout)."
                                        .formatted(SOON_SECONDS, Amounts.time(timeout.toNanos())));
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        answered.countDown();
    }
}
