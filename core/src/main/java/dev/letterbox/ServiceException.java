package dev.letterbox;

/** Thrown when a request cannot be served. Its message is sent to the client as it is, so it holds no secrets. */
public final class ServiceException extends Exception {
    private static final long serialVersionUID = 1;

    /** What sort of failure it is. */
    private final FailureKind kind;

    /**
     * Makes one.
     *
     * @param message what the client is told
     */
    public ServiceException(String message) {
        this(FailureKind.REFUSED, message);
    }

    /**
     * Creates the exception.
     *
     * @param kind what sort of failure it is
     * @param message what failed and what to do
     */
    public ServiceException(FailureKind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    /**
     * Returns what sort of failure it is.
     *
     * @return the kind that the client is told
     */
    public FailureKind kind() {
        return kind;
    }

    /** Returns what the client is told. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
