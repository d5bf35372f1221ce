package dev.letterbox.engine;

import dev.letterbox.Caller;
import dev.letterbox.ReturnAddress;
import dev.letterbox.error.TransportException;
import java.util.Optional;

/** A route from a server to a client, or the reason there is none. */
public sealed interface Route {
    /** Why a return address leads nowhere. */
    enum None implements Route {
        /** There is no such queue. */
        GONE,
        /** It is no client's private queue. */
        NOT_PRIVATE,
        /** It is another client's by now: the request was left by an earlier server. */
        STALE
    }

    /** The route to a client's private queue. Any number of threads may use it, one at a time for one response. */
    non-sealed interface ToClient extends Route {
        /**
         * Returns the address.
         *
         * @return the address
         */
        ReturnAddress address();

        /**
         * Sends a message if there is room. Never waits.
         *
         * @param message the message; one of {@link ServerEndpoint#newMessage}
         * @return what became of it
         * @throws TransportException if the engine does not take such a message
         */
        Offer offer(Message message);

        /**
         * Sends a message that found no room before, and checks that the address still is the same queue. Never waits. An
         * engine that can tell at less than the price of an offer that there is no room does so here: clients that do not
         * read are asked in this way again and again.
         *
         * @param message the message
         * @return what became of it; {@link Offer#GONE} also if the address is another's by now
         * @throws TransportException if the engine does not take such a message
         */
        default Offer offerAgain(Message message) {
            return isUnchanged(0) ? offer(message) : Offer.GONE;
        }

        /**
         * Returns how many messages were {@linkplain Offer#SENT taken}, by all threads.
         *
         * @return the number, for {@link #settled}; 0 if nothing that was taken can be refused any more
         */
        default long taken() {
            return 0;
        }

        /**
         * Returns whether anything that was {@linkplain Offer#SENT taken} can still be refused. An engine that learns of a
         * refusal later, as a broker's client does, fails the route for good then: each later offer says why.
         *
         * @param upTo asks about so many messages, the first that were {@link #taken}
         * @return {@link Offer#SENT} if all of them are in the client's queue; {@link Offer#FULL} if some of it is
         *     not confirmed yet; {@link Offer#GONE} or {@link Offer#DENIED} if some was refused
         */
        default Offer settled(long upTo) {
            return Offer.SENT;
        }

        /**
         * Calls back, once, when an offer that found no room may succeed.
         *
         * @param look what to call, from any thread; quick
         * @return false if the engine cannot know it: then the caller has to look again now and then
         */
        default boolean onRoom(Runnable look) {
            return false;
        }

        /**
         * Calls back, once, when it is known what became of messages that were {@link #taken}.
         *
         * @param upTo asks about so many messages
         * @param look what to call, from any thread; quick
         * @return false if the engine cannot know it: then the caller has to look again now and then
         */
        default boolean onSettled(long upTo, Runnable look) {
            return onRoom(look);
        }

        /**
         * Returns who made the private queue, as the engine attests.
         *
         * @return the user; the same object each time
         */
        Caller owner();

        /**
         * Returns whether only that user and the server can read the queue, so that a client that knows what was sent there
         * is that user's.
         *
         * @return false for a queue that others can read
         */
        boolean isConfidential();

        /**
         * Looks again whether the address still is the same queue of the same user.
         *
         * @param holds for how many nanoseconds a look holds: if the last one was not as long ago, none is made
         * @return false if the queue is gone, or the address is another's by now
         */
        boolean isUnchanged(long holds);

        /**
         * Returns whether the client is known to have ended, though its queue may still be there.
         *
         * @return false if it is running, or if that is unknown
         */
        default boolean hasEnded() {
            return !isUnchanged(0);
        }

        /**
         * Returns how much the client's queue holds.
         *
         * @return bytes of message bodies, 1 or more
         */
        int capacity();

        /**
         * Returns how much of the capacity a session's client has taken for good, with what tells whose queue it is.
         *
         * @return bytes, 0 or more
         */
        default int reserved() {
            return 0;
        }

        /**
         * Returns how much memory of this server's the messages take that the client has not read.
         *
         * @return bytes; 0 if there are none, the queue is gone, or they take no memory of the server's
         */
        default long unread() {
            return 0;
        }

        /**
         * Returns how much memory of this server's the client's queue takes if it is full of long messages.
         *
         * @return bytes; 0 if it takes none, as where a broker keeps it
         */
        default long unreadAtMost() {
            return 0;
        }

        /**
         * Returns how long one message to the client may be.
         *
         * @return bytes after the type
         */
        int longestMessage();

        /**
         * Returns why the client's queue does not let the server send.
         *
         * @return whose queue it is and who may send to it, for people
         */
        default String whyDenied() {
            return "the engine gives no reason";
        }

        /**
         * Attaches a lane of this client's. It may take a while, and so is nothing for a thread that receives.
         *
         * @param address where the client says that it is
         * @return the server's end of it; empty if the engine has no lanes, there is no such lane of this client's, or the
         *     client's user has its share of lanes
         */
        default Optional<Lane> lane(LaneAddress address) {
            return Optional.empty();
        }

        /**
         * Returns how to wait for room for a moment.
         *
         * @return the wait, for one response
         */
        default BriefWait briefWait() {
            return BriefWait.NEVER;
        }
    }
}
