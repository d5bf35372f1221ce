package dev.letterbox.cli.doctor;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.error.TableFullException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Checks whether queues can be made and used: the kernel's limits, and a trial. */
final class TableCheck implements Check {
    /** Tells its queue from other programs': the bits for execution mean nothing. */
    private static final Mode TRIAL = Mode.of(0_611);

    /** All that Letterbox does with a queue, between making and removing it. The queue has room, so nothing waits. */
    private static final List<Use> USES = List.of(
            MessageQueue::status,
            queue -> queue.setMode(TRIAL),
            queue -> queue.send(new Message(1, "?".getBytes(StandardCharsets.US_ASCII))),
            queue -> queue.peek(MessageBuffer.allocate(), 0),
            queue -> queue.tryReceive(MessageBuffer.allocate(), Selector.any()));

    private interface Use {
        void of(MessageQueue queue) throws InterruptedException;
    }

    @Override
    public List<Finding> findings(Scene scene) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        for (KernelLimit limit :
                KernelLimit.all(scene.queues().stream().map(ListedQueue::status).toList())) {
            findings.addAll(of(limit, scene));
        }
        if (findings.stream().noneMatch(Finding::isBad)) {
            findings.add(Finding.fine("limits", "There is room for more shared memory segments and semaphores."));
        }
        boolean known = findings.stream().anyMatch(finding -> finding.weight() == Finding.Weight.WRONG);
        Optional<Finding> stays = formerTrials(scene);
        findings.addAll(stays.isPresent() ? List.of(stays.get()) : trial(known));
        return findings;
    }

    private static List<Finding> of(KernelLimit limit, Scene scene) {
        boolean ofTable = limit.name().equals("msgmni");
        boolean full = ofTable && limit.fill().orElse(0) >= 1;
        Optional<String> remedy = limit.remedy();
        List<Finding> warnings = limit.warnings().stream()
                // How full each queue is has a check of its own.
                .filter(warning -> !warning.ofQueue())
                .map(KernelLimit.Warning::says)
                .map(warning -> new Finding(
                        full ? Finding.Weight.WRONG : limit.isTooLarge() ? Finding.Weight.NOTE : Finding.Weight.WARNING,
                        "limits",
                        ofTable ? warning + " Owners: " + Scene.byOwner(scene.queues()) + "." : warning,
                        ofTable
                                ? Optional.of("letterbox reap; letterbox queues --sort idle, then letterbox rm"
                                        + remedy.map(change -> "; or " + change).orElse(""))
                                : remedy))
                .toList();
        String use = limit.used().isPresent() && !limit.name().equals("msgmnb")
                ? ", %d in use".formatted(limit.used().getAsLong())
                : "";
        if (!limit.name().startsWith("msg")) {
            // Of these only what is wrong is of interest.
            return warnings;
        }
        return warnings.isEmpty()
                ? List.of(Finding.fine("limits", "%s is %s%s.".formatted(limit.name(), limit.valueInWords(), use)))
                : warnings;
    }

    /** Removes the queues of former trials, which could not: if that is refused again, another trial would leave one more. */
    private static Optional<Finding> formerTrials(Scene scene) {
        return scene.queues().stream()
                .filter(queue -> queue.status().isPrivate()
                        && queue.status().mode().equals(TRIAL)
                        && queue.status().creatorUid() == scene.self().uid()
                        && queue.looksOrphaned())
                .flatMap(queue -> remove(queue.status().id()).stream())
                .findFirst();
    }

    private static Optional<Finding> remove(int former) {
        try {
            MessageQueue.ofId(former).remove();
            return Optional.empty();
        } catch (NoSuchQueueException | QueueRemovedException already) {
            return Optional.empty();
        } catch (QueueException refused) {
            return Optional.of(stays(refused, former));
        }
    }

    private static Finding stays(QueueException refused, int queue) {
        return Finding.refused(
                "trial",
                "",
                refused,
                " The doctor's test queue is left behind; to remove it, run letterbox rm %d outside the filter."
                        .formatted(queue));
    }

    /** Each call on one queue: finds what no setting shows, such as a security module or a system call filter. */
    private static List<Finding> trial(boolean fullTableIsKnown) throws InterruptedException {
        OptionalInt made = OptionalInt.empty();
        List<Finding> refused = new ArrayList<>();
        try (OwnedQueue queue = OwnedQueue.createPrivate(TRIAL)) {
            made = OptionalInt.of(queue.id());
            for (Use use : USES) {
                tried(use, queue).filter(finding -> !refused.contains(finding)).ifPresent(refused::add);
            }
        } catch (TableFullException full) {
            return fullTableIsKnown
                    ? List.of()
                    : List.of(Finding.wrong("limits", Failures.describe(full), "letterbox queues --sort idle"));
        } catch (QueueException last) {
            refused.add(
                    made.isPresent() && MessageQueues.find(made.getAsInt()).isPresent()
                            ? stays(last, made.getAsInt())
                            : Finding.refused("trial", last));
        }
        return refused.isEmpty()
                ? List.of(Finding.fine("trial", "A private queue was created, used for one message, and removed."))
                : refused;
    }

    private static Optional<Finding> tried(Use use, MessageQueue queue) throws InterruptedException {
        try {
            use.of(queue);
            return Optional.empty();
        } catch (MessageTooLargeException nothingFits) {
            return Optional.of(Finding.note("trial", Failures.describe(nothingFits), "letterbox limits"));
        } catch (QueueException refused) {
            return Optional.of(Finding.refused("trial", refused));
        }
    }
}
