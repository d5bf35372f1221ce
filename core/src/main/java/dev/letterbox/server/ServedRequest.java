package dev.letterbox.server;

import dev.letterbox.Caller;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.Route;
import dev.letterbox.recording.RequestEvent;
import dev.letterbox.recording.StallEvent;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that a server received, with what it keeps about it until its end. */
final class ServedRequest implements Request {
    /** Stands for a client that gave no deadline. */
    static final long NO_DEADLINE = Long.MAX_VALUE;

    private final String dialect;
    private final String service;
    private final Route.ToClient client;
    private final byte[] payload;
    private final long deadline;
    private final long received = System.nanoTime();
    private final @Nullable RequestEvent event = RequestEvent.start();
    private @Nullable StallEvent stall;
    private volatile boolean cancelled;

    /** The deadline is of {@link System#nanoTime}, or {@link #NO_DEADLINE}. */
    ServedRequest(String dialect, String service, Route.ToClient client, byte[] payload, long deadline) {
        this.dialect = dialect;
        this.service = service;
        this.client = client;
        this.payload = payload;
        this.deadline = deadline;
    }

    @Override
    public Caller caller() {
        return client.owner();
    }

    /** Returns why the client's queue does not take the answer. */
    String whyDenied() {
        return client.whyDenied();
    }

    @Override
    public String dialect() {
        return dialect;
    }

    @Override
    public String service() {
        return service;
    }

    @Override
    public byte[] payload() {
        return payload;
    }

    @Override
    public ReturnAddress returnAddress() {
        return client.address();
    }

    @Override
    public Optional<Duration> timeLeft() {
        return deadline == NO_DEADLINE
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }

    @Override
    public boolean isCancelled() {
        return cancelled || isExpired();
    }

    boolean isExpired() {
        return deadline != NO_DEADLINE && System.nanoTime() - deadline >= 0;
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

    /** Marks that the client takes nothing; false if it is marked. */
    boolean stalls() {
        if (stall != null) {
            return false;
        }
        stall = new StallEvent();
        stall.begin();
        return true;
    }

    /** Takes the mark away, since the client took something or all is over; false if there is none. */
    boolean resumes(long bytes, boolean goesOn) {
        if (stall == null) {
            return false;
        }
        stall.finish(this, bytes, goesOn);
        stall = null;
        return true;
    }

    void cancel() {
        cancelled = true;
    }

    boolean wasCancelled() {
        return cancelled;
    }
}
