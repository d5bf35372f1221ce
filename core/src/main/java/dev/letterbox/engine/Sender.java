package dev.letterbox.engine;

/** A process that sent to a server's queue, for a log. Two of them are equal if they are the same process. */
public interface Sender {
    /**
     * Returns what is known of it now.
     *
     * @return as in {@code process 4711, python3, of uid 1000}
     */
    String describe();
}
