package dev.letterbox;

/** Says that the server was silent for too long. What it did with the request is not known. */
public final class ResponseTimeoutException extends RequestException {
    private static final long serialVersionUID = 1;

    ResponseTimeoutException(String message) {
        super(message);
    }
}
