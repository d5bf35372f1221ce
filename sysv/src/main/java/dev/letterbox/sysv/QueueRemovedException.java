package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Says that the queue existed and was removed ({@code EIDRM}, {@code EINVAL}).
 */
public sealed class QueueRemovedException extends QueueException permits QueueReplacedException {
    private static final long serialVersionUID = 1;

    QueueRemovedException(String message, @Nullable Errno errno) {
        super(message, errno);
    }
}
