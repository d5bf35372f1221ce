package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.Processes;
import dev.letterbox.cli.host.WaiterText;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.waiters.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks for queues that are full, or nearly, and for their readers. */
final class FullQueueCheck implements Check {
    @Override
    public List<Finding> findings(Scene scene) {
        List<ListedQueue> full = scene.queues().stream()
                .filter(queue -> queue.fill().orElse(0) >= KernelLimit.ENDANGERED)
                // That it is stopped explains it, and has a check of its own.
                .filter(queue -> StoppedCheck.reader(queue).isEmpty())
                .toList();
        List<Finding> findings = new ArrayList<>();
        full.stream()
                .filter(queue -> !queue.status().isPrivate())
                // What its reader waits for has a check of its own.
                .filter(queue -> WaitersCheck.receivers(queue).isEmpty())
                .map(FullQueueCheck::of)
                .forEach(findings::add);
        // There may be thousands of private ones, and those whose reader has exited are leaked.
        List<ListedQueue> stalled = full.stream()
                .filter(queue -> queue.status().isPrivate() && !queue.looksOrphaned())
                .toList();
        if (!stalled.isEmpty()) {
            findings.add(Finding.warning(
                    "full",
                    "Full private queues: %s. Their owners do not read fast enough, or have exited unnoticed."
                            .formatted(Scene.ids(stalled)),
                    "letterbox queues --private --fuller-than 80% --watch; letterbox reap --all"));
        }
        return findings;
    }

    private static Finding of(ListedQueue queue) {
        int id = queue.status().id();
        String name = Scene.name(queue);
        if (queue.status().messages() == 0) {
            return Finding.wrong(
                    "full",
                    name + " has a capacity of 0 bytes: nothing can be sent to it.",
                    "letterbox set %d --capacity %d"
                            .formatted(id, MessageQueues.limits().maxMessageBytes()));
        }
        String full = "%s is %d%% full with %s"
                .formatted(
                        name,
                        KernelLimit.percent(queue.fill().orElse(0)),
                        Counted.of(queue.status().messages(), "message"));
        Optional<Processes.User> reader = queue.receiver();
        if (reader.isEmpty() || reader.get().state() == Processes.State.GONE) {
            String why = reader.map(user -> "its last reader, process %d, has exited".formatted(user.reported()))
                    .orElse("it has never been read");
            if (queue.waitersHidden()) {
                return Finding.wrong(
                        "full",
                        full + ", and " + why + ". " + Scene.HIDDEN.formatted("it"),
                        Scene.ASK_ROOT + "; letterbox peek " + id);
            }
            return Finding.wrong(
                    "full",
                    full + ", and " + why + ". " + senders(queue),
                    "start its reader; or look into it (letterbox peek %d) and remove it (letterbox rm %d)"
                            .formatted(id, id));
        }
        String who = reader.get()
                .program()
                .map(program -> "process %d, %s,".formatted(reader.get().pid().orElse(0), program))
                .orElse("which is invisible from here,");
        return Finding.warning(
                "full",
                full + ". Its reader, " + who + " does not keep up." + waiting(queue),
                "letterbox queues %d --watch".formatted(id));
    }

    /** Names the senders that wait, or says what happens to the next one. */
    private static String senders(ListedQueue queue) {
        String waiting = waiting(queue);
        return waiting.isEmpty() ? "The next process that sends to it will wait for ever." : waiting.strip();
    }

    /** Returns a sentence about the senders that wait, with a space before it; empty if there are none. */
    static String waiting(ListedQueue queue) {
        List<Waiter> senders = WaitersCheck.senders(queue);
        if (senders.isEmpty()) {
            return "";
        }
        String more = senders.size() == 1 ? "" : ", as do %d more".formatted(senders.size() - 1);
        String first = WaiterText.sentence(senders.getFirst());
        return " %s%s%s.".formatted(Character.toUpperCase(first.charAt(0)), first.substring(1), more);
    }
}
