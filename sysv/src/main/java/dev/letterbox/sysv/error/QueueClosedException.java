package dev.letterbox.sysv.error;

/**
 * Thrown when this handle was closed. The queue itself may still exist.
 */
public final class QueueClosedException extends QueueException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message what failed
     */
    public QueueClosedException(String message) {
        super(message, (String) null);
    }
}
