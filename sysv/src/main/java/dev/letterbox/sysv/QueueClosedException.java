package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Says that this handle was closed; the queue itself may live on.
 */
public final class QueueClosedException extends QueueException {
    private static final long serialVersionUID = 1;

    QueueClosedException(String message, @Nullable Errno errno) {
        super(message, errno);
    }
}
