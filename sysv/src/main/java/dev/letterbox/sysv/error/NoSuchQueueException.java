package dev.letterbox.sysv.error;

/**
 * Thrown when no queue has this key or id ({@code ENOENT}, {@code EINVAL}).
 */
public final class NoSuchQueueException extends QueueException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code EIDRM}
     */
    public NoSuchQueueException(String message, String errno) {
        super(message, errno);
    }

    /**
     * Creates an exception whose message ends in advice.
     *
     * @param problem what failed
     * @param advice which call of this library helps
     * @param errno the kernel's error, as in {@code EIDRM}
     */
    public NoSuchQueueException(String problem, String advice, String errno) {
        super(problem, advice, errno);
    }
}
