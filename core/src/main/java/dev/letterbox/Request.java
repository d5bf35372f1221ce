package dev.letterbox;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Is one request, as a service gets it. */
public final class Request {
    private final String dialect;
    private final String service;
    private final Caller caller;
    private final byte[] payload;
    private final long deadline;
    private final int returnAddress;
    private final long received = System.nanoTime();
    private final @Nullable RequestEvent event = RequestEvent.start();
    private volatile boolean cancelled;

    /** The deadline is of {@link System#nanoTime}; {@link Long#MAX_VALUE} stands for none. */
    Request(String dialect, String service, Route.ToClient route, byte[] payload, long deadline) {
        this(dialect, service, route.owner(), route.address(), payload, deadline);
    }

    Request(String dialect, String service, Caller caller, int returnAddress, byte[] payload, long deadline) {
        this.dialect = dialect;
        this.service = service;
        this.caller = caller;
        this.returnAddress = returnAddress;
        this.payload = payload;
        this.deadline = deadline;
    }

    /**
     * Makes a request that no client sent, to try a service without a server.
     *
     * @param caller who asks
     * @param payload what for
     * @return a request without a deadline
     */
    public static Request of(Caller caller, byte[] payload) {
        return new Request("none", "", caller, 0, payload, Long.MAX_VALUE);
    }

    /**
     * Returns who gets the answer: the user who made the private queue, as the kernel attests. In the session dialect
     * that user also proved to have asked; in a classic dialect anybody may ask for an answer to be sent there.
     *
     * @return the user
     */
    public Caller caller() {
        return caller;
    }

    /**
     * Tells how the client speaks.
     *
     * @return the dialect's name, as in {@code session}
     */
    public String dialect() {
        return dialect;
    }

    /**
     * Tells which service the client names.
     *
     * @return the name, as the client wrote it; empty where it names none, as in the classic dialects
     */
    public String service() {
        return service;
    }

    /**
     * Returns what is asked for.
     *
     * @return the bytes, not copied
     */
    public byte[] payload() {
        return payload;
    }

    /**
     * Returns where the answer goes.
     *
     * @return the private queue's address
     */
    public int returnAddress() {
        return returnAddress;
    }

    /**
     * Returns how long the client still waits.
     *
     * @return the time left, zero or more; empty where the client gave no deadline
     */
    public Optional<Duration> timeLeft() {
        return deadline == Long.MAX_VALUE
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }

    /**
     * Tells whether nobody waits for the answer any more: the client cancelled, or its deadline has passed. A service
     * that works long looks at this now and then.
     *
     * @return true where the work is in vain
     */
    public boolean isCancelled() {
        return cancelled || isExpired();
    }

    boolean isExpired() {
        return deadline != Long.MAX_VALUE && System.nanoTime() - deadline >= 0;
    }

    /** How long ago it was received, in nanoseconds. */
    long age() {
        return System.nanoTime() - received;
    }

    /** Writes it to the flight recorder, if that was on when it came. */
    void record(Outcome outcome, long bytes) {
        if (event != null) {
            event.finish(this, outcome, bytes);
        }
    }

    void cancel() {
        cancelled = true;
    }

    boolean wasCancelled() {
        return cancelled;
    }
}
