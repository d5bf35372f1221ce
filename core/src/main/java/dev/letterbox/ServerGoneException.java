package dev.letterbox;

/** Says that the server ended before the response did. What it did with the request is not known. */
public final class ServerGoneException extends RequestException {
    private static final long serialVersionUID = 1;

    ServerGoneException(String message) {
        super(message);
    }
}
