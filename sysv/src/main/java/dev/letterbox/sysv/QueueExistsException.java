package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Says that a queue with this key exists already ({@code EEXIST}).
 */
public final class QueueExistsException extends QueueException {
    private static final long serialVersionUID = 1;

    QueueExistsException(String message, @Nullable Errno errno) {
        super(message, errno);
    }
}
