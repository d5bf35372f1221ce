package dev.letterbox.client;

import dev.letterbox.Timeout;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerId;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One request under way. Its message serves its thread alone: to send the request, to receive, to send control. What other
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

    /** The request, once it was sent. */
    volatile byte @Nullable [] request;

    /** How much content the server may send. */
    volatile long allowed;

    private final Timeout timeout;

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
}
