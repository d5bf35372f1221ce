package dev.letterbox.lab.scene;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets time pass while other processes are measured. */
public final class Pause {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private Pause() {}

    public static void of(Duration duration) throws InterruptedException {
        if (NEVER.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new AssertionError("the latch is never counted down");
        }
    }
}
