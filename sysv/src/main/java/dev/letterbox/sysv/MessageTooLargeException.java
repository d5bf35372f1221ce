package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Says that a message is longer than the kernel lets anybody send ({@code msgmax}), than its queue can ever hold, or than
 * the buffer that was to receive it. In the last case it is still in its queue: receive it with a buffer that grows or
 * truncates.
 */
public final class MessageTooLargeException extends QueueException {
    private static final long serialVersionUID = 1;

    MessageTooLargeException(String message, @Nullable Errno errno) {
        super(message, errno);
    }
}
