package dev.letterbox;

/** Says that something came to the private queue that is no response. What was received so far cannot be trusted. */
public final class ResponseMalformedException extends RequestException {
    private static final long serialVersionUID = 1;

    ResponseMalformedException(String message) {
        super(message);
    }
}
