package dev.letterbox.queues;

import dev.letterbox.engine.BriefWait;
import dev.letterbox.sysv.Waiting;
import dev.letterbox.sysv.waiting.AdaptiveSpin;
import java.util.function.BooleanSupplier;

/** Tries again for some microseconds, as long as {@link AdaptiveSpin} finds that it pays. */
final class SpinForRoom implements BriefWait {
    private final AdaptiveSpin spin;

    SpinForRoom(Waiting waiting) {
        this.spin = new AdaptiveSpin(waiting.adaptive(), waiting.trying());
    }

    @Override
    public boolean tryUntil(BooleanSupplier attempt) {
        long since = spin.start();
        if (since == AdaptiveSpin.SLEEP) {
            return false;
        }
        boolean succeeded = false;
        int tries = 0;
        try {
            do {
                succeeded = attempt.getAsBoolean();
                tries++;
            } while (!succeeded && spin.goOn(since, tries));
        } finally {
            spin.end(since, tries, succeeded);
        }
        return succeeded;
    }

    @Override
    public void slept(long nanos) {
        spin.slept(nanos);
    }
}
