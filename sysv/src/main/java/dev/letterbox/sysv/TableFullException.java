package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Says that the system has as many queues as it may have ({@code ENOSPC}).
 */
public final class TableFullException extends QueueException {
    private static final long serialVersionUID = 1;

    TableFullException(String message, @Nullable Errno errno) {
        super(message, errno);
    }
}
