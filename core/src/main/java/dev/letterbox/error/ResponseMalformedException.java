package dev.letterbox.error;

/** Thrown when something came to the private queue that is no response. What was received so far cannot be trusted. */
public final class ResponseMalformedException extends RequestException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what failed and what to do
     */
    public ResponseMalformedException(String message) {
        super(message);
    }
}
