package dev.letterbox;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.SendOutcome;
import dev.letterbox.sysv.Waiting;

/** Is the way from a server to a client, or the reason why there is none. */
public sealed interface Route {
    /** Says why a return address leads nowhere. */
    enum None implements Route {
        /** There is no such queue. */
        GONE,
        /** It is no client's private queue. */
        NOT_PRIVATE,
        /** It is another client's by now: the request was left by an earlier server. */
        STALE
    }

    /** Is the way to a client's private queue. */
    non-sealed interface ToClient extends Route {
        /**
         * Returns the address.
         *
         * @return 0 or more
         */
        int address();

        /**
         * Sends a message if there is room. Never waits.
         *
         * @param message the message
         * @return what became of it
         */
        SendOutcome offer(MessageBuffer message);

        /**
         * Sends a message that found no room before, and looks whether the address still is the same queue. Never waits.
         * An engine that can tell at less than the price of an offer that there is no room does so here: clients that do
         * not read are asked in this way again and again.
         *
         * @param message the message
         * @return what became of it; {@link SendOutcome#GONE} also where the address is another's by now
         */
        default SendOutcome offerAgain(MessageBuffer message) {
            return isUnchanged(0) ? offer(message) : SendOutcome.GONE;
        }

        /**
         * Returns who made the private queue, as the engine attests.
         *
         * @return the user
         */
        Caller owner();

        /**
         * Tells whether nobody but that user and the server can reach the queue, so that who knows what was sent there is
         * that user.
         *
         * @return false for a queue that others can read
         */
        boolean isConfidential();

        /**
         * Looks again whether the address still is the same queue of the same user.
         *
         * @param holds for how many nanoseconds a look holds: where the last one was not as long ago, none is made
         * @return false where the queue is gone, or the address is another's by now
         */
        boolean isUnchanged(long holds);

        /**
         * Tells whether the client is known to have ended, though its queue may still be there.
         *
         * @return false where it lives, and where nobody can tell
         */
        default boolean hasEnded() {
            return !isUnchanged(0);
        }

        /**
         * Returns how long a message to the client may be.
         *
         * @return bytes after the type
         */
        int capacity();

        /**
         * Tells how to wait for room.
         *
         * @return adaptively, unless the engine says otherwise
         */
        default Waiting waiting() {
            return Waiting.ADAPTIVE;
        }
    }
}
