package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.WaiterText;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.waiters.Waiter;
import dev.letterbox.sysv.waiters.Waiter.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Checks for threads that wait in vain: for a type that no message in the queue has, or for room that the queue will never
 * have. A receiver that sleeps beside messages wants none of them.
 */
final class WaitersCheck implements Check {
    /** The most messages to look at: the kernel walks to each of them from the first. */
    private static final int MOST = 1_000;

    private static final int MOST_TYPES = 5;

    /** A queue that was used more recently may belong to a server that is about to answer. */
    private static final Duration STUCK = Duration.ofSeconds(2);

    @Override
    public List<Finding> findings(Scene scene) {
        List<Finding> findings = new ArrayList<>();
        for (ListedQueue queue : scene.queues()) {
            // A Letterbox client keeps its birth certificate in its queue, and waits for other messages.
            if (queue.client().isEmpty()) {
                if (!receivers(queue).isEmpty() && queue.status().messages() > 0) {
                    Set<Long> types = types(queue.status().id());
                    // One of any other kind has been given its message since the queue was looked at.
                    if (receivers(queue).stream().allMatch(receiver -> wantsNone(receiver, types))) {
                        findings.add(mismatch(queue, types));
                    }
                }
                neverFits(queue).ifPresent(findings::add);
            }
        }
        return findings;
    }

    /** Tells whether a receiver takes no message of these types; of none if they are not known. */
    static boolean wantsNone(Waiter receiver, Set<Long> types) {
        boolean any = receiver.type().isPresent() && receiver.type().getAsLong() == 0;
        return !any && types.stream().noneMatch(type -> WaiterText.takes(receiver, type));
    }

    /** Returns what is wrong where receivers sleep beside messages of these types; of none if they are not known. */
    static Finding mismatch(ListedQueue queue, Set<Long> types) {
        List<Waiter> receivers = receivers(queue);
        Waiter first = receivers.getFirst();
        String reader = receivers.size() == 1
                ? "its reader, %s, waits for %s".formatted(WaiterText.who(first), WaiterText.wanted(first))
                : "%s wait in it, one of them, %s, for %s"
                        .formatted(
                                Counted.of(receivers.size(), "reader"),
                                WaiterText.who(first),
                                WaiterText.wanted(first));
        long messages = queue.status().messages();
        String held = types.isEmpty()
                ? "none of the %s in the queue is one".formatted(Counted.of(messages, "message"))
                : "the queue holds only %s (%s)".formatted(words(types), Counted.of(messages, "message"));
        String says = "%s: %s; %s.%s".formatted(Scene.name(queue), reader, held, FullQueueCheck.waiting(queue));
        int id = queue.status().id();
        String remedy =
                "letterbox peek %d, and correct the type with which they send or receive; if the messages are old: letterbox receive %d"
                        .formatted(id, id);
        if (queue.idle().compareTo(STUCK) < 0) {
            return Finding.note(
                    "waiting", says, "nothing to do if their other reader is about to take them; else " + remedy);
        }
        boolean blocks = !senders(queue).isEmpty() || queue.fill().orElse(0) >= KernelLimit.ENDANGERED;
        return blocks ? Finding.wrong("waiting", says, remedy) : Finding.warning("waiting", says, remedy);
    }

    /** Senders wait for room: for ever if their message is longer than the queue's capacity. */
    private static Optional<Finding> neverFits(ListedQueue queue) {
        long capacity = queue.status().capacity().orElse(Long.MAX_VALUE);
        return senders(queue).stream()
                .filter(sender -> sender.bytes().orElse(0) > capacity)
                .max(Comparator.comparingLong(sender -> sender.bytes().orElse(0)))
                .map(sender -> Finding.wrong(
                        "waiting",
                        "%s: %s, and they never fit: the capacity is %s."
                                .formatted(
                                        Scene.name(queue), WaiterText.sentence(sender), Counted.of(capacity, "byte")),
                        "letterbox set %d --capacity %d"
                                .formatted(queue.status().id(), sender.bytes().orElse(0))));
    }

    static List<Waiter> senders(ListedQueue queue) {
        return queue.waiters().stream()
                .filter(waiter -> waiter.call() == Call.SEND)
                .toList();
    }

    /** Returns the receivers that would take a message now: a stopped one would not. */
    static List<Waiter> receivers(ListedQueue queue) {
        return queue.waiters().stream()
                .filter(waiter -> waiter.call() == Call.RECEIVE && !waiter.stopped())
                .toList();
    }

    /** Returns the types of the messages in the queue; none if they cannot be seen, or are too many to look at. */
    private static Set<Long> types(int id) {
        Set<Long> types = new TreeSet<>();
        try (MessageQueue queue = MessageQueue.ofId(id)) {
            MessageBuffer message = MessageBuffer.allocate();
            for (int place = 0; queue.peek(message, place); place++) {
                if (place == MOST) {
                    return Set.of();
                }
                types.add(message.type());
            }
            return types;
        } catch (QueueException refused) {
            return Set.of();
        }
    }

    private static String words(Set<Long> types) {
        String first = types.stream().limit(MOST_TYPES).map(String::valueOf).collect(Collectors.joining(", "));
        int more = types.size() - MOST_TYPES;
        return (types.size() == 1 ? "type " : "types ") + first + (more > 0 ? " and %d more".formatted(more) : "");
    }
}
