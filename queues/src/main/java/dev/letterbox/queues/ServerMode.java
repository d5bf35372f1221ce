package dev.letterbox.queues;

import dev.letterbox.Access;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import java.util.stream.Stream;

/**
 * The modes of servers' queues. The bits for execution mean nothing there, so one of them marks such a queue: that tells it
 * from another program's where its lock was removed and the server was killed before it had made another one.
 */
final class ServerMode {
    private static final int MARK = 0_001;

    private ServerMode() {}

    /** Who may send requests: write-only for everybody but the owner. */
    static Mode of(Access access) {
        return switch (access) {
            case OWNER -> Mode.of(0_600);
            case GROUP -> Mode.of(0_620);
            case ALL -> Mode.of(0_622);
        };
    }

    /** Who may send requests, with the mark of a server's queue. */
    static Mode marked(Access access) {
        return Mode.of(of(access).bits() | MARK);
    }

    /** Returns whether a queue has a key, and a mode that only a server of Letterbox gives: 0777 of another program is none. */
    static boolean isIn(QueueStatus queue) {
        return !queue.isPrivate()
                && Stream.of(Access.values()).map(ServerMode::marked).anyMatch(queue.mode()::equals);
    }
}
