package dev.letterbox;

/** Tells how a request ended, as the server saw it. */
public enum Outcome {
    /** The client was sent all, and END. */
    END,
    /** The client was sent FAILURE. */
    FAILURE,
    /** The client's queue did not exist, or was removed before the end. */
    GONE,
    /** The client's queue does not let the server send. */
    DENIED,
    /** The client's queue was full for too long. */
    STALLED,
    /** The server stopped before the end. */
    STOPPED
}
