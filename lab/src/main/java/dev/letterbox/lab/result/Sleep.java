package dev.letterbox.lab.result;

import java.util.OptionalLong;

/**
 * The system call that a process sleeps in, as {@code /proc} shows it.
 *
 * @param process the process's name in the experiment, such as {@code server} or {@code client 1}
 * @param pid its process id
 * @param call {@code msgsnd} or {@code msgrcv}
 * @param queue the queue's id; empty if the kernel does not show the arguments of a call
 * @param bytes for {@code msgsnd}, the length of the message that does not fit
 * @param type for {@code msgrcv}, the message type it waits for
 */
public record Sleep(String process, long pid, String call, OptionalLong queue, OptionalLong bytes, OptionalLong type) {
    /** The call that sleeps while a queue is full. */
    public static final String SENDING = "msgsnd";

    /** The call that sleeps while a queue holds no message that was asked for. */
    public static final String RECEIVING = "msgrcv";

    /**
     * Returns whether the process sleeps in this call.
     *
     * @param name {@link #SENDING} or {@link #RECEIVING}
     * @return true if it is the one
     */
    public boolean isIn(String name) {
        return call.equals(name);
    }

    /**
     * Describes the sleep.
     *
     * @return as in {@code server (process 4711) sleeps in msgsnd: its message of 8,192 bytes does not fit}
     */
    public String inWords() {
        String how = "";
        if (bytes.isPresent()) {
            how = ": its message of %,d bytes does not fit".formatted(bytes.getAsLong());
        } else if (type.isPresent()) {
            how = type.getAsLong() == 0
                    ? ": waits for a message of any type"
                    : ": waits for a message of type " + type.getAsLong();
        }
        return "%s (process %d) sleeps in %s%s".formatted(process, pid, call, how);
    }
}
