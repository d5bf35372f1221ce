package dev.letterbox.rabbitmq;

import dev.letterbox.error.TransportException;

/** The broker is not there, or refuses. The message says what failed, what the broker said, and what to do. */
public final class BrokerException extends TransportException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what failed and what to do
     */
    public BrokerException(String message) {
        super(message);
    }

    /**
     * Creates one with what the broker's client library threw.
     *
     * @param message what failed and what to do
     * @param cause what was thrown
     */
    public BrokerException(String message, Throwable cause) {
        super(message, cause);
    }
}
