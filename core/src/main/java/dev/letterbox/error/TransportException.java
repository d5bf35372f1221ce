package dev.letterbox.error;

/**
 * The engine could not connect, send or receive. The message says what failed, on which queue, what the kernel or the
 * broker said, and what to do; the cause is the engine's own exception, if there is one.
 */
public class TransportException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what failed and what to do
     */
    public TransportException(String message) {
        super(message);
    }

    /**
     * Creates the exception with the engine's own as its cause.
     *
     * @param message what failed and what to do
     * @param cause what the engine said
     */
    public TransportException(String message, Throwable cause) {
        super(message, cause);
    }
}
