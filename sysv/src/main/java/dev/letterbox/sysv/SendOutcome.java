package dev.letterbox.sysv;

/** The outcomes of {@link MessageQueue#offer}, all of which a server must expect. */
public enum SendOutcome {
    /** The message is in the queue. */
    SENT,
    /** There is no room now: wait, and offer it again. */
    FULL,
    /** There is no such queue, any more or at all: give up. */
    GONE,
    /** The queue's mode does not let this process send: give up. */
    DENIED
}
