package dev.letterbox;

/** Says that the content is longer than the caller wants to collect. */
public final class ResponseTooLongException extends RequestException {
    private static final long serialVersionUID = 1;

    ResponseTooLongException(String message) {
        super(message);
    }
}
