package dev.letterbox.error;

/** Thrown when the server was silent for too long. What it did with the request is not known. */
public final class ResponseTimeoutException extends RequestException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what failed and what to do
     */
    public ResponseTimeoutException(String message) {
        super(message);
    }
}
