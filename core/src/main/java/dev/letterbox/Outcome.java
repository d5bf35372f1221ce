package dev.letterbox;

/** Tells how a request ended, as the server saw it. */
public enum Outcome {
    /** The client was sent all, and END. */
    END,
    /** The client was sent FAILURE. */
    FAILURE,
    /** The client was told that the server has too much to do. */
    BUSY,
    /** The client's queue did not exist, or was removed before the end. */
    GONE,
    /** The client's queue does not let the server send. */
    DENIED,
    /** The client took nothing for too long. */
    STALLED,
    /** The client cancelled. */
    CANCELLED,
    /** The client's deadline passed. */
    EXPIRED,
    /** The server stopped before the end. */
    STOPPED
}
