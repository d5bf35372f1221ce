package dev.letterbox.engine;

import dev.letterbox.Caller;
import dev.letterbox.error.TransportException;
import java.util.Optional;
import java.util.OptionalInt;

/** The server's end of a {@link Transport}. One thread at a time receives; any number send. */
public interface ServerEndpoint extends AutoCloseable {
    /**
     * Creates an envelope for {@link #receive}.
     *
     * @return the envelope, with a message as long as the longest request
     */
    Envelope newEnvelope();

    /**
     * Creates a message for responses.
     *
     * @return the message, as long as the longest that {@link Route.ToClient#longestMessage} allows
     */
    Message newMessage();

    /**
     * Receives the next request, waiting for one as long as it takes.
     *
     * @param envelope takes it; one of {@link #newEnvelope}
     * @return false if the endpoint was {@linkplain #stop stopped}
     * @throws TransportException if nothing can be received any more
     * @throws InterruptedException if the thread was interrupted
     */
    boolean receive(Envelope envelope) throws InterruptedException;

    /**
     * Receives a request if one is there, also after the endpoint was stopped.
     *
     * @param envelope takes it; one of {@link #newEnvelope}
     * @return false if none is there
     */
    boolean tryReceive(Envelope envelope);

    /**
     * Sends a message from this server to itself, which proves that it receives. An engine that learns by other means of a
     * server that does not receive sends none.
     *
     * @return whether the server, if it receives, will soon have received a message: this one, or another if there was no
     *     room
     */
    default boolean sendProbe() {
        return false;
    }

    /**
     * Returns whether a message is the one that {@link #sendProbe} sent last.
     *
     * @param envelope what was received last
     * @return false for what others sent
     */
    default boolean isProbe(Envelope envelope) {
        return false;
    }

    /**
     * Finds the way to a client.
     *
     * @param envelope what was received last
     * @param stated the number that its message gives as the return address; engines whose envelopes carry an address of
     *     their own pay no regard to it
     * @return the way, or why there is none
     */
    Route resolve(Envelope envelope, int stated);

    /**
     * Returns which process sent to the well-known queue last. With two that send at once it need not be the one whose
     * message was received last: this is good for a log, and for nothing else.
     *
     * @return the process; empty if the engine does not know it
     */
    default Optional<? extends Sender> lastSender() {
        return Optional.empty();
    }

    /**
     * Returns the name of the well-known queue, for people.
     *
     * @return as in {@code queue 7 (key 0x1aaaaaa1)}
     */
    String name();

    /**
     * Returns the id of the well-known queue, where the engine's queues have numbers.
     *
     * @return 0 or more; empty if queues have only names
     */
    default OptionalInt queueId() {
        return OptionalInt.empty();
    }

    /**
     * Returns the user that this process is to the engine, as its clients would be told.
     *
     * @return the user
     */
    Caller user();

    /**
     * Measures the well-known queue and what is around it.
     *
     * @return the figures
     */
    default QueueFigures figures() {
        return QueueFigures.UNKNOWN;
    }

    /**
     * Returns the number that a client is told so that it can {@linkplain ClientEndpoint#tie tie} itself to this server.
     *
     * @return 0 if the engine has nothing of the kind
     */
    default int bell() {
        return 0;
    }

    /**
     * Calls back whenever a client may have ended, from another thread, and not more often than every tenth of a second.
     * An engine that cannot know it never calls.
     *
     * @param look what to call
     * @param untied what to call when the clients so far are no longer {@linkplain ClientEndpoint#tie tied}, so that
     *     their ends have to be looked for
     */
    default void onClientEnd(Runnable look, Runnable untied) {}

    /**
     * Creates what removes that which clients leave behind when they are killed.
     *
     * @param sessions the server's sessions
     * @return the collector; empty if nothing is ever left behind in this engine
     */
    default Optional<OrphanCollector> orphans(OrphanCollector.Sessions sessions) {
        return Optional.empty();
    }

    /**
     * Leaves requests that come from here on to other servers, if there can be some. What clients say about requests at
     * work, and what was delivered already, is still received.
     */
    default void takeNoMoreRequests() {}

    /** Ends {@link #receive}, now and for good. Requests can still be {@linkplain #tryReceive taken}. */
    void stop();

    /** Gives the well-known queue up: from here on this server is none. */
    @Override
    void close();
}
