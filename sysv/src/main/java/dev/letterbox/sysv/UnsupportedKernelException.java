package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/** Says that this system, kernel or launch of Java does not have what was asked for ({@code ENOSYS}). */
public final class UnsupportedKernelException extends QueueException {
    private static final long serialVersionUID = 1;

    UnsupportedKernelException(String message, @Nullable Errno errno) {
        super(message, errno);
    }

    UnsupportedKernelException(String message, Throwable cause) {
        super(message, cause);
    }
}
