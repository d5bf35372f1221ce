package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import org.jspecify.annotations.Nullable;

/** Says that the queue was removed and another one was made under the same key: open it anew to use that one. */
public final class QueueReplacedException extends QueueRemovedException {
    private static final long serialVersionUID = 1;

    /** The id of the queue that was removed. */
    private final int oldId;

    /** The id of the queue that has the key now. */
    private final int newId;

    QueueReplacedException(String message, @Nullable Errno errno, int oldId, int newId) {
        super(message, errno);
        this.oldId = oldId;
        this.newId = newId;
    }

    /**
     * Returns the id of the queue that was removed.
     *
     * @return the id
     */
    public int oldId() {
        return oldId;
    }

    /**
     * Returns the id of the queue that has the key now.
     *
     * @return the id
     */
    public int newId() {
        return newId;
    }
}
