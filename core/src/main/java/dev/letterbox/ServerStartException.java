package dev.letterbox;

/** Says why a server cannot start on its key: another one runs, or the queue is somebody else's. */
public final class ServerStartException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ServerStartException(String message) {
        super(message);
    }

    ServerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
