package dev.letterbox.dialect;

/** The kind of a message in a client's private queue. */
public enum ResponseKind {
    /** A piece of the content. */
    DATA,
    /** The content is complete. */
    END,
    /** There is no content, or no more of it. */
    FAILURE,
    /** None of these. */
    MALFORMED
}
