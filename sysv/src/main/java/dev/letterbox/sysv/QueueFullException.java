package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Says that the queue was still full when the time was up ({@code EAGAIN}).
 */
public final class QueueFullException extends QueueException {
    private static final long serialVersionUID = 1;

    QueueFullException(String message, @Nullable Errno errno) {
        super(message, errno);
    }
}
