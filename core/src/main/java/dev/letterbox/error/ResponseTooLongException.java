package dev.letterbox.error;

/** Thrown when the content is longer than the caller wants to collect. */
public final class ResponseTooLongException extends RequestException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what failed and what to do
     */
    public ResponseTooLongException(String message) {
        super(message);
    }
}
