package dev.letterbox.client;

import dev.letterbox.Timeout;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerId;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.Credentials;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One request under way, which can be sent again. Its message serves its thread alone: to send the request, to receive, to send control. What other
 * threads received for it waits in {@link #handedOver}, under the inbox's lock.
 */
final class Call {
    final long id;
    final Message message;
    final Queue<byte[]> handedOver = new ArrayDeque<>(0);
    final Condition news;

    /** How long its thread still waits for the next message. */
    final Silence silence;

    /** Whether its thread has waited long enough, and only wants to know what is there; under the inbox's lock. */
    boolean overdue;

    /** The server that answers, under the inbox's lock; null before the first message of the answer. */
    @Nullable
    ServerId server;

    /** Whether that server has ended, under the inbox's lock. */
    boolean serverEnded;

    /** The server's queue to which it was sent, and how much content the server may send by what it was told last. */
    int sentTo;

    long allowed;

    private final Timeout timeout;
    private byte[] service = {};
    private byte[] payload = {};

    Call(long id, Message message, Condition news, Timeout timeout, Silence silence) {
        this.id = id;
        this.message = message;
        this.news = news;
        this.timeout = timeout;
        this.silence = silence;
    }

    Timeout timeout() {
        return timeout;
    }

    /** Says what is asked for, and how much content may come before the server hears that more is wanted. */
    void ask(byte[] of, byte[] what, long window) {
        service = of;
        payload = what;
        allowed = window;
    }

    /** Writes the request into the message. */
    void writeRequest(Credentials credentials) {
        long wait = timeout.isTotal() ? Math.max(1, timeout.total().toMillis()) : 0;
        SessionWire.request(message, credentials, id, service, payload, wait, allowed);
    }

    /** Writes into the message how much content the server may send. */
    void writeCredit(Credentials credentials) {
        SessionWire.control(message, credentials, id, SessionWire.CREDIT, allowed);
    }
}
