package dev.letterbox.error;

/** Thrown when the server ended before the response did. What it did with the request is not known. */
public final class ServerGoneException extends RequestException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what failed and what to do
     */
    public ServerGoneException(String message) {
        super(message);
    }
}
