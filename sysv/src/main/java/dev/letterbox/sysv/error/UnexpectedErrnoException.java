package dev.letterbox.sysv.error;

/**
 * Thrown when the kernel reports an error that no caller can handle, such as {@code ENOMEM}.
 */
public final class UnexpectedErrnoException extends QueueException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code EIDRM}
     */
    public UnexpectedErrnoException(String message, String errno) {
        super(message, errno);
    }
}
