package dev.letterbox.engine;

import dev.letterbox.ReturnAddress;
import dev.letterbox.error.TransportException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** A client's end of a {@link Transport}. One thread at a time receives; any number send. */
public interface ClientEndpoint extends AutoCloseable {
    /**
     * Creates a message for requests and responses.
     *
     * @return the message, as long as the longest of either
     */
    Message newMessage();

    /**
     * Returns the private queue's address.
     *
     * @return the address
     */
    ReturnAddress address();

    /**
     * Returns the number that requests state as their return address.
     *
     * @return the queue's id; 0 if the engine's queues have only names and its envelopes carry them
     */
    default int statedAddress() {
        return address().queueId().orElse(0);
    }

    /**
     * Sends a request, waiting for room.
     *
     * @param message the request; one of {@link #newMessage}
     * @param timeout the longest time to wait
     * @throws EndpointClosedException if the server has ended, or this endpoint was closed
     * @throws TransportException if the queue is gone, or was full for all of that time
     * @throws InterruptedException if the thread was interrupted before it was sent
     */
    void send(Message message, Duration timeout) throws InterruptedException;

    /**
     * Returns whether several servers may share the well-known queue. Then any of them takes a request, so no order among
     * requests matters; and what is about a request that a server has begun to answer goes to that server alone.
     *
     * @return false if there is one server
     */
    default boolean hasManyServers() {
        return false;
    }

    /**
     * Sends a message to one server, waiting for room.
     *
     * @param message the message; one of {@link #newMessage}
     * @param server the server: the {@link #sender} of a response, or {@link ServerId#EACH}
     * @param timeout the longest time to wait
     * @throws EndpointClosedException if that server has ended, or this endpoint was closed
     * @throws TransportException if the queue is gone, or was full for all of that time
     * @throws InterruptedException if the thread was interrupted before it was sent
     */
    default void send(Message message, ServerId server, Duration timeout) throws InterruptedException {
        send(message, timeout);
    }

    /**
     * Returns the server that sent the response received last. For the thread that received it.
     *
     * @return the server
     */
    default ServerId sender() {
        return ServerId.ONLY;
    }

    /**
     * Receives a response, waiting for one.
     *
     * @param message takes it; one of {@link #newMessage}
     * @param timeout the longest time to wait
     * @return false if none came
     * @throws EndpointClosedException if this endpoint was closed
     * @throws TransportException if the queue is gone
     * @throws InterruptedException if the thread was interrupted before one came
     */
    boolean receive(Message message, Duration timeout) throws InterruptedException;

    /** Ends the wait of a thread in {@link #receive} by a message of the client's own. */
    void wake();

    /**
     * Calls back, once, when the server has ended, whatever ended it, or the last of several; from another thread. Then ends every {@link #send}
     * that waits. An engine that cannot know it never calls.
     *
     * @param ended what to call
     * @return true if it can, as with every Letterbox server; a classic one shows no sign
     */
    boolean onServerEnd(Runnable ended);

    /**
     * Calls back when one of several servers has ended, on the thread that receives, after all that this server had sent.
     *
     * @param ended what to call
     */
    default void onOneServerEnd(Consumer<ServerId> ended) {}

    /**
     * Makes sure that the server notices when this process ends, whatever ends it. An engine that cannot does nothing.
     *
     * @param bell the number that the server told for that; 0 for nothing
     */
    default void tie(int bell) {}

    /**
     * Checks whether the server's queue still exists.
     *
     * @return false if nobody can receive what was sent there; true also if the engine cannot tell
     */
    default boolean isServerThere() {
        return true;
    }

    /**
     * Returns the number of the queue that requests go to now, as far as is known. What was sent to another one may be lost.
     * Only {@link #isServerThere} and {@link #send} find out that it is another one.
     *
     * @return the number; always 0 if the engine keeps what was sent
     */
    default int serverQueue() {
        return 0;
    }

    /**
     * Returns the number of bytes of content that may wait in memory for a slow caller. The client allows more when half of them
     * have arrived; the other half has to last until the server knows that: some hundred microseconds on the kernel's queues.
     *
     * @return bytes
     */
    default int window() {
        return 1024 * 1024;
    }

    /**
     * Makes a lane, for the content of long answers.
     *
     * @param bytes how long it is to be, a multiple of {@link Lane#PIECE}
     * @return the client's end of it; empty if the engine has no lanes, or the system gives no memory for one
     */
    default Optional<Lane> makeLane(int bytes) {
        return Optional.empty();
    }

    /**
     * Describes what is known of a server that does not answer.
     *
     * @return a sentence for people
     */
    String whySilent();

    /** Removes the private queue. */
    @Override
    void close();
}
