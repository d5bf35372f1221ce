package dev.letterbox.error;

/** No server runs at the address that was asked. */
public final class NoServerException extends TransportException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param address where the server was looked for, as in {@code key 0x1aaaaaa1}
     * @param cause what the engine said
     */
    public NoServerException(String address, Throwable cause) {
        super("No server runs on " + address + ".", cause);
    }
}
