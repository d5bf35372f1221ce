package dev.letterbox;

import java.time.Duration;
import java.util.Optional;

/** A request, as a service receives it. */
public interface Request {
    /**
     * Returns a request that no client sent, for testing a service without a server. It has no deadline and is never
     * cancelled.
     *
     * @param caller the user who asks
     * @param payload the request's bytes
     * @return the request
     */
    static Request of(Caller caller, byte[] payload) {
        return new RequestOfNobody(caller, payload);
    }

    /**
     * Returns the user who gets the answer: the creator of the private queue, as attested by the engine. In the session
     * dialect the request is proven to come from that user; in a classic dialect anybody may have an answer sent there.
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
     * Returns the name of the requested service.
     *
     * @return the name, as the client wrote it; empty if it gave none, as in the classic dialects
     */
    String service();

    /**
     * Returns the payload.
     *
     * @return the bytes, not copied
     */
    byte[] payload();

    /**
     * Returns the return address: the private queue that the answer goes to.
     *
     * @return the private queue's address
     */
    ReturnAddress returnAddress();

    /**
     * Returns how much longer the client waits.
     *
     * @return the time left, zero or more; empty if the client gave no deadline
     */
    Optional<Duration> timeLeft();

    /**
     * Returns whether nobody waits for the answer any more: the client cancelled, or its deadline has passed. A service
     * that works for a long time should check this now and then.
     *
     * @return true if the answer is no longer wanted
     */
    boolean isCancelled();
}
