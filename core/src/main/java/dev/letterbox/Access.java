package dev.letterbox;

/** The users who may send requests to a server. Only the server's own user can receive from its queue. */
public enum Access {
    /** The server's user alone. On the kernel's queues: mode 0600. */
    OWNER,
    /** The server's group as well. On the kernel's queues: mode 0620. */
    GROUP,
    /** Every user. On the kernel's queues: mode 0622. */
    ALL
}
