package dev.letterbox.sysv;

import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.error.TableFullException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
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
 * <p>It removes the queue that it made and no other: a queue that was removed and whose id or key is another user's by
 * now is left alone.
 */
public final class OwnedQueue extends MessageQueue {
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

    private void removeIfStillOurs() {
        boolean stillOurs = MessageQueues.find(linux(), id())
                .filter(now -> now.creatorUid() == creator
                        && now.keyValue() == key().map(Key::value).orElse(Linux.IPC_PRIVATE))
                .isPresent();
        if (stillOurs) {
            Errno errno = Errno.of(linux().msgctl(id(), Linux.IPC_RMID, MemorySegment.NULL));
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
                    throw new IllegalStateException("No queue is made while the JVM is shutting down.");
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
                try {
                    queue.close();
                } catch (QueueException notOursAnyMore) {
                    System.getLogger(OwnedQueue.class.getName())
                            .log(System.Logger.Level.WARNING, notOursAnyMore.getMessage());
                }
            }
        }
    }
}
