package dev.letterbox.sysv.error;

/** Thrown when the queue has been removed and another one has its key. To use that one, open it again. */
public final class QueueReplacedException extends QueueRemovedException {
    private static final long serialVersionUID = 1;

    /** The id of the queue that was removed. */
    private final int oldId;

    /** The id of the queue that has the key now. */
    private final int newId;

    /**
     * Creates an exception.
     *
     * @param message what failed and what to do
     * @param errno the kernel's error, as in {@code EIDRM}
     * @param oldId the id of the queue that was removed
     * @param newId the id of the queue that has the key now
     */
    public QueueReplacedException(String message, String errno, int oldId, int newId) {
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
