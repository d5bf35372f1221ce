package dev.letterbox.client;

import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Message;
import dev.letterbox.error.ServerGoneException;
import java.time.Duration;

/**
 * Waits for the first message from a server that may be a classic one. Nothing wakes its clients when it ends; so they
 * look now and then whether its queue is still there.
 */
final class FirstAnswer {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private FirstAnswer() {}

    /**
     * Waits.
     *
     * @param message takes the message
     * @param silence how long to wait
     * @return false if none came, and none was there after that
     * @throws ServerGoneException if the server's queue is gone, and nothing came before
     * @throws InterruptedException if the thread was interrupted
     */
    static boolean receive(ClientEndpoint endpoint, Message message, Silence silence)
            throws ServerGoneException, InterruptedException {
        while (true) {
            boolean last = silence.isOver();
            if (silence.receivePart(endpoint, message, BETWEEN_LOOKS)) {
                return true;
            }
            if (last) {
                return false;
            }
            if (!silence.isOver() && !endpoint.isServerThere()) {
                if (endpoint.receive(message, Duration.ZERO)) {
                    return true; // it answered as its last act
                }
                throw new ServerGoneException("The server has exited: its queue was removed before it answered.");
            }
        }
    }
}
