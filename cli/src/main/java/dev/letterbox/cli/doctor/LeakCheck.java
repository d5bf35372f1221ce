package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.Words;
import dev.letterbox.queues.Leftovers;
import dev.letterbox.queues.Leftovers.Leftover;
import dev.letterbox.sysv.MessageQueues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks for queues, and for semaphores and segments of Letterbox, that nobody uses any more. */
final class LeakCheck implements Check {
    @Override
    public List<Finding> findings(Scene scene) {
        return Stream.of(queues(scene), leftovers(Leftovers.find()))
                .flatMap(List::stream)
                .toList();
    }

    /** They harm nobody until the table of semaphores is full, of which another check warns. */
    private static List<Finding> leftovers(List<Leftover> left) {
        if (left.isEmpty()) {
            return List.of();
        }
        String what = left.stream()
                .collect(Collectors.groupingBy(each -> Words.word(each.kind()), TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(kind -> Counted.of(kind.getValue(), kind.getKey()))
                .collect(Collectors.joining(", "));
        return List.of(Finding.note(
                "leaked",
                "Letterbox processes that were killed left %s, which nothing uses: locks and bells are semaphores, segments are"
                                .formatted(what)
                        + " shared memory.",
                "letterbox reap; then letterbox reap --remove"));
    }

    private static List<Finding> queues(Scene scene) {
        List<ListedQueue> leaked = scene.queues().stream()
                .filter(ListedQueue::looksOrphaned)
                .filter(queue -> queue.server().isEmpty())
                // A program that ended meanwhile, between two looks, may have removed its queue before.
                .filter(queue -> MessageQueues.find(queue.status().id()).isPresent())
                .toList();
        if (leaked.isEmpty()) {
            return List.of(Finding.fine("leaked", "No queue looks leaked."));
        }
        List<Finding> findings = new ArrayList<>();
        List<ListedQueue> dead =
                leaked.stream().filter(queue -> queue.client().isPresent()).toList();
        findings.addAll(deadClients(dead, scene.queues()));
        List<ListedQueue> unowned = leaked.stream()
                .filter(queue -> queue.status().isPrivate() && queue.client().isEmpty())
                .toList();
        if (!unowned.isEmpty()) {
            boolean one = unowned.size() == 1;
            findings.add(Finding.warning(
                    "leaked",
                    "%s leaked (%s): the processes that used %s have exited, and no other process can find a private queue."
                            .formatted(
                                    one ? "A private queue looks" : unowned.size() + " private queues look",
                                    Scene.byOwner(unowned),
                                    one ? "it" : "them"),
                    unowned.stream().anyMatch(ListedQueue::waitersHidden)
                            ? Scene.ASK_ROOT
                            : "letterbox reap --all, to see the evidence; letterbox rm --orphans --private --dry-run, then"
                                    + " without --dry-run"));
        }
        List<ListedQueue> withKey = leaked.stream()
                .filter(queue -> !queue.status().isPrivate() && queue.client().isEmpty())
                .toList();
        int hidden = (int) withKey.stream().filter(ListedQueue::waitersHidden).count();
        if (hidden > 0) {
            findings.add(Finding.note(
                    "leaked",
                    "The last users of %s with a key have exited. ".formatted(Counted.of(hidden, "queue"))
                            + Scene.HIDDEN.formatted(hidden == 1 ? "it" : "them"),
                    Scene.ASK_ROOT));
        }
        int keyed = withKey.size() - hidden;
        if (keyed > 0) {
            findings.add(Finding.note(
                    "leaked",
                    "%s used by any running process, and may be waiting for the next one."
                            .formatted(keyed == 1 ? "1 queue with a key is not" : keyed + " queues with a key are not"),
                    "letterbox queues --orphans"));
        }
        return findings;
    }

    /** A server that runs removes what its clients leave, some seconds after they exited. */
    private static List<Finding> deadClients(List<ListedQueue> dead, List<ListedQueue> queues) {
        Set<Integer> served = queues.stream()
                .filter(queue -> queue.kind().equals("server"))
                .map(queue -> queue.status().keyValue())
                .collect(Collectors.toSet());
        Map<Boolean, List<ListedQueue>> byServed = dead.stream()
                .collect(Collectors.partitioningBy(queue -> served.contains(
                        queue.client().orElseThrow().certificate().server().value())));
        List<Finding> findings = new ArrayList<>();
        List<ListedQueue> alone = byServed.getOrDefault(false, List.of());
        if (!alone.isEmpty()) {
            findings.add(Finding.warning(
                    "leaked",
                    "%s, and no server is running that would remove %s (%s)."
                            .formatted(clients(alone.size()), alone.size() == 1 ? "it" : "them", Scene.byOwner(alone)),
                    "letterbox reap; then letterbox reap --remove"));
        }
        List<ListedQueue> cared = byServed.getOrDefault(true, List.of());
        if (!cared.isEmpty()) {
            findings.add(Finding.note(
                    "leaked",
                    "%s (%s).".formatted(clients(cared.size()), Scene.byOwner(cared)),
                    "nothing to do: their server removes them within seconds; if they stay: letterbox reap"));
        }
        return findings;
    }

    private static String clients(int count) {
        return count == 1
                ? "A private queue belongs to a Letterbox client that has exited"
                : count + " private queues belong to Letterbox clients that have exited";
    }
}
