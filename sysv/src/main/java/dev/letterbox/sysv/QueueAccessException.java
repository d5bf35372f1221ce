package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Says that the queue is somebody else's and its mode does not allow it ({@code EACCES}, {@code EPERM}).
 */
public final class QueueAccessException extends QueueException {
    private static final long serialVersionUID = 1;

    QueueAccessException(String message, @Nullable Errno errno) {
        super(message, errno);
    }
}
