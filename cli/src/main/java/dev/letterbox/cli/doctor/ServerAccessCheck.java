package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.Self;
import dev.letterbox.sysv.Permission;
import java.util.List;

/** Checks whether this user may send requests to the servers that run here. */
final class ServerAccessCheck implements Check {
    @Override
    public List<Finding> findings(Scene scene) {
        Permission permission = Permission.ofThisProcess();
        return scene.queues().stream()
                .filter(queue -> queue.kind().equals("server"))
                .filter(queue -> !permission.allowsToSend(queue.status())
                        && !scene.self().has(Self.CAP_IPC_OWNER))
                .map(queue -> of(queue, scene.user()))
                .toList();
    }

    private static Finding of(ListedQueue queue, String user) {
        return Finding.warning(
                "access",
                "You, %s, may not send requests to the server on key %s (queue %d): its owner is %s and its mode %s."
                        .formatted(
                                user,
                                queue.status().key().orElseThrow(),
                                queue.status().id(),
                                queue.owner().user(),
                                queue.status().mode()),
                "have %s start it with letterbox serve DIR --access all, or --access group for members of the group %s"
                        .formatted(queue.owner().user(), queue.owner().group()));
    }
}
