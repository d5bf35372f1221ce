package dev.letterbox;

import dev.letterbox.sysv.MessageBuffer;
import java.time.Duration;

/** Is a client's end of a {@link Transport}. One thread at a time receives; any number send. */
public interface ClientEndpoint extends AutoCloseable {
    /**
     * Returns the private queue's address.
     *
     * @return 0 or more
     */
    int address();

    /**
     * Sends a request, waiting for room.
     *
     * @param message the request
     * @param timeout how long to wait at most
     * @throws InterruptedException where the thread was interrupted before it was sent
     */
    void send(MessageBuffer message, Duration timeout) throws InterruptedException;

    /**
     * Receives a response, waiting for one.
     *
     * @param message takes it
     * @param timeout how long to wait at most
     * @return false where none came
     * @throws InterruptedException where the thread was interrupted before one came
     */
    boolean receive(MessageBuffer message, Duration timeout) throws InterruptedException;

    /** Ends the wait of a thread in {@link #receive} by a message of the client's own. */
    void wake();

    /**
     * Calls back, once, when the server has ended, whatever ended it; from another thread. Then ends every {@link #send}
     * that waits. Where the engine cannot know it, never.
     *
     * @param ended what to call
     * @return whether it can, as with every Letterbox server; a classic one shows no sign
     */
    boolean onServerEnd(Runnable ended);

    /**
     * Sees to it that the server notices when this process ends, whatever ends it. Where the engine cannot, nothing.
     *
     * @param bell what the server told for that; 0 for nothing
     */
    default void tie(int bell) {}

    /**
     * Tells what is known of a server that does not answer.
     *
     * @return a sentence for people
     */
    String whySilent();

    /** Removes the private queue. */
    @Override
    void close();
}
