package dev.letterbox.lab;

/** Says in one line why an experiment could not be made. */
public final class LabFailure extends Exception {
    private static final long serialVersionUID = 1;

    LabFailure(String message) {
        super(message);
    }
}
