package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Says that the kernel refused for a reason that no caller can handle, such as {@code ENOMEM}.
 */
public final class UnexpectedErrnoException extends QueueException {
    private static final long serialVersionUID = 1;

    UnexpectedErrnoException(String message, @Nullable Errno errno) {
        super(message, errno);
    }
}
