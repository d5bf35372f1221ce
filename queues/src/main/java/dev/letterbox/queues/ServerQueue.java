package dev.letterbox.queues;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Waiting;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.life.LockWatch;
import dev.letterbox.sysv.linux.Linux;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client's handle on the queue of its server. If the queue is removed, the server makes another one, and its sessions go
 * on over that: so does this handle. It goes to no other queue, since whoever receives a request learns the session's
 * token.
 *
 * <p>This class is safe for use by multiple threads.
 */
final class ServerQueue implements AutoCloseable {
    /** For one that makes its queue or its lock again, or starts. */
    private static final Duration PATIENCE_WITH_SERVER = Duration.ofSeconds(2);

    private static final long BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Key key;
    private final Waiting waiting;
    private final QueueStatus found;
    private volatile MessageQueue queue;

    private volatile @Nullable LockWatch watch;
    private volatile boolean closed;

    private ServerQueue(Key key, Waiting waiting, MessageQueue queue, QueueStatus found) {
        this.key = key;
        this.waiting = waiting;
        this.queue = queue;
        this.found = found;
    }

    /**
     * Opens the queue with this key, if this user may send to it. Where there is none, but a server that is about to make it,
     * waits for that.
     *
     * @param patience the longest time to wait
     * @throws NoSuchQueueException if there is none
     * @throws QueueException if the kernel refuses it
     */
    static ServerQueue open(Key key, Waiting waiting, Duration patience) {
        MessageQueue queue = await(key, waiting, patience);
        return new ServerQueue(
                key, waiting, queue, MessageQueues.find(queue.id()).orElseGet(queue::status));
    }

    private static MessageQueue await(Key key, Waiting waiting, Duration patience) {
        long began = System.nanoTime();
        Duration longest = patience.compareTo(PATIENCE_WITH_SERVER) < 0 ? patience : PATIENCE_WITH_SERVER;
        while (true) {
            boolean over = Thread.currentThread().isInterrupted() || System.nanoTime() - began >= longest.toNanos();
            try {
                return handle(key, waiting);
            } catch (NoSuchQueueException absent) {
                if (over || !ServerLock.isHeld(Linux.host(), key)) {
                    throw absent;
                }
            }
            LockSupport.parkNanos(BETWEEN_LOOKS);
        }
    }

    private static MessageQueue handle(Key key, Waiting waiting) {
        MessageQueue queue = MessageQueue.open(key, Mode.of(0_200));
        queue.setWaiting(waiting);
        return queue;
    }

    /** Returns the queue's state when it was opened first. */
    QueueStatus found() {
        return found;
    }

    /** Returns the user who receives from it. */
    int user() {
        return found.ownerUid();
    }

    /** Returns the handle on the queue that the server has now, as far as is known. */
    MessageQueue queue() {
        return queue;
    }

    /** Returns whether the server's queue exists, or another one in its place. */
    boolean isThere() {
        MessageQueue last = queue;
        return MessageQueues.find(last.id()).isPresent() || next(last) != last;
    }

    /**
     * Sends a message that could not be sent since the queue was removed: waits for the one that its server makes, and for
     * room in it.
     *
     * @param removed why it could not be sent
     * @param last the handle with which that was tried
     * @param timeout the longest time to wait
     * @throws QueueException if there is no other queue in time, or none at all; otherwise as
     *     {@link MessageQueue#send(MessageBuffer, Duration)} does
     * @throws InterruptedException if the thread was interrupted before the message was sent
     */
    void sendToNext(MessageBuffer message, Duration timeout, MessageQueue last, QueueException removed)
            throws InterruptedException {
        long began = System.nanoTime();
        MessageQueue to = last;
        QueueException why = removed;
        while (true) {
            to = awaitNext(to, why, began, timeout);
            try {
                to.send(message, timeout.minusNanos(System.nanoTime() - began));
                return;
            } catch (NoSuchQueueException | QueueRemovedException removedToo) {
                why = removedToo;
            }
        }
    }

    /** Waits for the queue after one that was removed; throws if there is none in time, or there will be none. */
    private MessageQueue awaitNext(MessageQueue last, QueueException removed, long began, Duration timeout)
            throws InterruptedException {
        while (true) {
            // Before the look: this process may be stopped until the time is over.
            boolean over = timeout.minusNanos(System.nanoTime() - began).compareTo(Duration.ZERO) <= 0;
            MessageQueue next = next(last);
            if (next != last || closed) {
                // One that is closed says so itself.
                return next;
            }
            if (over || watch == null) {
                throw removed;
            }
            LockSupport.parkNanos(BETWEEN_LOOKS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Looks for the queue after one that was removed, and returns the same handle if there is none. */
    private synchronized MessageQueue next(MessageQueue last) {
        if (queue == last && !closed && watch != null) {
            try {
                MessageQueue next = handle(key, waiting);
                if (MessageQueues.find(next.id()).filter(this::isServers).isPresent()) {
                    queue = next;
                }
            } catch (QueueException notYet) {
                log("no other queue: " + notYet.getMessage());
            }
        }
        return queue;
    }

    /** Returns whether a queue is of the same user, and of the process that has held the lock since the client came. */
    private boolean isServers(QueueStatus other) {
        return isOfSameUser(other)
                && ServerStatus.ofLock(other)
                        .filter(lock -> lock.state() == ServerStatus.State.RUNNING && isSameProcess(lock))
                        .isPresent();
    }

    private boolean isOfSameUser(QueueStatus other) {
        return other.ownerUid() == found.ownerUid() && other.creatorUid() == found.creatorUid();
    }

    private boolean isSameProcess(ServerStatus lock) {
        LockWatch watching = watch;
        return watching == null || watching.mayBeHeldBy(lock.process().orElse(0));
    }

    /**
     * Calls back, once, when the server has ended, from another thread; then every wait in here ends. The server's lock is
     * given back by the kernel when the server ends, and whoever waits for that is woken. A classic server has none: a
     * semaphore set with its key says nothing.
     *
     * @return false if it cannot
     */
    boolean onServerEnd(Runnable ended) {
        Optional<ServerStatus> lock = MessageQueues.find(queue.id()).flatMap(ServerStatus::ofLock);
        Optional<LockWatch> watched = lock.flatMap(_ -> LockWatch.on(key));
        watched.ifPresent(on -> {
            watch = on;
            Thread.ofPlatform().daemon().name("letterbox-server-watch").start(() -> {
                try {
                    if (awaitServerEnd(on)) {
                        ended.run();
                        // Nobody will make room for those who wait to send.
                        closeQueue();
                    }
                } catch (InterruptedException asked) {
                    log("the watch ends");
                }
            });
        });
        return watched.isPresent();
    }

    private boolean awaitServerEnd(LockWatch lock) throws InterruptedException {
        Optional<LockWatch> watched = Optional.of(lock);
        while (watched.isPresent()) {
            if (closed || !watched.get().awaitEnd()) {
                return false;
            }
            watched = lockMadeAgain(watched.get());
        }
        return true;
    }

    /** Where somebody removed the lock of a server that lives, it makes it again in a moment, and keeps its queue. */
    private Optional<LockWatch> lockMadeAgain(LockWatch last) {
        long deadline = System.nanoTime() + PATIENCE_WITH_SERVER.toNanos();
        boolean over = false;
        while (last.isRemoved() && !over && !closed) {
            // Before the look: this process may be stopped until the time is over.
            over = System.nanoTime() - deadline >= 0;
            Optional<QueueStatus> now = MessageQueues.find(queue.id()).or(this::findByKey);
            if (now.isEmpty()) {
                return Optional.empty();
            }
            if (now.flatMap(ServerStatus::ofLock)
                    .filter(lock -> lock.state() != ServerStatus.State.LEFT_OVER && isSameProcess(lock))
                    .isPresent()) {
                Optional<LockWatch> again = LockWatch.on(key);
                watch = again.orElse(null);
                return again;
            }
            LockSupport.parkNanos(BETWEEN_LOOKS);
        }
        return Optional.empty();
    }

    /** Finds the queue that the server has made if its first one was removed before the lock was. */
    private Optional<QueueStatus> findByKey() {
        try {
            return MessageQueues.find(MessageQueue.open(key).id()).filter(this::isOfSameUser);
        } catch (QueueException none) {
            return Optional.empty();
        }
    }

    private synchronized void closeQueue() {
        closed = true;
        queue.close();
    }

    /** Ends every wait in here, and the watch. The queue stays. */
    @Override
    public void close() {
        closeQueue();
        LockWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
    }

    /** Asks for the logger when there is something to log: to find it all jars are searched. */
    private static void log(String text) {
        System.getLogger(ServerQueue.class.getName()).log(System.Logger.Level.DEBUG, text);
    }
}
