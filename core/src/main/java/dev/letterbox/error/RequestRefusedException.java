package dev.letterbox.error;

import dev.letterbox.FailureKind;

/** Thrown when the server answered FAILURE; the message is the server's text. */
public final class RequestRefusedException extends RequestException {
    private static final long serialVersionUID = 1;

    /** What sort of failure it is. */
    private final FailureKind kind;

    /**
     * Creates the exception.
     *
     * @param kind what sort of failure it is
     * @param text what the server answered
     */
    public RequestRefusedException(FailureKind kind, String text) {
        super(text);
        this.kind = kind;
    }

    /**
     * Returns what sort of failure it is.
     *
     * @return as the server said; {@link FailureKind#REFUSED} from a server that says only the text
     */
    public FailureKind kind() {
        return kind;
    }
}
