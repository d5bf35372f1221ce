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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
        Map<Integer, QueueStatus> found = new LinkedHashMap<>();
        for (QueueName name : names) {
            OptionalInt id = name.id();
            Optional<QueueStatus> status = id.isPresent() ? MessageQueues.find(id.getAsInt()) : Optional.empty();
            status.ifPresentOrElse(queue -> found.put(queue.id(), queue), () -> missing.add(name));
        }
        RecentProcesses processes = new RecentProcesses();
        ListedQueue.Finder finder = new ListedQueue.Finder(new Accounts(), processes);
        return new FoundQueues(
                (names.isEmpty() ? MessageQueues.list() : found.values())
                        .stream().map(finder::of).filter(filter).sorted(order).toList(),
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
        // To root this is of no use: it is as a rule a process of the system that uses no queue.
        if (!isRoot()) {
            whyHidden().ifPresent(lines::add);
        }
        return lines.stream()
                .flatMap(line -> terminal.labelled("", line).stream())
                .toList();
    }

    /** Returns why there may be more threads that wait than are shown; empty if there are none. */
    Optional<String> whyHidden() {
        return WaiterText.whyHidden(waiters, isRoot());
    }

    /** Returns whether root runs this, to whom most is shown. */
    static boolean isRoot() {
        try {
            return Self.read().uid() == 0;
        } catch (IOException hidden) {
            return false;
        }
    }

    void reportMissing(PrintWriter err) {
        missing.forEach(name -> Failures.say(err, name + " does not exist"));
    }

    /** Returns the exit status: 1 if a queue is missing. */
    int status() {
        return missing.isEmpty() ? 0 : 1;
    }
}
