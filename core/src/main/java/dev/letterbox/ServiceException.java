package dev.letterbox;

/** Says why a request cannot be served. Its message is sent to the client as it is, so it holds no secrets. */
public final class ServiceException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * Makes one.
     *
     * @param message what the client is told
     */
    public ServiceException(String message) {
        super(message, null, false, false);
    }

    /** Returns what the client is told. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
