package dev.letterbox;

/** Says that the server answered FAILURE; the message is the server's text. */
public final class RequestRefusedException extends RequestException {
    private static final long serialVersionUID = 1;

    RequestRefusedException(String text) {
        super(text);
    }
}
