package dev.letterbox.queues.reaper;

import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.OrphanCollector;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.sysv.memory.AbandonedSegments;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Removes the queues of dead clients by a {@link Reaper}, and logs what became of each. */
public final class OrphanedQueues implements OrphanCollector {
    private static final Logger LOG = System.getLogger(OrphanedQueues.class.getName());

    private final Reaper reaper;
    private final AbandonedSegments abandoned = new AbandonedSegments(Coroner.INFANCY, InstantSource.system());
    private final PeriodicWarning held = new PeriodicWarning(LOG);

    /**
     * Creates a collector.
     *
     * @param reaper decides and removes
     */
    public OrphanedQueues(Reaper reaper) {
        this.reaper = reaper;
    }

    @Override
    public void suspect(ReturnAddress client) {
        client.queueId().ifPresent(reaper::strike);
    }

    @Override
    public void collect() {
        List<Reaper.Case> cases = reaper.scan();
        cases.forEach(OrphanedQueues::report);
        int segments = abandoned.remove();
        if (segments > 0) {
            LOG.log(
                    Level.INFO,
                    "Removed {0,number,#} segments of processes that were killed while they created them.",
                    segments);
        }
        long doubtful =
                cases.stream().filter(each -> each.fate() == Reaper.Fate.HELD).count();
        if (doubtful > 0) {
            held.warn(
                    ("The clients of %d queues, which are most of all clients, seem to have died at once. That may be a mistake, so no queue is removed."
                                    + " To see why: letterbox reap; if the clients have exited: letterbox reap --held --remove.")
                            .formatted(doubtful));
        }
    }

    @Override
    public boolean hasSuspects() {
        return reaper.hasSuspects() || abandoned.hasYounger();
    }

    @Override
    public Duration betweenLooks() {
        return Reaper.BETWEEN_STRIKES;
    }

    private static void report(Reaper.Case each) {
        if (each.fate() == Reaper.Fate.REMOVED
                || each.fate() == Reaper.Fate.REFUSED
                || each.fate() == Reaper.Fate.HELD) {
            ReapEvent.record(each);
        }
        switch (each.fate()) {
            case REMOVED ->
                LOG.log(
                        Level.INFO,
                        "Removed queue {0,number,#} of uid {1}, an orphan with {2,number,#} messages: {3}.",
                        each.queue().id(),
                        Integer.toUnsignedString(each.queue().creatorUid()),
                        each.queue().messages(),
                        each.verdict().evidence());
            case REFUSED ->
                LOG.log(Level.WARNING, "An orphan stays: {0}", each.verdict().evidence());
            default -> {}
        }
    }
}
