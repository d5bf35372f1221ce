package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.QueueName;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The queues that a command line names or chooses.
 *
 * @param queues the queues that were found and match, sorted
 * @param missing names of queues that do not exist
 */
public record FoundQueues(List<ListedQueue> queues, List<QueueName> missing) {
    /** Finds the queues with these names, or all queues if there are no names, and keeps those that match. */
    public static FoundQueues find(
            List<QueueName> names, Predicate<ListedQueue> filter, Comparator<ListedQueue> order) {
        List<QueueName> missing = new ArrayList<>();
        List<QueueStatus> found = new ArrayList<>();
        for (QueueName name : names) {
            Optional<QueueStatus> status =
                    name.id().isPresent() ? MessageQueues.find(name.id().getAsInt()) : Optional.empty();
            status.ifPresentOrElse(found::add, () -> missing.add(name));
        }
        ListedQueue.Finder finder = new ListedQueue.Finder(new Accounts());
        return new FoundQueues(
                (names.isEmpty() ? MessageQueues.list() : found)
                        .stream()
                                .distinct()
                                .map(finder::of)
                                .filter(filter)
                                .sorted(order)
                                .toList(),
                missing);
    }

    void reportMissing(PrintWriter err) {
        missing.forEach(name -> Failures.say(err, name + " does not exist"));
    }

    /** Returns the exit status: 1 if a queue is missing. */
    int status() {
        return missing.isEmpty() ? 0 : 1;
    }
}
