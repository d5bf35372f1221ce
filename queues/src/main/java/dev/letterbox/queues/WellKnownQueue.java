package dev.letterbox.queues;

import dev.letterbox.Access;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.error.TransportException;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Waiting;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.life.DeathBell;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.waiters.Waiters;
import dev.letterbox.sysv.waiting.Waker;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The well-known queue of a server with the lock and the bell that belong to it. They are made together, and whatever
 * somebody removes of them is made again: by hand with {@code ipcrm}, or by systemd, which removes all queues and semaphores
 * of a user who has logged out ({@code RemoveIPC}).
 *
 * <p>A server without its lock would be worse than none: another one could start on the same key, and what a killed one
 * leaves, no other could take over. So where a part cannot be made again, the server ends.
 */
final class WellKnownQueue implements AutoCloseable {
    private static final Logger LOG = System.getLogger(QueueServerEndpoint.class.getName());

    private static final String REMOVER =
            "systemd does that when a user logs out, unless the user lingers or logind.conf says"
                    + " RemoveIPC=no; to check, run letterbox doctor as this user";

    /** Whoever removes semaphores and queues one after the other may find the new ones too. */
    private static final int MOST_ROUNDS = 100;

    /** Another server that starts in this moment holds the lock until it sees that the queue is not its own. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long BETWEEN_TRIES = TimeUnit.MILLISECONDS.toNanos(20);

    private final Key key;
    private final Access access;
    private final Waiting waiting;
    private final @Nullable QueueStatus leftOver;
    private final PeriodicWarning excluded = new PeriodicWarning(LOG);
    private volatile ServerLock lock;
    private volatile MessageQueue queue;
    private volatile Optional<DeathBell> bell;
    private volatile boolean stopped;
    private String remover = "";
    private volatile @Nullable TransportException lost;

    private WellKnownQueue(
            Key key,
            Access access,
            Waiting waiting,
            ServerLock lock,
            MessageQueue queue,
            @Nullable QueueStatus leftOver) {
        this.key = key;
        this.access = access;
        this.waiting = waiting;
        this.lock = lock;
        this.queue = queue;
        this.leftOver = leftOver;
        this.bell = hang();
        queue.setWaiting(waiting);
    }

    /**
     * Takes the key, and makes the queue or takes over the one that a killed server of this user left.
     *
     * @throws ServerStartException if another server runs there, or the queue is another program's
     * @throws QueueException if the kernel refuses it
     */
    static WellKnownQueue open(Key key, Access access, Waiting waiting) {
        // Without it nothing could be closed.
        Waker.INSTANCE.begin();
        ServerLock lock = ServerLock.acquire(Linux.host(), key);
        Optional<MessageQueue> own = Optional.empty();
        WellKnownQueue opened = null;
        boolean begun = false;
        try {
            lock.leftBell().ifPresent(left -> DeathBell.ofId(left).remove());
            Optional<QueueStatus> left = takeOver(lock, key, access);
            own = Optional.of(left.isPresent() ? MessageQueue.open(key) : make(lock, key, access));
            opened = new WellKnownQueue(key, access, waiting, lock, own.get(), left.orElse(null));
            Thread.ofPlatform().daemon().name("letterbox-lock").start(opened::watchLock);
            begun = true;
            return opened;
        } finally {
            if (!begun && opened != null) {
                opened.close();
            } else if (!begun) {
                // Without its lock nobody could take the queue over.
                own.ifPresent(WellKnownQueue::remove);
                lock.close();
            }
        }
    }

    /** Makes the queue, and leaves none that the lock does not name. */
    static MessageQueue make(ServerLock lock, Key key, Access access) {
        lock.making();
        MessageQueue made;
        try {
            made = MessageQueue.create(key, ServerMode.marked(access));
        } catch (QueueExistsException squatted) {
            throw new ServerStartException(
                    "Another program has taken the key. %s letterbox queues %s shows its owner."
                            .formatted(squatted.problem(), key),
                    squatted);
        }
        try {
            lock.made(made.id());
            return made;
        } catch (ServerStartException lost) {
            remove(made);
            throw lost;
        }
    }

    /** Takes the queue with this key over, if a server of this user left it; empty if there is none. */
    private static Optional<QueueStatus> takeOver(ServerLock lock, Key key, Access access) {
        MessageQueue queue;
        try {
            queue = MessageQueue.open(key);
        } catch (NoSuchQueueException free) {
            return Optional.empty();
        }
        QueueStatus found = MessageQueues.find(queue.id()).orElse(null);
        if (found == null) {
            return Optional.empty();
        }
        if (!isOwn(found)) {
            throw new ServerStartException(
                    ("The queue with key %s belongs to another user: queue %d, creator uid %d, owner uid %d, mode %s; you are uid %d. Serving on it"
                                    + " would give that user your clients' requests. Have it removed (ipcrm -Q %s), or choose another key.")
                            .formatted(
                                    key,
                                    found.id(),
                                    Integer.toUnsignedLong(found.creatorUid()),
                                    Integer.toUnsignedLong(found.ownerUid()),
                                    found.mode(),
                                    Linux.host().geteuid(),
                                    key));
        }
        if (!lock.left(found.id())) {
            requireAbandoned(found, key);
        }
        queue.setMode(ServerMode.marked(access));
        lock.made(queue.id());
        LOG.log(
                Level.INFO,
                "Took over {0}, left by a server that was killed, with {1} in it.",
                queue,
                counted(found.messages()));
        return Optional.of(found);
    }

    private static String counted(long messages) {
        return messages == 1 ? "1 message" : messages + " messages";
    }

    /** Refuses a queue that no lock speaks for, unless it is a server's of which nothing runs any more. */
    private static void requireAbandoned(QueueStatus found, Key key) {
        if (!ServerMode.isIn(found)) {
            throw new ServerStartException(
                    ("Another program of yours created the queue with key %s (queue %d, %s): it is not left over from a Letterbox"
                                    + " server. If that program has exited, remove the queue (ipcrm -Q %s); otherwise choose another key.")
                            .formatted(key, found.id(), counted(found.messages()), key));
        }
        // One that is not found notices that its lock is another's, and ends.
        OptionalLong server = ServerStatus.receiver(found, Waiters.look());
        if (server.isPresent()) {
            throw new ServerStartException(
                    ("Another server (process %d) serves key %s already; its lock has just been removed, and it creates the"
                                    + " lock again. Stop it, or choose another key.")
                            .formatted(server.getAsLong(), key));
        }
    }

    private static boolean isOwn(QueueStatus status) {
        int me = (int) Linux.host().geteuid();
        return status.creatorUid() == me && status.ownerUid() == me;
    }

    /** Makes a bell; whoever may send requests may tie itself to it. */
    private Optional<DeathBell> hang() {
        Optional<DeathBell> made = lock.hang(ServerMode.of(access));
        if (made.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "No semaphore set is available (kernel.sem): clients that are killed are noticed late.");
        }
        return made;
    }

    MessageQueue queue() {
        return queue;
    }

    Optional<DeathBell> bell() {
        return bell;
    }

    /** Returns how a killed server left the queue; null if it did not. */
    @Nullable
    QueueStatus leftOver() {
        return leftOver;
    }

    /**
     * Makes again what is missing.
     *
     * @throws TransportException if that is not possible: then the server has to end
     */
    void restore() {
        try {
            restoreAll();
        } catch (RuntimeException | Error failed) {
            TransportException why = new TransportException(
                    "The server's queue, lock or bell was removed%s, and cannot be created again: %s"
                            .formatted(remover(), failed.getMessage()),
                    failed);
            lost = why;
            // Whoever sleeps there finds out why.
            queue.close();
            throw why;
        }
    }

    /** Says once what is likely to have removed parts: the log or the exception that follows has it. */
    private synchronized String remover() {
        String once = remover;
        remover = "";
        return once;
    }

    private synchronized void restoreAll() {
        remover = " (" + REMOVER + ")";
        for (int round = 0; !stopped && !isWhole(); round++) {
            if (round == MOST_ROUNDS) {
                throw new TransportException("Whatever the server creates is removed again at once.");
            }
            try {
                restoreLock();
                restoreBell();
                restoreQueue();
            } catch (ServerStartException removedAgain) {
                if (lock.isHeld()) {
                    throw removedAgain;
                }
            }
        }
    }

    private boolean isWhole() {
        return lock.isHeld() && bell.stream().allMatch(DeathBell::exists) && isQueueThere();
    }

    private void restoreLock() {
        if (lock.isHeld()) {
            return;
        }
        LOG.log(Level.WARNING, "The server''s lock was removed; the server creates it again{0}.", remover());
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                lock = ServerLock.acquire(Linux.host(), key);
                break;
            } catch (ServerStartException taken) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new TransportException(String.valueOf(taken.getMessage()), taken);
                }
                LockSupport.parkNanos(BETWEEN_TRIES);
            }
        }
        lock.hung(bell.stream().mapToInt(DeathBell::id).findFirst());
        if (isQueueThere()) {
            lock.made(queue.id());
        } else {
            lock.making();
        }
    }

    private void restoreBell() {
        if (!bell.stream().allMatch(DeathBell::exists)) {
            LOG.log(
                    Level.WARNING,
                    "The bell, which tells the server that a client has exited, was removed; the server creates it again.");
            bell = hang();
        }
    }

    private void restoreQueue() {
        if (isQueueThere()) {
            return;
        }
        LOG.log(Level.WARNING, "The server queue was removed; the server creates it again{0}.", remover());
        MessageQueue made = make(lock, key, access);
        made.setWaiting(waiting);
        queue = made;
        LOG.log(Level.WARNING, "Serving on {0} now.", queue);
    }

    private boolean isQueueThere() {
        return MessageQueues.find(queue.id())
                .filter(now -> now.keyValue() == key.value() && isOwn(now))
                .isPresent();
    }

    /**
     * Makes the queue this server's again after its mode was changed so that the server may not receive.
     *
     * @return false if the mode has not been changed, so that it is not the reason
     * @throws QueueException if that is not allowed
     */
    synchronized boolean restoreMode() {
        Mode wanted = ServerMode.marked(access);
        if (stopped
                || MessageQueues.find(queue.id())
                        .filter(now -> now.mode().equals(wanted))
                        .isPresent()) {
            return false;
        }
        excluded.warn(
                "The mode of " + queue + " was changed so that its server may not read it; the server restores it.");
        queue.setMode(wanted);
        return true;
    }

    /** Returns why the server has to end; null if it has not. */
    @Nullable
    TransportException lost() {
        return lost;
    }

    /** Sleeps until the lock is gone: nothing else would tell of it, and without it another server could start. */
    private void watchLock() {
        while (!stopped) {
            ServerLock watched = lock;
            watched.awaitLoss();
            try {
                restore();
            } catch (TransportException told) {
                // The receiver tells it, as it ends the server.
                return;
            }
            if (lock.equals(watched)) {
                // It cannot be watched here.
                return;
            }
        }
    }

    /** Ends what waits for messages. */
    synchronized void stop() {
        stopped = true;
        queue.close();
    }

    boolean isStopped() {
        return stopped;
    }

    /** Removes the queue, then gives the lock back. */
    @Override
    public void close() {
        try {
            stop();
        } finally {
            remove(queue);
            bell.ifPresent(DeathBell::remove);
            lock.close();
        }
    }

    private static void remove(MessageQueue queue) {
        try {
            // The handle may be closed.
            MessageQueue.ofId(queue.id()).remove();
        } catch (NoSuchQueueException | QueueRemovedException already) {
            LOG.log(Level.DEBUG, "{0} was removed by hand", queue);
        } catch (QueueException refused) {
            LOG.log(Level.WARNING, "{0} cannot be removed: {1}", queue, refused.getMessage());
        }
    }
}
