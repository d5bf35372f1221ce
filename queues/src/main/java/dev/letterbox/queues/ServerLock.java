package dev.letterbox.queues;

import dev.letterbox.engine.ServerStartException;
import dev.letterbox.queues.ServerStatus.State;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.life.DeathBell;
import dev.letterbox.sysv.life.SemaphoreSet;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.Linux;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Proves that one server at most serves a key, and which queue was that server's.
 *
 * <p>It is a semaphore set under the server queue's own key. So it lives in the queue's IPC namespace, whatever
 * containers, file systems and process ids the servers have; the kernel frees the lock when its process ends, however it
 * ends; and the set stays behind with the id of the queue, which tells a Letterbox server's left-over queue from a queue
 * that another program made under the same key.
 */
final class ServerLock implements AutoCloseable {
    static final int COUNT = 8;
    private static final int STATE = 1;
    private static final int LOW = 2;
    private static final int MIDDLE = 3;
    private static final int HIGH = 4;
    private static final int BELL_LOW = 5;
    private static final int BELL_MIDDLE = 6;
    private static final int BELL_HIGH = 7;
    /** In the last of the bell's numbers: there is one. */
    private static final int BELL_MADE = 2;

    private static final int MAKING = 1;
    private static final int MADE = 2;

    /** Another server may remove the set between our opening and locking it; then there is a new one to make. */
    private static final int TRIES = 100;

    private final SemaphoreSet set;

    ServerLock(SemaphoreSet set) {
        this.set = set;
    }

    static ServerLock acquire(Linux linux, Key key) {
        try {
            for (int tries = 0; tries < TRIES; tries++) {
                SemaphoreSet set = SemaphoreSet.open(linux, key.value(), COUNT);
                try {
                    if (!set.isOurs() || hasMore(set)) {
                        throw stranger(linux, key);
                    }
                    if (set.tryLock()) {
                        return new ServerLock(set);
                    }
                    throw new ServerStartException(
                            "Another server (process %d) serves key %s already. Stop it, or choose another key."
                                    .formatted(set.holder(), key));
                } catch (ErrnoException failed) {
                    if (failed.errno() != Errno.EIDRM && failed.errno() != Errno.EINVAL) {
                        throw failed;
                    }
                }
            }
            throw new ServerStartException("Servers on key " + key + " come and go faster than this one can start.");
        } catch (ErrnoException failed) {
            throw switch (failed.errno()) {
                case Errno.EACCES, Errno.EINVAL, Errno.EPERM -> stranger(linux, key);
                case Errno.ENOSPC ->
                    new ServerStartException(
                            "Cannot create the server's lock: the system has reached its limit of semaphore sets ("
                                    + failed.getMessage()
                                    + "). See who owns them (ipcs -s -c), and raise the limit (sysctl kernel.sem).",
                            failed);
                default ->
                    new ServerStartException("Cannot create the server's lock: " + failed.getMessage() + ".", failed);
            };
        }
    }

    /** Looks whose lock it is, without touching it. Empty where the queue with this key is not a server's. */
    static Optional<ServerStatus> look(Linux linux, Key key, QueueStatus queue) {
        try {
            Optional<SemaphoreSet> found = SemaphoreSet.find(linux, key.value(), COUNT);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            SemaphoreSet set = found.get();
            // A server makes both; where another user made the set, it may say anything.
            if (set.creatorUid() != queue.creatorUid() || !new ServerLock(set).records(queue.id()) || hasMore(set)) {
                return Optional.empty();
            }
            return Optional.of(
                    set.isLocked()
                            ? new ServerStatus(State.RUNNING, OptionalLong.of(set.holder()))
                            : new ServerStatus(State.LEFT_OVER, OptionalLong.empty()));
        } catch (ErrnoException failed) {
            return failed.errno() == Errno.EACCES
                    ? Optional.of(new ServerStatus(State.HIDDEN, OptionalLong.empty()))
                    : Optional.empty(); // gone in this moment
        }
    }

    /** Returns whether a server holds the lock of a key, whatever queue it has. */
    static boolean isHeld(Linux linux, Key key) {
        try {
            Optional<SemaphoreSet> found = SemaphoreSet.find(linux, key.value(), COUNT);
            return found.isPresent() && found.get().isLocked() && !hasMore(found.get());
        } catch (ErrnoException hidden) {
            return false;
        }
    }

    /** A set with more semaphores is another program's. (One with fewer cannot be opened.) */
    private static boolean hasMore(SemaphoreSet set) {
        try {
            set.get(COUNT);
            return true;
        } catch (ErrnoException noSuchSemaphore) {
            return false;
        }
    }

    /** Of another user's server little is to be seen: that its queue is recorded in the set, and that the set is locked. */
    private static ServerStartException stranger(Linux linux, Key key) {
        OptionalLong server = serverOf(linux, key);
        if (server.isPresent()) {
            return new ServerStartException(
                    "Another user's server (process %d) serves key %s already. Choose another key with --key."
                            .formatted(server.getAsLong(), key));
        }
        return new ServerStartException(
                ("The semaphore set with key %s, which a server on that key locks, is not this user's, or is not a server's lock. See"
                                + " who owns it (ipcs -s -q) and have it removed, with a queue on that key (ipcrm -S %s -Q %s), or choose another key.")
                        .formatted(key, key, key));
    }

    private static OptionalLong serverOf(Linux linux, Key key) {
        long queue = linux.msgget(key.value(), 0);
        return queue < 0
                ? OptionalLong.empty()
                : MessageQueues.find((int) queue)
                        .flatMap(found -> look(linux, key, found))
                        .map(ServerStatus::process)
                        .orElse(OptionalLong.empty());
    }

    /** Returns whether this queue was made by the server that held the lock last. */
    boolean left(int queueId) {
        try {
            return records(queueId);
        } catch (ErrnoException failed) {
            throw lost(failed);
        }
    }

    private boolean records(int queueId) throws ErrnoException {
        return switch (set.get(STATE)) {
            // Killed between making its queue and writing down which.
            case MAKING -> true;
            case MADE -> number(set.get(LOW), set.get(MIDDLE), set.get(HIGH)) == queueId;
            default -> false;
        };
    }

    /** A semaphore holds 15 bits, an id has 31. */
    private static int number(int low, int middle, int high) {
        return low | middle << 15 | high << 30;
    }

    /** Tells which bell the last server had; empty if none. */
    OptionalInt leftBell() {
        try {
            return bell();
        } catch (ErrnoException failed) {
            throw lost(failed);
        }
    }

    /**
     * Tells which bell is written down; empty if none.
     *
     * @throws ErrnoException if the lock cannot be read, or was removed
     */
    OptionalInt bell() throws ErrnoException {
        int high = set.get(BELL_HIGH);
        return (high & BELL_MADE) == 0
                ? OptionalInt.empty()
                : OptionalInt.of(number(set.get(BELL_LOW), set.get(BELL_MIDDLE), high & 1));
    }

    /**
     * Returns whether the numbers are those of a server, at whatever moment it was killed.
     *
     * @throws ErrnoException if the lock cannot be read, or was removed
     */
    boolean isOfAServer() throws ErrnoException {
        return set.get(STATE) <= MADE && set.get(HIGH) <= 1 && set.get(BELL_HIGH) <= (BELL_MADE | 1);
    }

    /** Makes a bell and writes down which, so that none is left that no lock names; empty if there can be none. */
    Optional<DeathBell> hang(Mode ringers) {
        Optional<DeathBell> made = DeathBell.make(ringers);
        try {
            hung(made.stream().mapToInt(DeathBell::id).findFirst());
            return made;
        } catch (ServerStartException lost) {
            made.ifPresent(DeathBell::remove);
            throw lost;
        }
    }

    /** Writes down which bell this server has, or that it has none, so that the next one can remove it. */
    void hung(OptionalInt bellId) {
        int id = bellId.orElse(0);
        try {
            set.set(BELL_HIGH, 0);
            set.set(BELL_LOW, id & 0x7fff);
            set.set(BELL_MIDDLE, id >> 15 & 0x7fff);
            set.set(BELL_HIGH, bellId.isPresent() ? id >> 30 | BELL_MADE : 0);
        } catch (ErrnoException failed) {
            throw lost(failed);
        }
    }

    /** From here on the queue with this key is this server's, whatever its id. */
    void making() {
        try {
            set.set(STATE, MAKING);
        } catch (ErrnoException failed) {
            throw lost(failed);
        }
    }

    /** At no moment do the numbers deny the queue: a client would take it for another program's. */
    void made(int queueId) {
        try {
            set.set(LOW, queueId & 0x7fff);
            set.set(MIDDLE, queueId >> 15 & 0x7fff);
            set.set(HIGH, queueId >> 30);
            set.set(STATE, MADE);
        } catch (ErrnoException failed) {
            throw lost(failed);
        }
    }

    private static ServerStartException lost(ErrnoException failed) {
        return new ServerStartException(
                "The server's lock was removed while it was in use: " + failed.getMessage() + ".", failed);
    }

    /** Tells whether the lock is still there and held; nobody but this process can hold it. */
    boolean isHeld() {
        try {
            return set.isLocked();
        } catch (ErrnoException removed) {
            return false;
        }
    }

    /** Sleeps until the lock is gone, or is held no more. Holds the calling thread, which must be a platform thread. */
    void awaitLoss() {
        while (Errno.EINTR.in(set.awaitUnlocked())) {
            // A signal to this thread: it goes on.
        }
    }

    /** Gives the lock back and leaves nothing. Call it when the queue is gone. */
    @Override
    public void close() {
        try {
            set.remove();
        } catch (ErrnoException removedByHand) {
            System.getLogger(ServerLock.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "The server''s lock was removed by another process: {0}.",
                            removedByHand.getMessage());
        }
    }
}
