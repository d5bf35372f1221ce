package dev.letterbox.cli;

/** Says in one line why a command failed. */
final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1;

    CommandFailure(String message) {
        super(message);
    }
}
