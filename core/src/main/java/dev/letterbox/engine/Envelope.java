package dev.letterbox.engine;

import dev.letterbox.Caller;
import java.util.Optional;

/**
 * A request as it was received: the message, and what the engine knows of it. An engine {@linkplain
 * ServerEndpoint#newEnvelope makes} its own kind; each is filled by one {@linkplain ServerEndpoint#receive receive} after the
 * other.
 */
public interface Envelope {
    /**
     * Returns the message.
     *
     * @return the same object each time
     */
    Message message();

    /**
     * Returns who sent the message, if the engine attests that. The kernel's queues do not: {@code msg_lspid} is wrong as
     * soon as two send at once.
     *
     * @return the sender; empty if the engine cannot tell
     */
    default Optional<Caller> sender() {
        return Optional.empty();
    }

    /**
     * Returns whether another server may have had this request before, and lost or returned it.
     *
     * @return true if the engine delivers it again
     */
    default boolean isRedelivered() {
        return false;
    }

    /**
     * Returns whether this request was lost or returned by so many servers that none is to try it again: its client is told so.
     *
     * @return true if the engine has given the request up
     */
    default boolean isGivenUp() {
        return false;
    }

    /**
     * Returns how the engine is told what became of this request.
     *
     * @return the settlement, good also after the next receive
     */
    default Settlement settlement() {
        return Settlement.AT_RECEIPT;
    }
}
