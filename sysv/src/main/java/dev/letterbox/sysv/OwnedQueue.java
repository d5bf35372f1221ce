package dev.letterbox.sysv;

import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.error.TableFullException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue that this process created and that is removed with it: by {@link #close}, or at the end of the JVM by
 * {@code exit} or a signal other than KILL.
 *
 * <p>It removes the queue that it made and no other, even if another queue has its id or key by then.
 */
public final class OwnedQueue extends MessageQueue {
    private static final int NO_QUEUE = -1;

    private final int creator;

    private OwnedQueue(Linux linux, int id, @Nullable Key key) {
        super(linux, id, key);
        saw();
        creator = (int) linux.geteuid();
    }

    /**
     * Creates a queue without a key: {@code msgget(IPC_PRIVATE)}. Others reach it by its {@link #id} alone.
     *
     * @param mode who may use it
     * @return the queue
     * @throws TableFullException if the system has reached its limit of queues
     */
    public static OwnedQueue createPrivate(Mode mode) {
        return createPrivate(Linux.host(), mode);
    }

    static OwnedQueue createPrivate(Linux linux, Mode mode) {
        return AtExit.making(() -> new OwnedQueue(linux, getPrivate(linux, mode), null));
    }

    /**
     * Creates a queue without a key, mode 0600, for messages of another user's process, with a first message of its own. A
     * program that is killed meanwhile leaves a queue that can be recognized: it has the first message, or has mode {@link
     * Mode#INCOMPLETE}, or was never used and belongs to the other user.
     *
     * @param uid the queue's owner: that user and this one may use it
     * @param gid the queue's group
     * @param first the first message; not sent if there is no room for it
     * @return the queue
     * @throws TableFullException if the system has reached its limit of queues
     * @throws QueueAccessException if it cannot be given to that user
     */
    public static OwnedQueue createPrivate(int uid, int gid, MessageBuffer first) {
        return createPrivate(Linux.host(), uid, gid, first);
    }

    static OwnedQueue createPrivate(Linux linux, int uid, int gid, MessageBuffer first) {
        return AtExit.making(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
                boolean mine = uid == (int) linux.geteuid();
                // Each call is made once in vain, on no queue: in a JVM that has just started, a first call takes some
                // milliseconds, and a process that is killed meanwhile would leave a queue that nobody can recognize.
                complete(linux, NO_QUEUE, uid, gid, state);
                send(linux, NO_QUEUE, first);
                int id = getPrivate(linux, Mode.INCOMPLETE);
                if (mine) {
                    send(linux, id, first);
                }
                boolean complete = complete(linux, id, uid, gid, state);
                if (!mine) {
                    send(linux, id, first);
                }
                return complete ? new OwnedQueue(linux, id, null) : completeAgain(linux, id, uid, gid);
            }
        });
    }

    private static void send(Linux linux, int id, MessageBuffer message) {
        long _ = linux.msgsnd(id, message.structure(), message.length(), Linux.IPC_NOWAIT);
    }

    private static boolean complete(Linux linux, int id, int uid, int gid, MemorySegment state) {
        // What could not be read must not be written: it would set the capacity to nothing.
        if (linux.msgctl(id, Linux.IPC_STAT, state) != 0 && id != NO_QUEUE) {
            return false;
        }
        IpcPerm.set(state, uid, gid, Mode.OWNER.bits());
        return linux.msgctl(id, Linux.IPC_SET, state) == 0;
    }

    /** Fails as it did before, and says why. */
    private static OwnedQueue completeAgain(Linux linux, int id, int uid, int gid) {
        OwnedQueue made = new OwnedQueue(linux, id, null);
        boolean complete = false;
        try {
            made.setOwner(uid, gid);
            made.setMode(Mode.OWNER);
            complete = true;
            return made;
        } finally {
            if (!complete) {
                made.orWarn(made::removeIfStillOurs);
            }
        }
    }

    /**
     * Creates a queue with this key, and fails if there is one.
     *
     * @param key the key
     * @param mode who may use it
     * @return the queue
     * @throws QueueExistsException if there is one already
     * @throws TableFullException if the system has reached its limit of queues
     */
    public static OwnedQueue create(Key key, Mode mode) {
        return AtExit.making(() -> {
            MessageQueue made = MessageQueue.create(key, mode);
            return new OwnedQueue(made.linux(), made.id(), key);
        });
    }

    /**
     * Removes the queue, unless it is gone already, and ends every call that waits in it. Closing again does nothing.
     *
     * @throws QueueAccessException if somebody gave the queue away so that this process may not remove it any more
     */
    @Override
    public void close() {
        if (!AtExit.remembers(this)) {
            return;
        }
        super.close();
        try {
            removeIfStillOurs();
        } finally {
            // Not before: should the JVM end in this moment, it closes the queue once more and waits for that.
            AtExit.forget(this);
        }
    }

    /**
     * Removes the queue as {@link #close} does, and logs a warning where that is refused, with the way to remove it: for
     * callers that can do nothing about it, and often have a failure of their own to report.
     */
    public void closeOrWarn() {
        orWarn(this::close);
    }

    private void orWarn(Runnable removal) {
        try {
            removal.run();
        } catch (QueueException refused) {
            System.getLogger(OwnedQueue.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "Queue %d stays: it cannot be removed (%s). Where that is allowed: ipcrm -q %d"
                                    .formatted(
                                            id(),
                                            refused.errno()
                                                    .map("msgctl(IPC_RMID): "::concat)
                                                    .orElseGet(refused::problem),
                                            id()));
        }
    }

    private void removeIfStillOurs() {
        boolean stillOurs = MessageQueues.find(linux(), id())
                .filter(now -> now.creatorUid() == creator
                        && now.keyValue() == key().map(Key::value).orElse(Linux.IPC_PRIVATE))
                .isPresent();
        if (stillOurs) {
            KernelError errno = KernelError.of(linux().msgctl(id(), Linux.IPC_RMID, MemorySegment.NULL));
            if (errno != null && errno != Errno.EINVAL && errno != Errno.EIDRM) {
                throw Failure.using(this, "remove " + this, "msgctl(IPC_RMID)", errno);
            }
        }
    }

    /** Closes what is still open when the JVM ends. */
    private static final class AtExit {
        private static final Set<OwnedQueue> OPEN = ConcurrentHashMap.newKeySet();
        /** Held shared while a queue is made, so that the end of the JVM waits until it is remembered. */
        private static final ReadWriteLock MAKING = new ReentrantReadWriteLock();

        private static boolean exiting;

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(AtExit::closeAll, "letterbox-queue-removal"));
        }

        static OwnedQueue making(Supplier<OwnedQueue> maker) {
            MAKING.readLock().lock();
            try {
                if (exiting) {
                    throw new IllegalStateException("No queue can be created while the JVM is shutting down.");
                }
                OwnedQueue made = maker.get();
                OPEN.add(made);
                return made;
            } finally {
                MAKING.readLock().unlock();
            }
        }

        static boolean remembers(OwnedQueue queue) {
            return OPEN.contains(queue);
        }

        static void forget(OwnedQueue queue) {
            OPEN.remove(queue);
        }

        private static void closeAll() {
            MAKING.writeLock().lock();
            try {
                exiting = true;
            } finally {
                MAKING.writeLock().unlock();
            }
            for (OwnedQueue queue : OPEN) {
                queue.closeOrWarn();
            }
        }
    }
}
