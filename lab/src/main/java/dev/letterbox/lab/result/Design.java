package dev.letterbox.lab.result;

/** A way to lay out queues between a server and its clients. */
public enum Design {
    /** One queue for all: requests have type 1, and a response has its client's process id as type. */
    SHARED,
    /** One queue for requests, and for each client a private queue for its responses. */
    PRIVATE;

    /**
     * Returns the name used in text.
     *
     * @return the beginning of a sentence
     */
    public String title() {
        return this == SHARED ? "One queue" : "Private queues";
    }
}
