package dev.letterbox;

import dev.letterbox.sysv.MessageBuffer;
import java.util.Optional;

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

    /**
     * Returns what a client is told so that it can {@linkplain ClientEndpoint#tie tie} itself to this server.
     *
     * @return 0 where the engine has nothing of the kind
     */
    default int bell() {
        return 0;
    }

    /**
     * Calls back whenever a client may have ended, from another thread, and not more often than every tenth of a second.
     * Where the engine cannot know it, never.
     *
     * @param look what to call
     */
    default void onClientEnd(Runnable look) {}

    /**
     * Makes what removes that which clients leave behind when they are killed.
     *
     * @param sessions the server's sessions
     * @return the reaper; empty where the engine leaves nothing behind
     */
    default Optional<Reaper> reaper(Reaper.Sessions sessions) {
        return Optional.empty();
    }

    /** Ends {@link #receive}, now and for good. Requests can still be {@linkplain #tryReceive taken}. */
    void stop();

    /** Gives the well-known queue up: from here on there is no server. */
    @Override
    void close();
}
