package dev.letterbox.queues;

import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.waiters.Waiter;
import dev.letterbox.sysv.waiters.Waiters;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What this user can see of the server to which a queue belongs.
 *
 * @param state the server's state
 * @param process the server's process; empty if it does not run, or cannot be seen
 */
public record ServerStatus(State state, OptionalLong process) {
    /** The state of a server. */
    public enum State {
        /** It runs, and serves the queue. */
        RUNNING,
        /** It was killed, and its queue stayed behind; the next server of this user takes it over. */
        LEFT_OVER,
        /** Somebody removed its lock. Without a process it does not run: the next server of this user takes the queue over. */
        UNLOCKED,
        /** It looks like a server, but its lock or its process cannot be seen from here. */
        HIDDEN
    }

    /**
     * Finds out whether a queue is a server's. Looks only.
     *
     * @param queue a queue
     * @return empty for a private queue, and for one that no server of Letterbox made
     */
    public static Optional<ServerStatus> of(QueueStatus queue) {
        return of(queue, Waiters::look);
    }

    /**
     * Does the same as {@link #of(QueueStatus)}, with the waiting threads that were found already.
     *
     * @param queue a queue
     * @param waiters supplies the waiting threads, which are needed only if the server's lock was removed
     * @return empty for a private queue, and for one that no server of Letterbox made
     */
    public static Optional<ServerStatus> of(QueueStatus queue, Supplier<Waiters> waiters) {
        return ofLock(queue)
                .or(() -> ServerMode.isIn(queue) ? Optional.of(unlocked(queue, waiters.get())) : Optional.empty());
    }

    /** Finds out what the lock tells. Empty also where it was removed. */
    static Optional<ServerStatus> ofLock(QueueStatus queue) {
        return queue.key().flatMap(key -> ServerLock.look(Linux.host(), key, queue));
    }

    private static ServerStatus unlocked(QueueStatus queue, Waiters waiters) {
        OptionalLong process = receiver(queue, waiters);
        return new ServerStatus(
                process.isEmpty() && mayBeHidden(queue, waiters) ? State.HIDDEN : State.UNLOCKED, process);
    }

    /**
     * Finds the process that receives from a server's queue: without a lock that is all that tells of it. One that has not
     * received yet, or cannot be seen from here, is not found.
     */
    static OptionalLong receiver(QueueStatus queue, Waiters waiters) {
        Optional<Waiter> asleep = waiters.in(queue.id()).stream()
                .filter(waiter -> waiter.call() == Waiter.Call.RECEIVE)
                .findFirst();
        if (asleep.isPresent()) {
            return OptionalLong.of(asleep.get().pid());
        }
        // One that works on a request does not sleep there.
        UserProcess last = new UserProcess(queue.lastReceiver());
        return last.isRunningAs(queue.creatorUid()) ? OptionalLong.of(last.pid()) : OptionalLong.empty();
    }

    private static boolean mayBeHidden(QueueStatus queue, Waiters waiters) {
        int me = (int) Linux.host().geteuid();
        boolean inOtherPidNamespace = queue.received().isPresent() && queue.lastReceiver() == 0;
        return inOtherPidNamespace
                || !waiters.somewhere().isEmpty()
                || (me != 0 && me != queue.creatorUid() && waiters.areSomeHidden());
    }
}
