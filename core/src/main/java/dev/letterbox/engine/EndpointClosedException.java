package dev.letterbox.engine;

import dev.letterbox.error.TransportException;

/** The endpoint was closed while it was in use, or before. */
public final class EndpointClosedException extends TransportException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message which endpoint was closed
     */
    public EndpointClosedException(String message) {
        super(message);
    }

    /**
     * Creates the exception with the engine's own as its cause.
     *
     * @param message which endpoint was closed
     * @param cause what the engine said
     */
    public EndpointClosedException(String message, Throwable cause) {
        super(message, cause);
    }
}
