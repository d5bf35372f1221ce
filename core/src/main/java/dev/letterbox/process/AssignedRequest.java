package dev.letterbox.process;

import dev.letterbox.Caller;
import dev.letterbox.Request;
import dev.letterbox.ReturnAddress;
import java.time.Duration;
import java.util.Optional;

/** A request in the worker process that answers it. */
final class AssignedRequest implements Request {
    /** Stands for a client that gave no deadline. */
    static final long NO_DEADLINE = Long.MAX_VALUE;

    private final String dialect;
    private final String service;
    private final Caller caller;
    private final ReturnAddress returnAddress;
    private final byte[] payload;
    private final long deadline;
    private volatile boolean cancelled;

    /** The deadline is of {@link System#nanoTime}, or {@link #NO_DEADLINE}. */
    AssignedRequest(
            String dialect, String service, Caller caller, ReturnAddress returnAddress, byte[] payload, long deadline) {
        this.dialect = dialect;
        this.service = service;
        this.caller = caller;
        this.returnAddress = returnAddress;
        this.payload = payload;
        this.deadline = deadline;
    }

    @Override
    public Caller caller() {
        return caller;
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
        return returnAddress;
    }

    @Override
    public Optional<Duration> timeLeft() {
        return deadline == NO_DEADLINE
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }

    @Override
    public boolean isCancelled() {
        return cancelled || (deadline != NO_DEADLINE && System.nanoTime() - deadline >= 0);
    }

    void cancel() {
        cancelled = true;
    }
}
