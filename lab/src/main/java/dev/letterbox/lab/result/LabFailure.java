package dev.letterbox.lab.result;

/** Thrown when an experiment cannot be run. The message says why in one line. */
public final class LabFailure extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * Creates a failure.
     *
     * @param message what failed, and what to do
     */
    public LabFailure(String message) {
        super(message);
    }
}
