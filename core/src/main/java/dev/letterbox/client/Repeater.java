package dev.letterbox.client;

import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerId;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.Credentials;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/** Sends once more what did not reach the server that it was for. */
final class Repeater {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final ClientEndpoint endpoint;
    private final Credentials credentials;
    private final ReentrantLock sending;

    /** The server's queue that has got all that was sent; the lock guards its change. */
    private volatile int lastQueue;

    /**
     * Creates one.
     *
     * @param sending held while requests are sent
     */
    Repeater(ClientEndpoint endpoint, Credentials credentials, ReentrantLock sending) {
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.sending = sending;
        lastQueue = endpoint.serverQueue();
    }

    /** Tells a server that nobody wants its answer to a request, which was given up before it began; does not wait. */
    void cancel(long id, ServerId server) {
        Message message = endpoint.newMessage();
        SessionWire.control(message, credentials, id, SessionWire.CANCEL, 0);
        Client.tell("not cancelled: {0}", () -> endpoint.send(message, server, Duration.ZERO));
    }

    /**
     * Sends again, if the server has another queue, what may have been lost with the last one. No new request comes between,
     * since the server refuses ids that are far behind. What it has had before, it drops. What does not fit is sent later.
     */
    void sendLost(Inbox inbox) {
        if (endpoint.serverQueue() == lastQueue || !sending.tryLock()) {
            return;
        }
        try {
            Client.tell("not sent again: {0}", () -> sendAll(inbox));
        } finally {
            sending.unlock();
        }
    }

    private void sendAll(Inbox inbox) throws InterruptedException {
        int queue = endpoint.serverQueue();
        Message message = endpoint.newMessage();
        for (Call unanswered : inbox.calls(false)) {
            byte[] request = unanswered.request;
            if (request != null) {
                endpoint.send(message.put(SessionWire.REQUEST_TYPE, request), LONGEST_WAIT);
            }
        }
        for (Call begun : inbox.calls(true)) {
            SessionWire.control(message, credentials, begun.id, SessionWire.CREDIT, begun.allowed);
            endpoint.send(message, LONGEST_WAIT);
        }
        lastQueue = queue;
    }
}
