package dev.letterbox.campaign;

import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.QueueException;
import dev.letterbox.testkit.IpcTable;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds what killed clients left, among the queues of this namespace. */
final class Orphans {
    private Set<Integer> known = Set.of();

    /** Takes all private queues of now for those of the living. */
    void know() {
        known = privateQueues().stream().map(IpcTable.Queue::id).collect(Collectors.toSet());
    }

    /** Removes all private queues that came since, and returns how many. */
    int remove() {
        return (int) privateQueues().stream()
                .filter(queue -> !known.contains(queue.id()) && remove(queue.id()))
                .count();
    }

    /** False where it is gone by its own doing, in this moment. */
    private static boolean remove(int id) {
        try {
            MessageQueue.ofId(id).remove();
            return true;
        } catch (QueueException gone) {
            return false;
        }
    }

    private static List<IpcTable.Queue> privateQueues() {
        return IpcTable.now().queues().stream()
                .filter(queue -> queue.key() == 0)
                .toList();
    }
}
