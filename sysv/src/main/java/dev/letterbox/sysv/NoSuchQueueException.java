package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Says that no queue has this key or id ({@code ENOENT}, {@code EINVAL}).
 */
public final class NoSuchQueueException extends QueueException {
    private static final long serialVersionUID = 1;

    NoSuchQueueException(String message, @Nullable Errno errno) {
        super(message, errno);
    }
}
