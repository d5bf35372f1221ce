package dev.letterbox.lab.result;

/** Says in one line why an experiment could not be made. */
public final class LabFailure extends Exception {
    private static final long serialVersionUID = 1;

    public LabFailure(String message) {
        super(message);
    }
}
