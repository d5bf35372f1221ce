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
        super(message, errno);
        this.byLayer = false;
    }

    private QueueAccessException(String problem, String advice, String errno) {
        super(problem, advice, errno);
        this.byLayer = true;
    }

    /**
     * Creates an exception for a call that the kernel's own rules allow.
     *
     * @param problem what failed, and that a layer above the kernel's rules refused it
     * @param advice where to look next
     * @param errno the kernel's error, as in {@code EACCES}
     * @return the exception
     */
    public static QueueAccessException byLayer(String problem, String advice, String errno) {
        return new QueueAccessException(problem, advice, errno);
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
