package dev.letterbox;

import dev.letterbox.sysv.MessageBuffer;

/** Is the server's end of a {@link Transport}. One thread receives; any number send. */
public interface ServerEndpoint extends AutoCloseable {
    /**
     * Receives the next request, waiting for one as long as it takes.
     *
     * @param message takes it
     * @return false where the endpoint was {@linkplain #stop stopped}
     * @throws InterruptedException where the thread was interrupted
     */
    boolean receive(MessageBuffer message) throws InterruptedException;

    /**
     * Receives a request if one is there, also after the endpoint was stopped.
     *
     * @param message takes it
     * @return false where none is there
     */
    boolean tryReceive(MessageBuffer message);

    /**
     * Finds the way to a client.
     *
     * @param returnAddress what the last message that was received gave as its return address
     * @return the way, or why there is none
     */
    Route resolve(int returnAddress);

    /**
     * Tells which queue it is.
     *
     * @return the number by which the engine knows it
     */
    int address();

    /** Ends {@link #receive}, now and for good. Requests can still be {@linkplain #tryReceive taken}. */
    void stop();

    /** Gives the well-known queue up: from here on there is no server. */
    @Override
    void close();
}
