package dev.letterbox.cli.host;

import dev.letterbox.sysv.waiters.Waiters;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Lists the processes when asked, and again once the last list is old. For one thread. */
public final class RecentProcesses {
    private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(200);

    private @Nullable ProcessTable table;
    private @Nullable Waiters waiters;
    private long waitersLookedAt;
    private long lookedAt;

    /** Returns the threads that sleep in queues, which takes less than {@link #get}. */
    public Waiters waiters() {
        Waiters known = waiters;
        if (known == null || System.nanoTime() - waitersLookedAt > FRESH) {
            waitersLookedAt = System.nanoTime();
            known = Waiters.look();
            waiters = known;
        }
        return known;
    }

    ProcessTable get() {
        ProcessTable known = table;
        if (known == null || System.nanoTime() - lookedAt > FRESH) {
            lookedAt = System.nanoTime();
            known = ProcessTable.look();
            table = known;
        }
        return known;
    }
}
