package dev.letterbox.sysv.waiting;

/** Something that threads sleep in and that can be closed while they do. */
public interface Place {
    /**
     * Returns whether it is closed, so that no thread may sleep there.
     *
     * @return true once it is closed
     */
    boolean isClosed();
}
