package dev.letterbox;

/** The kind of a FAILURE, which tells a client what to do next. The classic dialects carry only the text. */
public enum FailureKind {
    /** The service refused the request, and would refuse it again. */
    REFUSED(0),
    /** The server is fully used, or this user's share of it is: try again later. */
    BUSY(1),
    /** The server is stopping: try again once a server runs. */
    STOPPING(2),
    /** The deadline that the client gave has passed. */
    EXPIRED(3),
    /** The client received nothing for longer than the stall timeout. */
    STALLED(4),
    /** The server or the service failed; the server's log has the cause. */
    INTERNAL(5),
    /** The worker process exited before the end: ask again, if the request may be served twice. */
    LOST(6);

    private final int code;

    FailureKind(int code) {
        this.code = code;
    }

    /**
     * Returns the number that stands for this kind on the wire ({@code docs/protocol.md}).
     *
     * @return 0 to 255
     */
    public int code() {
        return code;
    }

    /**
     * Returns the kind with a given number on the wire.
     *
     * @param code the number
     * @return the kind; {@link #REFUSED} for a number that this version does not know
     */
    public static FailureKind ofCode(int code) {
        for (FailureKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        return REFUSED;
    }
}
