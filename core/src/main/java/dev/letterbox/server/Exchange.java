package dev.letterbox.server;

import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.dialect.ResponseFormat;
import dev.letterbox.engine.BriefWait;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.Settlement;
import dev.letterbox.error.TransportException;
import dev.letterbox.server.FailureOutbox.Unsent;
import dev.letterbox.share.Admission.Place;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers one request, message by message, and never waits: {@link #advance} goes on while the client's queue has room
 * and says how far it came. Whoever drives it decides when to go on; one thread at a time, save for {@link #allow}.
 *
 * <p>Long because the states of one answer, and every step between them, are read together.
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
    private final Source source;
    private final Place place;
    private final PeriodicWarning refusals;
    private final ContentPlace contentPlace;

    private boolean ready;
    private boolean settling;
    private long lastTaken;
    private boolean answered;
    private @Nullable Outcome last;
    private @Nullable Unsent failure;
    private boolean failureIsUnsent;
    private @Nullable Outcome outcome;
    private long bytes;
    private long pending;
    private volatile long allowed;

    /**
     * Creates one.
     *
     * @param refusals warns of messages that the engine does not take
     */
    Exchange(
            ServedRequest request,
            Service service,
            Route.ToClient client,
            ResponseFormat format,
            long allowed,
            Settlement settlement,
            Place place,
            PeriodicWarning refusals) {
        this.request = request;
        this.service = service;
        this.client = client;
        this.format = format;
        this.settlement = settlement;
        this.place = place;
        this.refusals = refusals;
        this.source = new Source(service, request);
        this.allowed = allowed;
        this.contentPlace = new ContentPlace(client, format);
    }

    /** What {@link #advance} came to. */
    enum Progress {
        /** The exchange is over. */
        OVER,
        /** The client's queue is full. */
        FULL,
        /** The client has not said that it takes more. */
        NOT_ALLOWED,
        /** The content is not ready to be read: {@link #work} comes first. */
        UNPREPARED,
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
                if (!open(message)) {
                    return Progress.UNPREPARED;
                }
                if (!ready) {
                    prepare(message);
                    ready = true;
                }
                // That may have taken a while.
                continue;
            }
            if (!judge(offer(message, false))) {
                if (failure == null) {
                    return Progress.FULL;
                }
                // To wait for room takes no more than the text.
                failureIsUnsent = true;
                end(Objects.requireNonNull(last, "FAILURE is the last message"));
                continue;
            }
            messages++;
        }
        return Progress.OVER;
    }

    /** Takes note of what became of a message; false if there was no room for it. */
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
     * @return true if it is worth to advance again
     */
    boolean retry(Message message) {
        if (ready && !request.wasCancelled()) {
            return judge(offer(message, true));
        }
        look();
        return outcome != null || request.wasCancelled() || bytes < allowed;
    }

    BriefWait briefWait() {
        return client.briefWait();
    }

    /** Has somebody called when it may go on; false if the engine cannot know it. */
    boolean onRoom(Runnable look) {
        return settling ? client.onSettled(lastTaken, look) : client.onRoom(look);
    }

    /** Returns whether a message waits for room in the client's queue, or the last ones for their confirmation. */
    boolean isFull() {
        return ready || settling;
    }

    private Offer offer(Message message, boolean again) {
        boolean isLast = last != null;
        if (isLast) {
            place.leave();
        }
        Offer offered;
        try {
            offered = again ? client.offerAgain(message) : client.offer(message);
        } catch (TransportException refused) {
            offered = offerRefusal(message, refused);
        }
        if (isLast && offered == Offer.FULL) {
            place.comeBack();
        }
        return offered;
    }

    /** Where the kernel does not take a message, as when msgmax was lowered, FAILURE is shorter and may still go. */
    private Offer offerRefusal(Message message, TransportException refused) {
        refusals.warn(String.valueOf(refused.getMessage()));
        fail(message, FailureKind.REFUSED, "The answer cannot be sent: " + refused.getMessage());
        try {
            return client.offer(message);
        } catch (TransportException refusedToo) {
            return Offer.DENIED;
        }
    }

    /** Opens the content, once; false if it is to be prepared. */
    private boolean open(Message message) {
        if (!source.isOpen()) {
            try {
                format.begin(source.open());
                source.prepare();
            } catch (ServiceException | IOException | RuntimeException | Error thrown) {
                fail(message, thrown);
            }
        }
        return source.isPrepared() || ready;
    }

    /** Does one step of what the content needs before it can be read. */
    void work(Message message) {
        try {
            source.prepare();
        } catch (ServiceException | IOException | RuntimeException | Error thrown) {
            fail(message, thrown);
        }
    }

    /** Returns whether {@link #work} is to be done before anything can be sent. */
    boolean isUnprepared() {
        return source.isOpen() && !source.isPrepared() && !ready && outcome == null && !request.wasCancelled();
    }

    /** Tells a client whose content is being prepared that it is, if its queue has room for that. */
    void signOfLife(Message message) {
        look();
        if (outcome != null || !format.signOfLife(message)) {
            return;
        }
        try {
            switch (client.offer(message)) {
                case SENT, FULL -> {}
                case GONE -> end(Outcome.GONE);
                case DENIED -> end(Outcome.DENIED);
            }
        } catch (TransportException refused) {
            // The answer itself may still be taken, and tells if not.
            LOG.log(Level.DEBUG, "no sign of life: {0}", refused.getMessage());
        }
    }

    /** Makes the next message of the response. */
    private void prepare(Message message) {
        try {
            contentPlace.seek(message, bytes, allowed - bytes);
            int length = source.read(contentPlace.target(), contentPlace.limit(), bytes);
            if (length < 0) {
                format.end(message);
                last = Outcome.END;
            } else if (contentPlace.isInLane()) {
                format.dataInLane(message, contentPlace.target().asSlice(0, length));
                pending = length;
            } else if (source.hasMoreAfter(bytes + length)) {
                format.data(message, length);
                pending = length;
            } else {
                last = format.lastData(message, length) ? Outcome.END : null;
                pending = length;
            }
        } catch (ServiceException | IOException | RuntimeException | Error thrown) {
            fail(message, thrown);
        }
    }

    /** The answer is FAILURE, in the message that is sent next. */
    private void fail(Message message, Throwable thrown) {
        if (thrown instanceof ServiceException refused) {
            fail(message, refused.kind(), refused.getMessage());
        } else {
            // What went wrong inside is for the log, not for the client.
            log(thrown);
            fail(message, FailureKind.INTERNAL, "Internal error");
        }
        ready = true;
    }

    private void fail(Message message, FailureKind kind, String text) {
        format.failure(message, kind, text);
        failure = new Unsent(client, format, kind, text, settlement, place.share());
        pending = 0;
        boolean busy = kind == FailureKind.BUSY;
        last = busy ? Outcome.BUSY : kind == FailureKind.STOPPING ? Outcome.STOPPED : Outcome.FAILURE;
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

    /** Returns whether all was sent, and some of it can still be refused. */
    boolean isSettling() {
        return settling && outcome == null;
    }

    /** Ends once nothing that was sent can be refused any more; false while some of it can. */
    boolean settle() {
        Offer settled = client.settled(lastTaken);
        if (settled != Offer.SENT) {
            return judge(settled);
        }
        end(Objects.requireNonNull(last, "only an answer that is complete is settled"));
        return true;
    }

    private void end(Outcome how) {
        outcome = how;
        place.leave();
        if (!answered && !failureIsUnsent) {
            settlement.discard();
        }
        try {
            source.close();
        } catch (RuntimeException | Error defect) {
            // The client has its answer already.
            log(defect);
        } finally {
            contentPlace.close();
        }
    }

    private void log(Throwable defect) {
        // It may be the interrupt that made it fail.
        Level level = request.wasCancelled() ? Level.DEBUG : Level.ERROR;
        LOG.log(level, "The service " + serviceName() + "failed on " + describe() + ": " + defect.getMessage(), defect);
    }

    /** The service's name and a space; nothing if it has none. */
    private String serviceName() {
        return request.service().isEmpty() ? "" : "'" + request.service() + "' ";
    }

    /** Ends the exchange before its time. The client gets FAILURE. */
    void abort(@Nullable Message message, Outcome how, FailureKind kind, String text) {
        if (outcome != null) {
            return;
        }
        try {
            if (how == Outcome.STOPPED && !answered && settlement.giveBack()) {
                answered = true; // by another server
            } else if (!settling) {
                failureIsUnsent = message == null || !tell(message, kind, text);
                failure = new Unsent(client, format, kind, text, settlement, place.share());
            }
        } finally {
            end(how);
        }
    }

    /** Sends FAILURE; false if there is no room for it. */
    private boolean tell(Message message, FailureKind kind, String text) {
        fail(message, kind, text);
        return offer(message, false) != Offer.FULL;
    }

    /** The client takes more, and maybe by a lane. Callable by any thread. */
    void allow(long upTo, Optional<LaneAddress> lane) {
        lane.ifPresent(contentPlace::offer);
        allowed = Math.max(allowed, upTo);
    }

    /** How many bytes of content one message carries. */
    int chunkBytes() {
        return contentPlace.chunkBytes();
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

    /** Returns the FAILURE for which there was no room; empty while this is not over. */
    Optional<Unsent> unsent() {
        return failureIsUnsent ? Optional.ofNullable(failure) : Optional.empty();
    }

    ServedRequest request() {
        return request;
    }

    String describe() {
        return Service.descriptionOf(service, request);
    }
}
