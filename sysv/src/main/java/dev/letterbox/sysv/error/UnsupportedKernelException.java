package dev.letterbox.sysv.error;

/**
 * Thrown when this operating system or this kernel lacks what was asked for ({@code ENOSYS}).
 */
public final class UnsupportedKernelException extends QueueException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code ENOSYS}
     */
    public UnsupportedKernelException(String message, String errno) {
        super(message, errno);
    }

    /**
     * Creates an exception for an operating system that was not asked.
     *
     * @param message what failed and what to do
     */
    public UnsupportedKernelException(String message) {
        super(message, (String) null);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param message what failed and what to do
     * @param cause what was thrown
     */
    public UnsupportedKernelException(String message, Throwable cause) {
        super(message, cause);
    }
}
