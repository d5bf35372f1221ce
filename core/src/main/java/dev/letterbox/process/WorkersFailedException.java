package dev.letterbox.process;

/** Thrown when worker processes exit again and again, so that requests cannot be answered. */
public final class WorkersFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WorkersFailedException(String message) {
        super(message);
    }
}
