package dev.letterbox.lab.result;

import java.util.OptionalLong;

/**
 * Holds what a process sleeps in, as {@code /proc} shows it.
 *
 * @param process what it is in the experiment
 * @param pid its process id
 * @param call {@code msgsnd} or {@code msgrcv}; anything else is no sleep in a queue
 * @param queue the queue; empty where the kernel does not show a call's arguments
 * @param bytes of {@code msgsnd}: how long the message is that does not fit
 * @param type of {@code msgrcv}: the type it waits for
 */
public record Sleep(String process, long pid, String call, OptionalLong queue, OptionalLong bytes, OptionalLong type) {
    /**
     * Puts it into words.
     *
     * @return as in {@code server (4711) sleeps in msgsnd: 8192 bytes do not fit}
     */
    public String inWords() {
        String how = bytes.isPresent()
                ? ": its message of " + bytes.getAsLong() + " bytes does not fit"
                : type.isPresent() ? ": waits for a message of type " + type.getAsLong() : "";
        return "%s (process %d) sleeps in %s%s".formatted(process, pid, call, how);
    }
}
