package dev.letterbox;

/** Tells what sort of FAILURE it is, so that a client can decide what to do next. Classic dialects carry the text alone. */
public enum FailureKind {
    /** The service says no, and will say it again. */
    REFUSED(0),
    /** The server has too much to do, in all or for this user: try again later. */
    BUSY(1),
    /** The server stops: try again when one runs. */
    STOPPING(2),
    /** The deadline that the client gave has passed. */
    EXPIRED(3),
    /** The client took nothing for too long. */
    STALLED(4),
    /** The server has a defect; its log says more. */
    INTERNAL(5),
    /** The process that answered ended before it was done: ask again, if the request may be served twice. */
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
     * Returns the kind that a number on the wire stands for.
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
