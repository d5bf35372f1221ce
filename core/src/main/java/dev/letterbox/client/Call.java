package dev.letterbox.client;

import dev.letterbox.Timeout;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One request under way. Its message serves its thread alone: to send the request, to receive, to send control. What other
 * threads received for it waits in {@link #handedOver}, under the inbox's lock.
 */
final class Call {
    private static final long NO_DEADLINE = Long.MAX_VALUE;

    final long id;
    final Message message;
    final Queue<byte[]> handedOver = new ArrayDeque<>(0);
    final Condition news;

    /** The server that answers, under the inbox's lock; null before the first message of the answer. */
    @Nullable
    ServerId server;

    /** Whether that server has ended, under the inbox's lock. */
    boolean serverEnded;

    private final Timeout timeout;
    private final long deadline;

    /** The deadline is the one of {@link #deadline}. */
    Call(long id, Message message, Condition news, Timeout timeout, long deadline) {
        this.id = id;
        this.message = message;
        this.news = news;
        this.timeout = timeout;
        this.deadline = deadline;
    }

    /** The moment of {@link System#nanoTime} at which all of a call has to be over. */
    static long deadline(Timeout timeout) {
        return timeout.isTotal() ? System.nanoTime() + timeout.total().toNanos() : NO_DEADLINE;
    }

    /** The moment at which a caller waits no longer, if nothing comes before. */
    static long until(Timeout timeout, long deadline) {
        long silentAt = System.nanoTime() + timeout.silence().toNanos();
        return deadline == NO_DEADLINE || silentAt - deadline < 0 ? silentAt : deadline;
    }

    static Duration left(long until) {
        return Duration.ofNanos(Math.max(0, until - System.nanoTime()));
    }

    long until() {
        return until(timeout, deadline);
    }

    Timeout timeout() {
        return timeout;
    }

    /** Returns whether it is the whole that took too long, and not one pause. */
    boolean isDeadline(long until) {
        return until == deadline;
    }
}
