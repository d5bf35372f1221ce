package dev.letterbox.sysv.waiters;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A thread of any program that is in a call that sends to or receives from a queue.
 *
 * @param pid the process
 * @param tid the thread
 * @param command the process's name, as {@code ps -o comm} shows it
 * @param call which call
 * @param queue the queue's id; empty if the kernel shows that the thread sleeps in a queue, and not in which
 * @param type which message a receiver waits for, as {@code msgtyp} of msgrcv(2); empty for a sender, and if unknown
 * @param flags the flags of the call; empty if unknown
 * @param bytes how many bytes a sender waits to send; empty for a receiver, and if unknown
 * @param stopped whether a signal or a debugger has stopped the thread: then it takes and sends nothing until it continues
 */
public record Waiter(
        long pid,
        long tid,
        String command,
        Call call,
        OptionalInt queue,
        OptionalLong type,
        OptionalInt flags,
        OptionalLong bytes,
        boolean stopped) {

    /** A call that sleeps in a queue. */
    public enum Call {
        /** Waits for a message: {@code msgrcv}. */
        RECEIVE,
        /** Waits for room: {@code msgsnd}. */
        SEND
    }

    /**
     * Returns who waits for what.
     *
     * @return as in {@code process 71 (client), thread 73, receives from queue 5}
     */
    @Override
    public String toString() {
        return "process %d (%s), thread %d, %s %s"
                .formatted(
                        pid,
                        command,
                        tid,
                        call == Call.RECEIVE ? "receives from" : "sends to",
                        queue.isPresent() ? "queue " + queue.getAsInt() : "an unknown queue");
    }
}
