package dev.letterbox.campaign;

import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.IpcTable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Watches the lanes that came since this was made: shared memory segments of clients, as long as lanes are. */
final class Lanes {
    private static final long BYTES = 1 << 20;
    private static final Duration GONE = Duration.ofMinutes(1);

    private final Set<Integer> before =
            all(IpcTable.now()).stream().map(IpcTable.Segment::id).collect(Collectors.toSet());

    private static List<IpcTable.Segment> all(IpcTable table) {
        return table.segments().stream()
                .filter(segment -> segment.bytes() == BYTES)
                .toList();
    }

    List<IpcTable.Segment> now() {
        return all(IpcTable.now()).stream()
                .filter(segment -> !before.contains(segment.id()))
                .toList();
    }

    private List<IpcTable.Segment> used() {
        return now().stream().filter(lane -> lane.attached() == 2).toList();
    }

    /** Waits for a lane that both ends have attached; returns its id. */
    int awaitUsed() {
        return Await.value("a lane is in use", Fetch.PATIENT, this::used, used -> !used.isEmpty())
                .getFirst()
                .id();
    }

    /** Waits until none is left: the kernel destroys a lane with the last process that has it. */
    void awaitNone() {
        Await.value("no lane is left", GONE, this::now, List::isEmpty);
    }
}
