package dev.letterbox.sysv.error;

/**
 * Thrown when the queue existed and has been removed ({@code EIDRM}, {@code EINVAL}).
 */
public sealed class QueueRemovedException extends QueueException permits QueueReplacedException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code EIDRM}
     */
    public QueueRemovedException(String message, String errno) {
        super(message, errno);
    }
}
