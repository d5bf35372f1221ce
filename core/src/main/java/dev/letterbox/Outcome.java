package dev.letterbox;

/** How a request ended, as seen by the server. */
public enum Outcome {
    /** The whole content was sent, then END. */
    END,
    /** FAILURE was sent. */
    FAILURE,
    /** FAILURE was sent, because the server, or this user's share of it, was fully used. */
    BUSY,
    /** The client's queue did not exist, or was removed before the end. */
    GONE,
    /** The server may not send to the client's queue. */
    DENIED,
    /** The client received nothing for longer than the stall timeout. */
    STALLED,
    /** The client cancelled the request. */
    CANCELLED,
    /** The client's deadline passed. */
    EXPIRED,
    /** The server stopped before the end. */
    STOPPED
}
