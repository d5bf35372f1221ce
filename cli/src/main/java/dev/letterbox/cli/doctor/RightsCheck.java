package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.Self;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.UserNamespace;
import java.util.ArrayList;
import java.util.List;

/** Checks what others may do with queues here, and what this user may do with theirs. */
final class RightsCheck implements Check {
    private static final int OTHERS_RECEIVE = 0_004;

    @Override
    public List<Finding> findings(Scene scene) {
        List<Finding> findings = new ArrayList<>();
        List<ListedQueue> open = scene.queues().stream()
                .filter(queue -> (queue.status().mode().bits() & OTHERS_RECEIVE) != 0)
                .toList();
        if (!open.isEmpty()) {
            findings.add(Finding.note(
                    "open",
                    "Any user can receive from %s %s, and so take its messages."
                            .formatted(open.size() == 1 ? "queue" : "queues", Scene.ids(open)),
                    closing(open)));
        }
        List<ListedQueue> hidden = scene.queues().stream()
                .filter(queue -> !queue.status().isPrivate()
                        && UserNamespace.mayHideUser(queue.status().ownerUid()))
                .toList();
        if (!hidden.isEmpty()) {
            findings.add(Finding.note(
                    "namespace",
                    "The owner of %s %s has no id in this user namespace: a client here cannot send requests to a Letterbox server of that user."
                            .formatted(hidden.size() == 1 ? "queue" : "queues", Scene.ids(hidden)),
                    "map that user into the namespace (/proc/self/uid_map), or run the client outside of it"));
        }
        Self self = scene.self();
        if (self.uid() != 0) {
            findings.add(Finding.fine(
                    "capabilities",
                    "You are %s, and may use other users' queues as far as their modes allow."
                            .formatted(scene.user())));
            return findings;
        }
        if (!self.has(Self.CAP_SYS_RESOURCE)) {
            findings.add(Finding.note(
                    "capabilities",
                    "Root lacks CAP_SYS_RESOURCE here: it cannot set a queue's capacity above msgmnb.",
                    "docker run --cap-add SYS_RESOURCE, or raise msgmnb (letterbox limits)"));
        }
        if (!(self.has(Self.CAP_IPC_OWNER) && self.has(Self.CAP_SYS_ADMIN))) {
            findings.add(Finding.note(
                    "capabilities",
                    "Root lacks CAP_IPC_OWNER or CAP_SYS_ADMIN here: it cannot use other users' queues, or cannot remove"
                            + " them.",
                    "docker run --cap-add IPC_OWNER --cap-add SYS_ADMIN; or run the command as the queue's owner"));
        }
        return findings;
    }

    /** Takes from others the right to receive, and nothing else. */
    private static String closing(List<ListedQueue> open) {
        QueueStatus first = open.getFirst().status();
        return "letterbox set %d --mode %s%s"
                .formatted(
                        first.id(),
                        Mode.of(first.mode().bits() & ~OTHERS_RECEIVE),
                        open.size() == 1 ? "" : ", and the others likewise");
    }
}
