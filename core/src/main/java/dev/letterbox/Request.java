package dev.letterbox;

import java.time.Duration;
import java.util.Optional;

/** One request, as a service gets it. */
public interface Request {
    /**
     * Returns a request that no client sent, to try a service without a server. It has no deadline and is never cancelled.
     *
     * @param caller who asks
     * @param payload what for
     * @return the request
     */
    static Request of(Caller caller, byte[] payload) {
        return new RequestOfNobody(caller, payload);
    }

    /**
     * Returns who gets the answer: the user who made the private queue, as the engine attests. In the session dialect
     * that user also proved to have asked; in a classic dialect anybody may ask for an answer to be sent there.
     *
     * @return the user
     */
    Caller caller();

    /**
     * Returns the name of the dialect that the client speaks.
     *
     * @return as in {@code session}
     */
    String dialect();

    /**
     * Returns the name of the service that the client asked.
     *
     * @return the name, as the client wrote it; empty if it named none, as in the classic dialects
     */
    String service();

    /**
     * Returns what is asked for.
     *
     * @return the bytes, not copied
     */
    byte[] payload();

    /**
     * Returns where the answer goes.
     *
     * @return the private queue's address
     */
    ReturnAddress returnAddress();

    /**
     * Returns how long the client still waits.
     *
     * @return the time left, zero or more; empty if the client gave no deadline
     */
    Optional<Duration> timeLeft();

    /**
     * Tells whether nobody waits for the answer any more: the client cancelled, or its deadline has passed. A service
     * that works long checks this now and then.
     *
     * @return true if the answer is no longer wanted
     */
    boolean isCancelled();
}
