package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.QueueColumn;
import dev.letterbox.cli.host.Self;
import dev.letterbox.cli.queues.FoundQueues;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the checks look at.
 *
 * @param self this process
 * @param accounts names of users
 * @param queues all queues, by id
 */
record Scene(Self self, Accounts accounts, List<ListedQueue> queues) {
    static Scene look() throws IOException {
        return new Scene(
                Self.read(),
                new Accounts(),
                FoundQueues.find(List.of(), _ -> true, QueueColumn.ID.order()).queues());
    }

    /** What is to be said of queues in which unseen threads may sleep. */
    static final String HIDDEN = "Whether a process of another user waits in %s is hidden from you.";

    /** To whom nothing is hidden. */
    static final String ASK_ROOT = "sudo letterbox doctor";

    /** Returns the name of the user who runs this. */
    String user() {
        return accounts.user(self.uid());
    }

    /** Names a queue with its key, if it has one, and its owner. */
    static String name(ListedQueue queue) {
        String key = queue.status().key().map(each -> "key " + each + ", ").orElse("");
        return "Queue %d (%sowner %s)"
                .formatted(queue.status().id(), key, queue.owner().user());
    }

    /** Counts queues by owner, the owner of most queues first. */
    static String byOwner(List<ListedQueue> queues) {
        return queues.stream()
                .collect(Collectors.groupingBy(queue -> queue.owner().user(), TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(owner -> owner.getKey() + " " + owner.getValue())
                .collect(Collectors.joining(", "));
    }

    /** Names queues by their ids, as many as fit a line. */
    static String ids(List<ListedQueue> queues) {
        int most = 10;
        String first = queues.stream()
                .limit(most)
                .map(queue -> Integer.toString(queue.status().id()))
                .collect(Collectors.joining(", "));
        return first + (queues.size() > most ? " and %d more".formatted(queues.size() - most) : "");
    }
}
