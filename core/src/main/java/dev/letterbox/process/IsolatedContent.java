package dev.letterbox.process;

import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The content that a worker process sends, as far as the client has not taken it: some of it is here already, so that
 * the worker of a short answer is free before its client reads.
 */
final class IsolatedContent implements Content {
    /** So much is taken from a worker ahead of the client. */
    private static final int AHEAD = 256 << 10;

    /**
     * So much is taken ahead from all workers of a server. Beyond that an answer keeps its worker until its client has read
     * it: a user may have thousands of answers that nobody reads.
     */
    static final long MOST_AHEAD = 64 << 20;

    /** How often a worker that is kept for that looks whether others have made room. */
    private static final long LOOK_MILLIS = 20;

    private final AtomicLong allAhead;
    private final Request request;
    private final long patienceNanos;
    private final Runnable unwanted;

    // All below is guarded by this object's monitor.
    private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
    private int taken;
    private long ahead;
    private boolean begun;
    private long size = Long.MAX_VALUE;

    /** Whether the worker has sent all, so that its end does no harm. */
    private boolean complete;

    /** Whether the client may know that. */
    private boolean ended;

    private boolean closed;
    private @Nullable ServiceException failure;

    /** When there was no more room for what the worker sends; 0 while there is. */
    private long fullSince;

    /**
     * Makes one that waits for its worker.
     *
     * @param allAhead how many bytes are here already, of all contents
     * @param patience how long the worker may send nothing
     * @param unwanted is called where the client does not want the rest
     */
    IsolatedContent(AtomicLong allAhead, Request request, Duration patience, Runnable unwanted) {
        this.allAhead = allAhead;
        this.request = request;
        this.patienceNanos = patience.toNanos();
        this.unwanted = unwanted;
    }

    // What the worker sends

    synchronized void begin(long known) {
        begun = true;
        size = known < 0 ? Long.MAX_VALUE : known;
        notifyAll();
    }

    /** Takes a piece, when there is room; what nobody wants any more is dropped. */
    synchronized void add(byte[] piece) throws InterruptedException {
        awaitRoom(AHEAD);
        if (isWanted()) {
            pieces.add(piece);
            took(piece.length);
        }
    }

    /** That was all. Waits for the client where too much is here of others: until then the answer keeps its worker. */
    synchronized void complete() throws InterruptedException {
        complete = true;
        awaitRoom(Long.MAX_VALUE);
    }

    /** The client hears of the end, once its worker is free. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    private void awaitRoom(long most) throws InterruptedException {
        while (isWanted() && ahead > 0 && (ahead >= most || allAhead.get() >= MOST_AHEAD)) {
            if (fullSince == 0) {
                fullSince = System.nanoTime();
            }
            wait(ahead >= most ? 0 : LOOK_MILLIS);
        }
        fullSince = 0;
    }

    private void took(long bytes) {
        ahead += bytes;
        allAhead.addAndGet(bytes);
        notifyAll();
    }

    private void drop() {
        pieces.clear();
        took(-ahead);
    }

    /** There will be no more. What is here already is not given out either. Returns false if there was no more to come. */
    synchronized boolean fail(ServiceException why) {
        if (!complete) {
            takeAway(why);
        }
        return !complete;
    }

    /** The client gets no more, though the worker may have sent all. */
    synchronized void takeAway(ServiceException why) {
        if (failure == null) {
            failure = why;
            drop();
        }
    }

    private boolean isWanted() {
        return !closed && failure == null;
    }

    /** For how long the worker has waited for the client, in nanoseconds; 0 if it does not. */
    synchronized long heldUp() {
        return fullSince == 0 ? 0 : Math.max(1, System.nanoTime() - fullSince);
    }

    // What the client takes

    /** Waits until it is known that there is an answer, and how long it is. */
    synchronized void awaitBegin() throws ServiceException {
        long since = System.nanoTime();
        while (!begun && failure == null) {
            awaitWorker(since);
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public synchronized OptionalLong size() {
        return size == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(size);
    }

    @Override
    public synchronized int read(MemorySegment target, int limit) throws ServiceException {
        long since = System.nanoTime();
        while (pieces.isEmpty() && !ended && failure == null) {
            awaitWorker(since);
        }
        if (failure != null) {
            throw failure;
        }
        int length = 0;
        while (length < limit && !pieces.isEmpty()) {
            byte[] piece = pieces.getFirst();
            int part = Math.min(limit - length, piece.length - taken);
            MemorySegment.copy(piece, taken, target, ValueLayout.JAVA_BYTE, length, part);
            length += part;
            taken += part;
            if (taken == piece.length) {
                pieces.removeFirst();
                taken = 0;
                took(-piece.length);
            }
        }
        return length == 0 ? -1 : length;
    }

    /** Waits for the worker, until the request's deadline or the end of patience. */
    private void awaitWorker(long since) throws ServiceException {
        long patience = patienceNanos - (System.nanoTime() - since);
        long left = request.timeLeft().map(Duration::toNanos).orElse(Long.MAX_VALUE);
        if (left <= 0) {
            throw new ServiceException(FailureKind.EXPIRED, "The deadline has passed");
        }
        if (patience <= 0) {
            throw new ServiceException(
                    FailureKind.LOST,
                    "The worker process produced nothing for " + TimeUnit.NANOSECONDS.toSeconds(patienceNanos) + " s");
        }
        try {
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, patience));
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
            throw new ServiceException(FailureKind.STOPPING, "The server is stopping");
        }
    }

    @Override
    public void close() {
        boolean rest;
        synchronized (this) {
            closed = true;
            drop();
            rest = !complete && failure == null;
        }
        if (rest) {
            unwanted.run();
        }
    }
}
