package dev.letterbox.sysv.error;

/**
 * Thrown when a message is longer than the kernel allows ({@code msgmax}), than its queue can ever hold, or than the
 * buffer that should receive it. In the last case the message is still in its queue: receive it with a buffer that grows
 * or truncates.
 */
public final class MessageTooLargeException extends QueueException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code EIDRM}
     */
    public MessageTooLargeException(String message, String errno) {
        super(message, errno);
    }

    /**
     * Creates an exception whose message ends in advice.
     *
     * @param problem what failed
     * @param advice which call of this library helps
     * @param errno the kernel's error, as in {@code EIDRM}
     */
    public MessageTooLargeException(String problem, String advice, String errno) {
        super(problem, advice, errno);
    }
}
