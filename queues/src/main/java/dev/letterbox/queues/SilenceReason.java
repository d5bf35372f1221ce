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
 * @param serverUser the user to whom it belonged when the client opened it
 * @param privateQueue the id of the client's private queue
 */
record SilenceReason(MessageQueue server, int serverUser, int privateQueue) {
    /** Returns what is most likely, in sentences. */
    String text() {
        return whyChanged().orElseGet(this::whyServerIsSilent);
    }

    /** A server answers only on a queue that nobody but the client and the server can reach. */
    private Optional<String> whyChanged() {
        Optional<QueueStatus> own = MessageQueues.find(privateQueue);
        return own.filter(now -> !now.mode().equals(Mode.OWNER) || now.ownerUid() != serverUser)
                .map(now ->
                        "The private queue of this client, %d, was changed to owner uid %s and mode %s: the server no longer answers there."
                                .formatted(now.id(), Integer.toUnsignedString(now.ownerUid()), now.mode()));
    }

    private String whyServerIsSilent() {
        return MessageQueues.find(server.id())
                .map(status -> whyLocked(status)
                        .orElse(
                                ("Is the server on %s stopped, or not a Letterbox server? letterbox queues %d shows when"
                                                + " it last received.")
                                        .formatted(server, server.id())))
                .orElse("The server has exited: its queue was removed.");
    }

    /** A process that receives as another user than the one that owns the server queue cannot answer here. */
    private Optional<String> whyLocked(QueueStatus status) {
        UserProcess reader = new UserProcess(status.lastReceiver());
        int me = (int) Linux.host().geteuid();
        return reader.uid().stream()
                .filter(uid -> uid != 0 && uid != serverUser && uid != me)
                .mapToObj(uid ->
                        ("The last process to receive from %s was %s; it is not permitted to answer: only uid %s and uid %s may send to"
                                        + " this client's private queue %d (mode %s).")
                                .formatted(
                                        server,
                                        reader.describe(),
                                        Integer.toUnsignedString(serverUser),
                                        Integer.toUnsignedString(me),
                                        privateQueue,
                                        Mode.OWNER))
                .findFirst();
    }
}
