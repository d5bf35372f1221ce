package dev.letterbox.sysv.error;

/**
 * Thrown when the queue was still full at the deadline ({@code EAGAIN}).
 */
public final class QueueFullException extends QueueException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code EIDRM}
     */
    public QueueFullException(String message, String errno) {
        super(message, errno);
    }
}
