package dev.letterbox.cli.command;

/** No server runs there now. One may start at any moment. */
public final class NoServerFailure extends CommandFailure {
    private static final long serialVersionUID = 1;

    private final boolean leftOver;

    /**
     * Creates one.
     *
     * @param message why nobody serves, and what to do
     * @param leftOver whether a server ran there and was killed
     */
    NoServerFailure(String message, boolean leftOver) {
        super(message);
        this.leftOver = leftOver;
    }

    /** Returns whether a server ran there and was killed, so that another one may follow soon. */
    public boolean isLeftOver() {
        return leftOver;
    }
}
