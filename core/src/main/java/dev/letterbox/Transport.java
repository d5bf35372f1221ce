package dev.letterbox;

import java.time.Duration;

/**
 * Carries messages between a server and its clients, as message queues do: a well-known queue for requests, and for each
 * client a private queue for its responses, known to the server by its address.
 *
 * <p>What an engine must keep, whatever it stands on: a message arrives whole and once, those of one sender in order; a
 * full queue refuses and loses nothing; what is gone is told as gone; only the server receives requests, and only the
 * client receives its responses.
 */
public interface Transport {
    /**
     * Takes the well-known queue, for this process alone.
     *
     * @param access who may send requests
     * @return the server's end
     * @throws ServerStartException where another server has it
     */
    ServerEndpoint bind(Access access);

    /**
     * Finds the well-known queue and makes a private one.
     *
     * @param patience how long to wait at most where no more private queues are to be had, but the server may free some
     * @return the client's end
     */
    ClientEndpoint connect(Duration patience);
}
