package dev.letterbox;

/** Says why a request cannot be served. Its message is sent to the client as it is, so it holds no secrets. */
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

    ServiceException(FailureKind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    FailureKind kind() {
        return kind;
    }

    /** Returns what the client is told. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
