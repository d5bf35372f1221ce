package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says that a call on a message queue failed: what was tried, on which queue, what the kernel said, and what helps.
 *
 * <p>There is one type for each condition that a caller handles differently; {@code switch} over them is exhaustive.
 */
public abstract sealed class QueueException extends RuntimeException
        permits MessageTooLargeException,
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

    /** What the kernel said; null where it was not asked. */
    private final @Nullable String errno;

    QueueException(String message, @Nullable Errno errno) {
        super(message);
        this.errno = errno == null ? null : errno.name();
    }

    QueueException(String message, Throwable cause) {
        super(message, cause);
        this.errno = null;
    }

    /**
     * Returns what the kernel said.
     *
     * @return the name, as in {@code EIDRM}; empty where the kernel was not asked
     */
    public Optional<String> errno() {
        return Optional.ofNullable(errno);
    }
}
