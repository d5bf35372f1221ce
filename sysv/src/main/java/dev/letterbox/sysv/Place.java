package dev.letterbox.sysv;

/** Is something that threads sleep in and that can be closed under them. */
interface Place {
    /** Tells whether to sleep there no more. */
    boolean isClosed();
}
