package dev.letterbox.server;

import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.dialect.ResponseFormat;
import dev.letterbox.engine.BriefWait;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.Settlement;
import dev.letterbox.error.TransportException;
import dev.letterbox.recording.StallEvent;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers one request, message by message, and never waits: {@link #advance} goes on while the client's queue has room
 * and says how far it came. Whoever drives it decides when to go on; one thread at a time, save for {@link #allow}.
 */
final class Exchange {
    /** Stands for a client that wants all there is without asking for it piece by piece. */
    static final long UNLIMITED = Long.MAX_VALUE;

    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());
    /** An id comes back to another queue after seconds at the earliest: a look holds for a fraction of that. */
    private static final long LOOK_HOLDS = TimeUnit.MILLISECONDS.toNanos(10);

    private final ServedRequest request;
    private final Service service;
    private final Route.ToClient client;
    private final ResponseFormat format;
    private final Settlement settlement;
    private final int chunkBytes;

    private @Nullable StallEvent stall;
    private @Nullable MemorySegment room;
    private @Nullable Content content;
    private long size = UNLIMITED;
    private boolean ready;
    private boolean settling;
    private long lastTaken;
    private boolean answered;
    private @Nullable Outcome last;
    private @Nullable Outcome outcome;
    private long bytes;
    private long pending;
    private volatile long allowed;

    /**
     * Begins an exchange.
     *
     * @param allowed how many bytes the client takes before it says more
     * @param settlement is told when the client has an answer
     */
    Exchange(
            ServedRequest request,
            Service service,
            Route.ToClient client,
            ResponseFormat format,
            long allowed,
            Settlement settlement) {
        this.request = request;
        this.service = service;
        this.client = client;
        this.format = format;
        this.settlement = settlement;
        this.allowed = allowed;
        // A message longer than the client's whole queue would never fit.
        int longest = Math.min(client.longestMessage(), client.capacity());
        this.chunkBytes = Math.clamp((long) longest - format.contentOffset(), 1, format.chunkBytes());
    }

    /** The same from the beginning, where nothing was sent yet: to be driven with another buffer. */
    Exchange anew() {
        return new Exchange(request, service, client, format, allowed, settlement);
    }

    /** What {@link #advance} came to. */
    enum Progress {
        /** The exchange is over. */
        OVER,
        /** The client's queue is full. */
        FULL,
        /** The client has not said that it takes more. */
        NOT_ALLOWED,
        /** There is more to send, and room for it. */
        MORE
    }

    /** Looks at the client's queue again, if the last look was long ago. */
    private void look() {
        if (!client.isUnchanged(LOOK_HOLDS)) {
            end(Outcome.GONE);
        }
    }

    /** Sends what has room, up to some messages at a time. */
    Progress advance(Message message, int burst) {
        if (outcome == null) {
            look();
        }
        int messages = 0;
        while (outcome == null) {
            if (request.wasCancelled()) {
                end(Outcome.CANCELLED);
                continue;
            }
            if (settling) {
                if (!settle()) {
                    return Progress.FULL;
                }
                continue;
            }
            if (messages == burst) {
                return Progress.MORE;
            }
            if (!ready) {
                if (bytes >= allowed) {
                    return Progress.NOT_ALLOWED;
                }
                prepare(message);
                ready = true;
                // That may have taken a while.
                continue;
            }
            if (!offerReady(message)) {
                return Progress.FULL;
            }
            messages++;
        }
        return Progress.OVER;
    }

    /** Sends the next message, or ends where that cannot be; false where there is no room. */
    private boolean offerReady(Message message) {
        return judge(offer(message));
    }

    private boolean judge(Offer offered) {
        switch (offered) {
            case SENT -> sent();
            case FULL -> {
                return false;
            }
            case GONE -> end(Outcome.GONE);
            case DENIED -> end(Outcome.DENIED);
        }
        return true;
    }

    /**
     * Tries again what held {@link #advance} up, at the price of one system call while nothing changes; the service is not
     * asked.
     *
     * @param message what {@code advance} was given
     * @return whether it is worth to advance again
     */
    boolean retry(Message message) {
        if (settling && !request.wasCancelled()) {
            return settle();
        }
        if (ready && !request.wasCancelled()) {
            return judge(offerAgain(message));
        }
        look();
        return outcome != null || request.wasCancelled() || bytes < allowed;
    }

    /** How to wait for room for a moment. */
    BriefWait briefWait() {
        return client.briefWait();
    }

    /** Has somebody called when there may be room; false where the engine cannot know it. */
    boolean onRoom(Runnable look) {
        return client.onRoom(look);
    }

    /** Tells whether a message waits for room in the client's queue, or the last ones for their confirmation. */
    boolean isFull() {
        return ready || settling;
    }

    private Offer offer(Message message) {
        try {
            return client.offer(message);
        } catch (TransportException refused) {
            return offerRefusal(message, refused);
        }
    }

    private Offer offerAgain(Message message) {
        try {
            return client.offerAgain(message);
        } catch (TransportException refused) {
            return offerRefusal(message, refused);
        }
    }

    /** Where the kernel does not take a message, as when msgmax was lowered, FAILURE is shorter and may still go. */
    private Offer offerRefusal(Message message, TransportException refused) {
        LOG.log(Level.WARNING, "{0}", refused.getMessage());
        fail(message, FailureKind.REFUSED, "The answer cannot be sent: " + refused.getMessage());
        try {
            return client.offer(message);
        } catch (TransportException refusedToo) {
            return Offer.DENIED;
        }
    }

    /** Makes the next message of the response. */
    private void prepare(Message message) {
        try {
            Content reading = content;
            if (reading == null) {
                reading = service.open(request);
                content = reading;
                OptionalLong known = reading.size();
                size = known.orElse(UNLIMITED);
                format.begin(known);
            }
            // Known content needs no read to find its end.
            int limit = (int) Math.min(chunkBytes, allowed - bytes);
            int length = bytes == size ? -1 : reading.read(room(message), limit);
            check(length, limit);
            if (length < 0) {
                format.end(message);
                last = Outcome.END;
            } else if (bytes + length < size) {
                format.data(message, length);
                pending = length;
            } else {
                last = format.lastData(message, length) ? Outcome.END : null;
                pending = length;
            }
        } catch (ServiceException refused) {
            fail(message, refused.kind(), refused.getMessage());
        } catch (RuntimeException | Error defect) {
            // What went wrong inside is for the log, not for the client.
            log(defect);
            fail(message, FailureKind.INTERNAL, "Internal error");
        }
    }

    /** A service that does not keep its word must not have its client take a part for the whole. */
    private void check(int length, int limit) {
        if (length == 0 || length > limit) {
            throw new IllegalStateException("the content gave " + length + " bytes, where 1 to " + limit + " were due");
        }
        if (size != UNLIMITED && (length < 0 ? bytes < size : bytes + length > size)) {
            throw new IllegalStateException("the content is not of the " + size + " bytes that it said");
        }
    }

    /** Where the content goes in a message: the same view for the same memory, since each would be garbage. */
    private MemorySegment room(Message message) {
        MemorySegment memory = message.memory();
        MemorySegment known = room;
        if (known == null || memory.address() + format.contentOffset() != known.address()) {
            known = memory.asSlice(format.contentOffset());
            room = known;
        }
        return known;
    }

    private void fail(Message message, FailureKind kind, String text) {
        format.failure(message, kind, text);
        pending = 0;
        last = switch (kind) {
            case BUSY -> Outcome.BUSY;
            case STOPPING -> Outcome.STOPPED;
            case REFUSED, EXPIRED, STALLED, INTERNAL, LOST -> Outcome.FAILURE;
        };
    }

    private void sent() {
        if (!answered) {
            answered = true;
            settlement.answered(client);
        }
        bytes += pending;
        pending = 0;
        ready = false;
        settling = last != null;
        if (settling) {
            lastTaken = client.taken();
            settle();
        }
    }

    /** Tells whether all was sent, and some of it can still be refused. */
    boolean isSettling() {
        return settling && outcome == null;
    }

    /** Ends once nothing that was sent can be refused any more; false while some of it can. */
    boolean settle() {
        if (outcome != null) {
            return true;
        }
        switch (client.settled(lastTaken)) {
            case SENT -> end(Objects.requireNonNull(last, "only an answer that is complete is settled"));
            case FULL -> {
                return false;
            }
            case GONE -> end(Outcome.GONE);
            case DENIED -> end(Outcome.DENIED);
        }
        return true;
    }

    private void end(Outcome how) {
        outcome = how;
        if (!answered) {
            settlement.discard();
        }
        if (content != null) {
            try {
                content.close();
            } catch (RuntimeException | Error defect) {
                // The client has its answer already.
                log(defect);
            }
        }
    }

    private void log(Throwable defect) {
        // It may be the interrupt that made it fail.
        Level level = request.wasCancelled() ? Level.DEBUG : Level.ERROR;
        LOG.log(level, "The service failed on " + describe(), defect);
    }

    /** Ends the exchange before its time. The client gets FAILURE if its queue has room for it. */
    void abort(@Nullable Message message, Outcome how, FailureKind kind, String text) {
        if (outcome != null) {
            return;
        }
        try {
            if (how == Outcome.STOPPED && !answered && settlement.giveBack()) {
                answered = true; // by another server
            } else if (!settling && message != null) {
                fail(message, kind, text);
                offer(message);
            }
        } finally {
            end(how);
        }
    }

    /** The client takes more. Callable by any thread. */
    void allow(long upTo) {
        allowed = Math.max(allowed, upTo);
    }

    /** Marks that the client takes nothing; false where it is marked already. */
    boolean stalls() {
        if (stall != null) {
            return false;
        }
        stall = new StallEvent();
        stall.begin();
        return true;
    }

    /** Takes the mark away, since the client took something or all is over; false where there is none. */
    boolean resumes() {
        if (stall == null) {
            return false;
        }
        stall.finish(request, bytes, outcome == null);
        stall = null;
        return true;
    }

    /** How many bytes of content were sent. */
    long bytes() {
        return bytes;
    }

    /** How it ended; null while it has not. */
    @Nullable
    Outcome outcome() {
        return outcome;
    }

    ServedRequest request() {
        return request;
    }

    String describe() {
        return Service.descriptionOf(service, request);
    }
}
