package dev.letterbox.queues;

import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.linux.Linux;
import java.util.Optional;

/**
 * What can be seen from a client of why a server does not answer.
 *
 * @param server the server queue
 * @param privateQueue the id of the client's private queue
 */
record SilenceReason(ServerQueue server, int privateQueue) {
    /** Returns what is most likely, in sentences. */
    String text() {
        return whyChanged().orElseGet(this::whyServerIsSilent);
    }

    /** A server answers only on a queue that nobody but the client and the server can reach. */
    private Optional<String> whyChanged() {
        Optional<QueueStatus> own = MessageQueues.find(privateQueue);
        return own.filter(now -> !now.mode().equals(Mode.OWNER) || now.ownerUid() != server.user())
                .map(now ->
                        "The private queue of this client, %d, was changed to owner uid %s and mode %s: the server no longer answers there."
                                .formatted(now.id(), Integer.toUnsignedString(now.ownerUid()), now.mode()));
    }

    private String whyServerIsSilent() {
        // Follows the server first, if its queue was removed meanwhile.
        boolean isThere = server.isThere();
        MessageQueue queue = server.queue();
        Optional<QueueStatus> found = isThere ? MessageQueues.find(queue.id()) : Optional.empty();
        return found.map(status -> whyLocked(queue, status)
                        .orElse(
                                "Is the server on %s stopped, or not a Letterbox server? letterbox queues %d shows when it last received."
                                        .formatted(queue, queue.id())))
                .orElse("The server has exited: its queue was removed.");
    }

    /** A process that receives as another user than the one that owns the server queue cannot answer here. */
    private Optional<String> whyLocked(MessageQueue queue, QueueStatus status) {
        UserProcess reader = new UserProcess(status.lastReceiver());
        int me = (int) Linux.host().geteuid();
        return reader.uid().stream()
                .filter(uid -> uid != 0 && uid != server.user() && uid != me)
                .mapToObj(uid ->
                        ("The last process to receive from %s was %s; it is not permitted to answer: only uid %s and uid %s may send to"
                                        + " this client's private queue %d (mode %s).")
                                .formatted(
                                        queue,
                                        reader.describe(),
                                        Integer.toUnsignedString(server.user()),
                                        Integer.toUnsignedString(me),
                                        privateQueue,
                                        Mode.OWNER))
                .findFirst();
    }
}
