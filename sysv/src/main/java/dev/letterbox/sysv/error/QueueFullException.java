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

    /**
     * Creates an exception whose message ends in advice.
     *
     * @param problem what failed
     * @param advice which call of this library helps
     * @param errno the kernel's error, as in {@code EIDRM}
     */
    public QueueFullException(String problem, String advice, String errno) {
        super(problem, advice, errno);
    }
}
