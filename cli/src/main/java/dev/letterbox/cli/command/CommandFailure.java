package dev.letterbox.cli.command;

/** The reason, in one line, why a command failed. */
public class CommandFailure extends Exception {
    private static final long serialVersionUID = 1;

    public CommandFailure(String message) {
        super(message);
    }
}
