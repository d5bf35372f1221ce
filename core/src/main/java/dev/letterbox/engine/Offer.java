package dev.letterbox.engine;

/** What became of a message that was offered to a client's private queue. */
public enum Offer {
    /** The engine has taken it. Whether it can still be refused, {@link Route.ToClient#settled} tells. */
    SENT,
    /** There is no room. Nothing was sent; offer the same message again later. */
    FULL,
    /** The private queue no longer exists, or the address is another client's by now. */
    GONE,
    /** The engine does not let this server send there. */
    DENIED
}
