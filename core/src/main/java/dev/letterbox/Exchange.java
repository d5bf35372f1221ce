package dev.letterbox;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.QueueException;
import dev.letterbox.sysv.SendOutcome;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Answers one request, message by message, and never waits: {@link #advance} goes on while the client's queue has room
 * and says how far it came. Whoever drives it decides when to go on; one thread at a time.
 */
final class Exchange {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());
    private static final int BURST = 64;

    private final Request request;
    private final Service service;
    private final MessageQueue client;
    private final MessageBuffer message;
    private final int chunkBytes;

    private @Nullable Content content;
    private boolean ready;
    private @Nullable Outcome last;
    private @Nullable Outcome outcome;
    private long bytes;
    private long pending;

    /**
     * Begins an exchange.
     *
     * @param message a buffer for this exchange alone, until it is over
     * @param chunkBytes how many bytes of content a message may carry to this client
     */
    Exchange(Request request, Service service, MessageBuffer message, int chunkBytes) {
        this.request = request;
        this.service = service;
        this.client = MessageQueue.ofId(request.returnAddress());
        this.message = message;
        this.chunkBytes = chunkBytes;
    }

    /** What {@link #advance} came to. */
    enum Progress {
        /** The exchange is over. */
        OVER,
        /** The client's queue is full. */
        FULL,
        /** There is more to send, and room for it. */
        MORE
    }

    /** Sends what has room, up to some messages at a time. */
    Progress advance() {
        for (int messages = 0; outcome == null; messages++) {
            if (messages == BURST) {
                return Progress.MORE;
            }
            if (!ready) {
                prepare();
                ready = true;
            }
            switch (offer()) {
                case SENT -> sent();
                case FULL -> {
                    return Progress.FULL;
                }
                case GONE -> end(Outcome.GONE);
                case DENIED -> end(Outcome.DENIED);
            }
        }
        return Progress.OVER;
    }

    private SendOutcome offer() {
        try {
            return client.offer(message);
        } catch (QueueException refused) {
            // Such as msgmax lowered below the dialect's messages: this client cannot be told either.
            LOG.log(Level.WARNING, "{0}", refused.getMessage());
            return SendOutcome.DENIED;
        }
    }

    /** Makes the next message of the response. */
    private void prepare() {
        try {
            if (content == null) {
                content = service.open(request);
            }
            int length = content.read(message.memory(), chunkBytes);
            if (length >= 0) {
                request.dialect().data(message, length);
                pending = length;
            } else {
                request.dialect().end(message);
                last = Outcome.END;
            }
        } catch (ServiceException refused) {
            fail(refused.getMessage());
        } catch (RuntimeException | Error defect) {
            // What went wrong inside is for the log, not for the client.
            log(defect);
            fail("Internal error");
        }
    }

    private void fail(String text) {
        request.dialect().failure(message, text);
        pending = 0;
        last = Outcome.FAILURE;
    }

    private void sent() {
        bytes += pending;
        pending = 0;
        ready = false;
        if (last != null) {
            end(last);
        }
    }

    private void end(Outcome how) {
        outcome = how;
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
        LOG.log(Level.ERROR, "The service failed on " + service.describe(request), defect);
    }

    /** Ends the exchange before its time. The client gets FAILURE if its queue has room for it. */
    void abort(Outcome how, String text) {
        if (outcome == null) {
            fail(text);
            offer();
            end(how);
        }
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

    MessageBuffer message() {
        return message;
    }

    Request request() {
        return request;
    }
}
