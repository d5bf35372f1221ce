package dev.letterbox.client;

import dev.letterbox.Timeout;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Message;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long a client still waits while nothing comes. It waits in parts, and a part counts for no more than it was meant to
 * last. A part that lasted much longer shows that this process did not run: it was stopped (SIGSTOP), or its control group
 * or machine was frozen, and the server perhaps with it. Then the wait begins again, once. So a server is called silent only
 * after it had three quarters of the limit.
 *
 * <p>What came while the process did not run may still be in its queue when the time is over. So the queue is looked at
 * again after that, without waiting. A deadline for the whole response is never moved.
 *
 * <p>For one thread at a time.
 */
final class Silence {
    private static final long NO_DEADLINE = Long.MAX_VALUE;
    private static final int PARTS = 4;

    /** After each part a client looks whether its server has another queue by now. */
    private static final long LONGEST_PART = TimeUnit.SECONDS.toNanos(5);

    /** The longest time for the last look, should others' messages keep coming. */
    private static final long LONGEST_LOOK = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoTime;
    private final long limit;
    private final long deadline;

    private long left;
    private boolean begunAgain;
    private long partBegan;
    private long part;
    private boolean over;
    private long overSince;
    private boolean looked;
    private boolean atDeadline;

    /**
     * Creates one for a wait without a deadline for the whole response.
     *
     * @param limit the longest time for which nothing may come
     */
    Silence(Duration limit) {
        this(Timeout.bounded(limit).toNanos(), NO_DEADLINE, System::nanoTime);
    }

    /**
     * Creates one.
     *
     * @param limit the longest time for which nothing may come, in nanoseconds
     * @param deadline when the whole response must have come, on the clock
     * @param nanoTime the clock, {@link System#nanoTime} but in tests
     */
    Silence(long limit, long deadline, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.limit = limit;
        this.deadline = deadline;
        this.left = limit;
    }

    /** Returns one for a request that is made now. */
    static Silence of(Timeout timeout) {
        return new Silence(
                timeout.silence().toNanos(),
                timeout.isTotal() ? System.nanoTime() + timeout.total().toNanos() : NO_DEADLINE,
                System::nanoTime);
    }

    /** Begins the wait for the next message. After the deadline it is over at once. */
    void restart() {
        left = limit;
        begunAgain = false;
        over = atDeadline;
        looked = false;
    }

    /** Begins a part of the wait, and returns how long it may last: zero if the time is over. */
    Duration nextPart() {
        return begin(Math.min(limit / PARTS, LONGEST_PART));
    }

    /** Begins a part that may last for all of the time that is left. */
    Duration rest() {
        return begin(limit);
    }

    private Duration begin(long longest) {
        partBegan = nanoTime.getAsLong();
        look(partBegan);
        part = over ? 0 : Math.min(left, Math.max(1, longest));
        if (deadline != NO_DEADLINE) {
            part = Math.clamp(deadline - partBegan, 0, part);
        }
        return Duration.ofNanos(part);
    }

    /** Ends a part that brought nothing. */
    void endPart() {
        long now = nanoTime.getAsLong();
        long took = now - partBegan;
        if (!begunAgain && !over && took - part > limit / PARTS) {
            begunAgain = true;
            left = limit;
        } else {
            left -= Math.min(took, part);
        }
        look(now);
    }

    private void look(long now) {
        atDeadline = deadline != NO_DEADLINE && now - deadline >= 0;
        if (!over && (atDeadline || left <= 0)) {
            over = true;
            overSince = now;
        }
    }

    /** Returns whether the time is over: then what is there already is all that counts. */
    boolean isOver() {
        return over;
    }

    /** Returns how long the look at what is there may still take once the time is over, in nanoseconds. */
    long leftToLook() {
        return overSince + LONGEST_LOOK - nanoTime.getAsLong();
    }

    /** Returns whether it is over because of the deadline for the whole response. */
    boolean isAtDeadline() {
        return atDeadline;
    }

    /**
     * Receives a message for the only thread of a client.
     *
     * @return false if none came, and none was there after that
     */
    boolean receive(ClientEndpoint endpoint, Message message) throws InterruptedException {
        boolean last;
        do {
            last = over;
            if (receivePart(endpoint, message, Duration.ofNanos(limit / PARTS))) {
                return true;
            }
        } while (!last);
        return false;
    }

    /** Receives a message as {@link #receive} does, but waits for one part at most, of this length. */
    boolean receivePart(ClientEndpoint endpoint, Message message, Duration longest) throws InterruptedException {
        boolean last = over;
        boolean came = endpoint.receive(message, begin(longest.toNanos()));
        endPart();
        boolean tooLate = looked && leftToLook() <= 0;
        looked = last;
        return came && !tooLate;
    }
}
