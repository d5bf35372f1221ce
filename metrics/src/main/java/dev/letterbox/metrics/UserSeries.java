package dev.letterbox.metrics;

import dev.letterbox.Outcome;
import java.util.concurrent.atomic.LongAdder;

/** Takes down what one user asked for, from many threads. */
final class UserSeries {
    private final long uid;
    private final LongAdder failed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder stalls = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    // One digit: there may be many users.
    private final Timing timing = new Timing(1);

    UserSeries(long uid) {
        this.uid = uid;
    }

    long uid() {
        return uid;
    }

    void ended(Outcome outcome, long nanos, long sent) {
        timing.add(nanos);
        bytes.add(sent);
        if (outcome != Outcome.END) {
            failed.increment();
        }
    }

    void refused() {
        refused.increment();
    }

    void stalled() {
        stalls.increment();
    }

    Snapshot.User read() {
        return new Snapshot.User(uid, failed.sum(), refused.sum(), stalls.sum(), bytes.sum(), timing.read());
    }
}
