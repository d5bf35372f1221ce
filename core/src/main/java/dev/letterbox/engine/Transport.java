package dev.letterbox.engine;

import dev.letterbox.Access;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.TransportException;
import java.time.Duration;

/**
 * An engine: carries messages between a server and its clients, as message queues do. There is a well-known queue for
 * requests, and for each client a private queue for its responses.
 *
 * <p>What an engine must keep, whatever it stands on: a message arrives whole and once, those of one sender in order; a
 * full queue refuses and loses nothing; a queue that is gone is reported as gone; only servers receive requests, and only
 * the client receives its responses. The contract is a test suite that each engine passes.
 */
public interface Transport {
    /**
     * Takes the well-known queue for this process.
     *
     * @param access who may send requests
     * @return the server's end
     * @throws ServerStartException if another server has it, or it may not be taken
     */
    ServerEndpoint bind(Access access);

    /**
     * Finds the well-known queue and makes a private one.
     *
     * @param patience the longest time to wait for a private queue while the table is full but the server may free some
     * @return the client's end
     * @throws NoServerException if no server runs there
     * @throws TransportException if the queue may not be used, or no private queue can be made
     */
    ClientEndpoint connect(Duration patience);
}
