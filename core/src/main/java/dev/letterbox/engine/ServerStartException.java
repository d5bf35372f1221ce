package dev.letterbox.engine;

import dev.letterbox.error.TransportException;

/** A server cannot start at its address: another one runs there, or the queue is somebody else's. */
public final class ServerStartException extends TransportException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message why, and what to do
     */
    public ServerStartException(String message) {
        super(message);
    }

    /**
     * Creates the exception with the engine's own as its cause.
     *
     * @param message why, and what to do
     * @param cause what the engine said
     */
    public ServerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
