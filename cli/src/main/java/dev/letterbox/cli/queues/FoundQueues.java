package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.QueueName;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.RecentProcesses;
import dev.letterbox.cli.host.Self;
import dev.letterbox.cli.host.WaiterText;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.waiters.Waiters;
import java.io.IOException;
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
 * @param waiters the threads that sleep in queues, in these and in others
 */
public record FoundQueues(List<ListedQueue> queues, List<QueueName> missing, Waiters waiters) {
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
        RecentProcesses processes = new RecentProcesses();
        ListedQueue.Finder finder = new ListedQueue.Finder(new Accounts(), processes);
        return new FoundQueues(
                (names.isEmpty() ? MessageQueues.list() : found)
                        .stream()
                                .distinct()
                                .map(finder::of)
                                .filter(filter)
                                .sorted(order)
                                .toList(),
                missing,
                processes.waiters());
    }

    /** Describes who sleeps in each of the queues, in lines for a terminal. */
    List<String> waitersText(Terminal terminal) {
        List<String> lines = new ArrayList<>();
        for (ListedQueue queue : queues) {
            if (!queue.waiters().isEmpty()) {
                lines.add("Waiting in queue %d:".formatted(queue.status().id()));
                queue.waiters().forEach(waiter -> lines.add("  " + WaiterText.sentence(waiter)));
            }
        }
        waiters.somewhere()
                .forEach(waiter -> lines.add("Waiting in a queue that is hidden from you: " + WaiterText.who(waiter)));
        // Some processes of the system hide it from root too.
        if (waiters.areSomeHidden() && !isRoot()) {
            lines.add("What other users' threads wait for is hidden from you. Root sees it.");
        }
        return lines.stream().flatMap(line -> wrapped(line, terminal).stream()).toList();
    }

    /** Returns whether root runs this, to whom most is shown. */
    static boolean isRoot() {
        try {
            return Self.read().uid() == 0;
        } catch (IOException hidden) {
            return false;
        }
    }

    private static List<String> wrapped(String line, Terminal terminal) {
        String margin = line.startsWith(" ") ? "  " : "";
        return Terminal.wrapped(line.strip(), terminal.columns() - margin.length()).stream()
                .map(part -> margin + part)
                .toList();
    }

    void reportMissing(PrintWriter err) {
        missing.forEach(name -> Failures.say(err, name + " does not exist"));
    }

    /** Returns the exit status: 1 if a queue is missing. */
    int status() {
        return missing.isEmpty() ? 0 : 1;
    }
}
