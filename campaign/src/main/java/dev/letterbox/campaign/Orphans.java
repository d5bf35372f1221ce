package dev.letterbox.campaign;

import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.IpcTable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Watches what becomes of the private queues that killed clients left in this namespace. */
final class Orphans {
    /** The reaper looks twice, five seconds apart; the rest is for busy machines. */
    private static final Duration REAPED = Duration.ofMinutes(3);

    /** In which a server that starts has looked twice. */
    private static final Duration SECOND_LOOK = Duration.ofSeconds(15);

    private final Set<Integer> before = privateQueues();

    /** Counts the private queues that came since this was made. */
    int count() {
        return newOnes().size();
    }

    /** Counts those among them from which somebody has received: by then they hold what tells whose they are. */
    long inUse() {
        return newOnes().stream().filter(queue -> queue.lastReceiver() != 0).count();
    }

    /** Waits until a server that was just started has removed them all: it looks at its start, and once again. */
    void awaitReaped(Tally tally) {
        int left = count();
        long started = System.nanoTime();
        Await.value("the reaper has removed what the dead left", REAPED, this::newOnes, List::isEmpty);
        tally.add("queues of the dead removed by the reaper at the end", left);
        tally.took("until the last was removed", System.nanoTime() - started);
    }

    /**
     * Waits until they are removed, by one server after the other that starts: a client that was killed before it had said
     * whose its queue is may live, as far as a server knows, for a minute.
     */
    void awaitReapedBy(LiveServer server, Tally tally) {
        int left = count();
        long started = System.nanoTime();
        Await.value(
                "servers that start have removed what the dead left",
                REAPED,
                () -> {
                    server.kill();
                    server.start();
                    return remainAfterTheSecondLook();
                },
                remain -> !remain);
        tally.add("queues of the dead removed by the reaper at the end", left);
        tally.took("until the last was removed", System.nanoTime() - started);
    }

    private boolean remainAfterTheSecondLook() {
        try {
            Await.value("the dead's queues are removed", SECOND_LOOK, this::newOnes, List::isEmpty);
            return false;
        } catch (AssertionError some) {
            return !newOnes().isEmpty();
        }
    }

    private List<IpcTable.Queue> newOnes() {
        return IpcTable.now().queues().stream()
                .filter(queue -> queue.key() == 0 && !before.contains(queue.id()))
                .toList();
    }

    private static Set<Integer> privateQueues() {
        return IpcTable.now().queues().stream()
                .filter(queue -> queue.key() == 0)
                .map(IpcTable.Queue::id)
                .collect(Collectors.toSet());
    }
}
