package dev.letterbox.client;

import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.Message;
import dev.letterbox.wire.SessionWire;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A client's lane, made when the first long answer comes, and lent to one call at a time. The others of its calls get
 * their content in messages.
 */
final class SpareLane implements AutoCloseable {
    private final ClientEndpoint endpoint;
    private final int bytes;
    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by the lock.
    private @Nullable Lane spare;
    private boolean lent;
    private boolean closed;

    SpareLane(ClientEndpoint endpoint, int bytes) {
        this.endpoint = endpoint;
        this.bytes = bytes;
    }

    /**
     * Offers the lane to the server, where an answer is worth it and no other call has it.
     *
     * @param response the answer, whose credit may be no more than a lane holds
     * @param credit the message that is about to be sent
     */
    void offer(Response response, Message credit) {
        if (response.isWorthLane() && response.window() <= bytes) {
            take().ifPresent(lane -> {
                response.use(lane);
                SessionWire.offerLane(credit, lane.address());
            });
        }
    }

    private Optional<Lane> take() {
        lock.lock();
        try {
            if (lent || closed) {
                return Optional.empty();
            }
            Lane ready = spare;
            Optional<Lane> taken = ready == null ? endpoint.makeLane(bytes) : Optional.of(ready);
            spare = null;
            lent = taken.isPresent();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the lane back, if the call had it.
     *
     * @param over whether the server is known to write to it no more: if not, it is never lent again, since what is written
     *     late must not get into another answer
     */
    void takeBack(Response response, boolean over) {
        response.lane().ifPresent(lane -> {
            if (!isKept(lane, over)) {
                lane.close();
            }
        });
    }

    private boolean isKept(Lane lane, boolean over) {
        lock.lock();
        try {
            lent = false;
            if (over && !closed) {
                spare = lane;
                return true;
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (spare != null) {
                spare.close();
                spare = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
