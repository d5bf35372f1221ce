package dev.letterbox.sysv.error;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a call on a message queue fails. The message says what failed, on which queue, what the kernel said, and
 * what to do.
 *
 * <p>There is one type for each condition that a caller handles differently. A {@code switch} over them is exhaustive.
 */
public abstract sealed class QueueException extends RuntimeException
        permits MessageTooLargeException,
                NativeAccessDeniedException,
                NoSuchQueueException,
                QueueAccessException,
                QueueClosedException,
                QueueExistsException,
                QueueFullException,
                QueueRemovedException,
                TableFullException,
                UnexpectedErrnoException,
                UnsupportedKernelException {
    private static final long serialVersionUID = 1;

    /** The kernel's error; null if the kernel was not asked. */
    private final @Nullable String errno;

    /** The message without the advice. */
    private final String problem;

    /** What to do; null if the message says it otherwise, or there is nothing to do. */
    private final @Nullable String advice;

    QueueException(String message, @Nullable String errno) {
        super(message);
        this.problem = message;
        this.advice = null;
        this.errno = errno;
    }

    QueueException(String problem, String advice, String errno) {
        super(problem + " " + advice);
        this.problem = problem;
        this.advice = advice;
        this.errno = errno;
    }

    QueueException(String message, Throwable cause) {
        super(message, cause);
        this.problem = message;
        this.advice = null;
        this.errno = null;
    }

    /**
     * Returns the message without its last sentence, if that is advice that names calls of this library or says where to
     * look next: for programs that give their users other advice.
     *
     * @return what failed, on which queue, and what the kernel said
     */
    public String problem() {
        return problem;
    }

    /**
     * Returns the sentence at the end of the message that {@link #problem} lacks.
     *
     * @return the advice; empty if the problem is the whole message
     */
    public Optional<String> advice() {
        return Optional.ofNullable(advice);
    }

    /**
     * Returns the kernel's error.
     *
     * @return its name, as in {@code EIDRM}, or its number, as in {@code errno 133}, if this library knows no name for it; empty
     *     if the kernel was not asked
     */
    public Optional<String> errno() {
        return Optional.ofNullable(errno);
    }
}
