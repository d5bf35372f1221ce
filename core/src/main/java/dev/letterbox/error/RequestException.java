package dev.letterbox.error;

/** Thrown when a request had an outcome other than its whole content. */
public abstract sealed class RequestException extends Exception
        permits RequestRefusedException,
                ResponseMalformedException,
                ResponseTimeoutException,
                ResponseTooLongException,
                ServerGoneException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what failed and what to do
     */
    RequestException(String message) {
        super(message);
    }
}
