package dev.letterbox.cli.host;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Lists the processes when asked, and again once the last list is old. For one thread. */
public final class RecentProcesses {
    private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(200);

    private @Nullable ProcessTable table;
    private long lookedAt;

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
