package dev.letterbox.process;

/** Thrown when worker processes end again and again, so that nobody answers requests. */
public final class WorkersFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WorkersFailedException(String message) {
        super(message);
    }
}
