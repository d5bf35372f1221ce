package dev.letterbox;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.NoSuchQueueException;
import dev.letterbox.sysv.QueueExistsException;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.linux.Linux;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Is the well-known queue of a server, made so that nobody else can be taken for the server: exclusively, or taken over
 * from a server of the same user that was killed.
 *
 * <p>Unlike a client's queue it is not removed at once when the JVM ends, but by the server, when those at work are done.
 */
final class ServerQueue implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ServerQueue.class.getName());

    private final ServerLock lock;
    private final MessageQueue queue;
    private final Optional<QueueStatus> leftOver;

    private ServerQueue(ServerLock lock, MessageQueue queue, Optional<QueueStatus> leftOver) {
        this.lock = lock;
        this.queue = queue;
        this.leftOver = leftOver;
    }

    static ServerQueue open(Key key, Access access) {
        ServerLock lock = ServerLock.acquire(Linux.host(), key);
        try {
            return takeOver(lock, key, access).orElseGet(() -> make(lock, key, access));
        } catch (RuntimeException failed) {
            lock.close();
            throw failed;
        }
    }

    private static ServerQueue make(ServerLock lock, Key key, Access access) {
        lock.making();
        MessageQueue queue;
        try {
            queue = MessageQueue.create(key, access.mode());
        } catch (QueueExistsException squatted) {
            throw new ServerStartException(
                    "Somebody made a queue with key " + key + " in this moment: " + squatted.getMessage(), squatted);
        }
        lock.made(queue.id());
        return new ServerQueue(lock, queue, Optional.empty());
    }

    private static Optional<ServerQueue> takeOver(ServerLock lock, Key key, Access access) {
        MessageQueue queue;
        try {
            queue = MessageQueue.open(key);
        } catch (NoSuchQueueException free) {
            return Optional.empty();
        }
        Optional<QueueStatus> status = MessageQueues.find(queue.id());
        if (status.isEmpty()) {
            return Optional.empty();
        }
        QueueStatus found = status.get();
        int me = (int) Linux.host().geteuid();
        if (found.creatorUid() != me || found.ownerUid() != me) {
            throw new ServerStartException(
                    ("The queue with key %s is a stranger's: queue %d, creator uid %d, owner uid %d, mode %s; you are uid %d. Serving on it"
                                    + " would hand them your clients' requests. Have it removed (ipcrm -Q %s), or choose another key with --key.")
                            .formatted(
                                    key,
                                    found.id(),
                                    Integer.toUnsignedLong(found.creatorUid()),
                                    Integer.toUnsignedLong(found.ownerUid()),
                                    found.mode(),
                                    Integer.toUnsignedLong(me),
                                    key));
        }
        if (!lock.left(found.id())) {
            throw new ServerStartException(
                    ("Another program of yours made the queue with key %s (queue %d, %d messages): it is not left over from a Letterbox"
                                    + " server. If that program is gone, remove it (ipcrm -Q %s); else choose another key with --key.")
                            .formatted(key, found.id(), found.messages(), key));
        }
        queue.setMode(access.mode());
        lock.made(queue.id());
        LOG.log(
                Level.INFO,
                "Took over {0}, left by a server that was killed, with {1} messages in it.",
                queue,
                found.messages());
        return Optional.of(new ServerQueue(lock, queue, status));
    }

    MessageQueue queue() {
        return queue;
    }

    /** The state in which a killed server left the queue; empty for a new one. */
    Optional<QueueStatus> leftOver() {
        return leftOver;
    }

    /** Removes the queue, then gives the lock back. */
    @Override
    public void close() {
        try {
            // Another handle: this one was closed, to stop the receiver.
            MessageQueue.ofId(queue.id()).remove();
        } catch (NoSuchQueueException removedByHand) {
            LOG.log(Level.WARNING, "{0} was removed by somebody else: {1}", queue, removedByHand.getMessage());
        } finally {
            queue.close();
            lock.close();
        }
    }
}
