package dev.letterbox.engine;

import dev.letterbox.ReturnAddress;
import java.time.Duration;

/**
 * Finds and removes what clients that were killed left behind in the engine, and logs what it removes. In doubt it leaves a
 * thing where it is. For one thread at a time.
 */
public interface OrphanCollector {
    /**
     * Notes that a client has just exited. This counts as the first of the two checks that a removal takes.
     *
     * @param client the client's address
     */
    void suspect(ReturnAddress client);

    /** Looks at everything that clients of this server's user left, and removes what is due. */
    void collect();

    /**
     * Returns whether there are suspects on which the next look decides.
     *
     * @return true if {@link #collect} should be called again after {@link #betweenLooks}
     */
    boolean hasSuspects();

    /**
     * Returns how far apart two looks are that decide together.
     *
     * @return more than zero
     */
    Duration betweenLooks();

    /** How a collector has the server end the session of a client before it removes what that left. */
    @FunctionalInterface
    interface Sessions {
        /**
         * Ends the session of a client, if it has one: nothing more is sent there.
         *
         * @param client the client's address
         */
        void end(ReturnAddress client);
    }
}
