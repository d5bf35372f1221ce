package dev.letterbox.sysv.error;

/**
 * Thrown when the kernel denies access: the queue's mode does not allow the call ({@code EACCES}), or only its owner, its
 * creator or a privileged process may make it ({@code EPERM}).
 */
public final class QueueAccessException extends QueueException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code EIDRM}
     */
    public QueueAccessException(String message, String errno) {
        super(message, errno);
    }
}
