package dev.letterbox.server;

import dev.letterbox.FailureKind;
import dev.letterbox.ReturnAddress;
import dev.letterbox.dialect.ResponseFormat;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.Settlement;
import dev.letterbox.error.TransportException;
import dev.letterbox.share.Admission;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps each FAILURE for which the client's queue has no room, until it is delivered or the queue is gone. What is kept
 * needs no thread, no file and no message: some hundred bytes for each FAILURE, and one look now and then for each queue.
 * Each user may have a share of what is kept in all.
 *
 * <p>This class is safe for use by any number of threads.
 */
final class FailureOutbox {
    /** How many are kept in all. */
    static final int MOST = 32_768;

    private static final System.Logger LOG = System.getLogger(Server.class.getName());
    private static final int LONGEST_TEXT = 256;

    /**
     * A FAILURE that is still to be sent.
     *
     * @param client where to
     * @param format makes the message
     * @param kind what kind of failure it is
     * @param text what the client is told
     * @param settlement tells the engine when the client has been answered
     * @param share whose share it is charged to
     */
    record Unsent(
            Route.ToClient client,
            ResponseFormat format,
            FailureKind kind,
            String text,
            Settlement settlement,
            String share) {
        Unsent {
            text = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
        }
    }

    private final Keeper keeper;
    private final Supplier<Message> buffers;
    private final Consumer<Message> recycler;
    private final Admission admission;
    private final PeriodicWarning full = new PeriodicWarning(LOG);

    // Guarded by this object's monitor; that there are none may be read without it.
    private final Map<ReturnAddress, Line> lines = new HashMap<>();
    private volatile boolean isEmpty = true;
    private boolean closed;

    /**
     * Creates an outbox.
     *
     * @param keeper has each queue looked at when its time has come
     * @param buffers gives a message to send with
     * @param recycler takes that message back
     * @param most how many FAILUREs are kept in all, 2 or more
     */
    FailureOutbox(Keeper keeper, Supplier<Message> buffers, Consumer<Message> recycler, int most) {
        this.keeper = keeper;
        this.buffers = buffers;
        this.recycler = recycler;
        this.admission = new Admission(most);
    }

    /** What is kept for one queue, in the order in which it is to be sent. */
    private final class Line extends Keeper.Kept {
        private final ReturnAddress address;
        /** Guarded by the outbox's monitor. */
        private final ArrayDeque<Unsent> unsent = new ArrayDeque<>(1);

        private long lastProgress = keeper.now();

        private Line(ReturnAddress address) {
            this.address = address;
        }

        @Override
        void lookAgain() {
            expectNudge();
            boolean isOver = false;
            try {
                isOver = send();
            } finally {
                if (!isOver && !isForgotten()) {
                    keeper.keepAbout(this, Keeper.pause(keeper.now() - lastProgress));
                }
            }
        }

        /** Sends what has room; true if nothing is left. */
        private boolean send() {
            Message message = buffers.get();
            try {
                for (Unsent next = first(); next != null; next = first()) {
                    if (!isSettled(next, message)) {
                        return false;
                    }
                    lastProgress = keeper.now();
                    remove();
                }
                return true;
            } finally {
                recycler.accept(message);
            }
        }

        /** Nothing is tried again once the server ends. */
        private boolean isForgotten() {
            synchronized (FailureOutbox.this) {
                if (closed) {
                    unsent.forEach(failure -> failure.settlement().discard());
                    unsent.clear();
                }
                return closed;
            }
        }

        private @Nullable Unsent first() {
            synchronized (FailureOutbox.this) {
                Unsent first = unsent.peekFirst();
                if (first == null) {
                    lines.remove(address);
                    isEmpty = lines.isEmpty();
                }
                return first;
            }
        }

        private boolean isSettled(Unsent next, Message message) {
            next.format().failure(message, next.kind(), next.text());
            switch (offer(next, message)) {
                case SENT -> next.settlement().answered(next.client());
                case GONE, DENIED -> next.settlement().discard();
                case FULL -> {
                    // Where the engine tells when there is room, that hurries the look.
                    next.client().onRoom(() -> keeper.nudge(this));
                    return false;
                }
            }
            return true;
        }

        private void remove() {
            synchronized (FailureOutbox.this) {
                Unsent sent = unsent.pollFirst();
                if (sent != null) {
                    admission.leave(sent.share());
                }
            }
        }
    }

    private static Offer offer(Unsent next, Message message) {
        try {
            return next.client().offerAgain(message);
        } catch (TransportException refused) {
            LOG.log(System.Logger.Level.DEBUG, "a FAILURE cannot be sent: {0}", refused.getMessage());
            return Offer.DENIED;
        }
    }

    /** Keeps a FAILURE, if its user's share has room for it. */
    void keep(Unsent failure) {
        Line begun = null;
        synchronized (this) {
            Line line = lines.get(failure.client().address());
            // Without numbers nobody could tell which request a second one is about.
            boolean isOneMore = line != null && !failure.format().isNumbered();
            if (closed || isOneMore || !admission.tryEnter(failure.share())) {
                failure.settlement().discard();
                if (!closed && !isOneMore) {
                    full.warn("Dropped a FAILURE for " + failure.client().address() + ", which has no room: others for "
                            + failure.client().owner() + " wait already.");
                }
                return;
            }
            if (line == null) {
                line = new Line(failure.client().address());
                lines.put(line.address, line);
                isEmpty = false;
                begun = line;
            }
            line.unsent.add(failure);
        }
        if (begun != null) {
            keeper.keepAbout(begun, Keeper.pause(0));
        }
    }

    /** A client was heard of: what is kept for it is tried again at once. */
    void heardOf(ReturnAddress client) {
        if (isEmpty) {
            return;
        }
        Line line;
        synchronized (this) {
            line = lines.get(client);
        }
        if (line != null) {
            keeper.nudge(line);
        }
    }

    /** How many are kept. */
    int size() {
        return admission.used();
    }

    /** Keeps nothing any more. What is kept is tried once more and then forgotten. */
    void close() {
        List<Line> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(lines.values());
        }
        for (Line line : left) {
            keeper.nudge(line);
        }
    }
}
