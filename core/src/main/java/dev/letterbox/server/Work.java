package dev.letterbox.server;

/** Is one request at work, as far as its client has a say in it. Callable by any thread. */
interface Work {
    /** The client takes more: so many bytes in all. */
    void allow(long upTo);

    /** The client wants no more. */
    void cancel();
}
