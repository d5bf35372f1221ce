package dev.letterbox.sysv.error;

/**
 * Thrown when access is denied: the queue's mode does not allow the call ({@code EACCES}), or only its owner, its creator or a
 * privileged process may make it ({@code EPERM}); or the kernel's own rules allow it, and a security module or a system call
 * filter refuses it all the same.
 */
public final class QueueAccessException extends QueueException {
    private static final long serialVersionUID = 1;

    /** Whether the kernel's own rules allow the call. */
    private final boolean byLayer;

    /**
     * Creates an exception for a call that the kernel's own rules deny.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code EACCES}
     */
    public QueueAccessException(String message, String errno) {
        this(message, errno, false);
    }

    /**
     * Creates an exception.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code EACCES}
     * @param byLayer whether the kernel's own rules allow the call
     */
    public QueueAccessException(String message, String errno, boolean byLayer) {
        super(message, errno);
        this.byLayer = byLayer;
    }

    /**
     * Returns whether the kernel's own rules allow the call, so that a security module or a system call filter refused it.
     *
     * @return false if the mode denies it, or the reason is unknown
     */
    public boolean isByLayer() {
        return byLayer;
    }
}
