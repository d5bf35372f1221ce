package dev.letterbox.client;

import dev.letterbox.Timeout;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.EndpointClosedException;
import dev.letterbox.engine.Message;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.wire.SessionWire;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Receives what comes to a client's private queue, for all its calls. Of the threads that wait, one receives: its own
 * messages it takes as they come, those of others it hands over, and when it is done another one takes its place.
 */
final class Inbox {
    private static final int SPARE_MESSAGES = 8;

    private final ClientEndpoint endpoint;
    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by the lock.
    private final Map<Long, Call> calls = new HashMap<>();
    private final Queue<Message> spareMessages = new ArrayDeque<>(SPARE_MESSAGES);
    private long lastId;
    private boolean receiving;
    private boolean serverEnded;
    private boolean closed;

    Inbox(ClientEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Begins a call; ids grow in the order of these calls. */
    Call open(Timeout timeout, long deadline) throws ServerGoneException {
        lock.lock();
        try {
            checkOpen();
            if (serverEnded) {
                throw new ServerGoneException("The server has ended. Connect again when one runs.");
            }
            Message spare = spareMessages.poll();
            Message message = spare == null ? endpoint.newMessage() : spare;
            Call call = new Call(++lastId, message, lock.newCondition(), timeout, deadline);
            calls.put(call.id, call);
            return call;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a call; returns whether there still is a server that would want to hear of it. */
    boolean forget(Call call) {
        lock.lock();
        try {
            calls.remove(call.id);
            passOn();
            return !closed && !serverEnded;
        } finally {
            lock.unlock();
        }
    }

    /** Takes back the message of a call that is over. */
    void recycle(Message message) {
        lock.lock();
        try {
            if (spareMessages.size() < SPARE_MESSAGES) {
                spareMessages.add(message);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the exception of whoever finds the endpoint closed.
     *
     * @throws IllegalStateException if this client was closed
     */
    ServerGoneException endedWhileSending() {
        lock.lock();
        try {
            checkOpen();
            return new ServerGoneException("The server ended before the request was sent.");
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("This client is closed.");
    }

    /**
     * Returns the next message of a call's response: received by this thread, or by another one on its behalf.
     *
     * @param bytes how much content has come so far
     */
    ByteBuffer next(Call call, long bytes) throws RequestException, InterruptedException {
        long until = call.until();
        lock.lock();
        try {
            while (true) {
                byte[] handed = call.handedOver.poll();
                if (handed != null) {
                    return SessionWire.onHeap(handed);
                }
                checkOpen();
                long left = until - System.nanoTime();
                if (left <= 0) {
                    throw timedOut(call, until, bytes);
                }
                if (receiving) {
                    call.news.awaitNanos(left);
                    continue;
                }
                // What a server sent before it ended is all there already.
                boolean last = serverEnded;
                switch (receiveFor(call, last ? Duration.ZERO : Duration.ofNanos(left))) {
                    case OWN -> {
                        return call.message.bytes();
                    }
                    case OTHER -> {}
                    case NONE -> {
                        if (last) {
                            throw new ServerGoneException(
                                    "The server ended before its response did, after " + bytes + " bytes.");
                        }
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private ResponseTimeoutException timedOut(Call call, long until, long bytes) {
        return new ResponseTimeoutException(
                call.isDeadline(until)
                        ? "No whole response in %s, but %d bytes of one."
                                .formatted(Timeout.words(call.timeout().total()), bytes)
                        : "The server was silent for %s, after %d bytes. %s"
                                .formatted(Timeout.words(call.timeout().silence()), bytes, endpoint.whySilent()));
    }

    private enum Received {
        /** A message of the call's own. */
        OWN,
        /** One of another call's, which has it now; or of nobody's. */
        OTHER,
        /** Nothing. */
        NONE
    }

    /** Receives one message, without the lock meanwhile. */
    private Received receiveFor(Call call, Duration timeout) throws InterruptedException {
        receiving = true;
        lock.unlock();
        boolean came = false;
        try {
            came = endpoint.receive(call.message, timeout);
        } catch (EndpointClosedException underneath) {
            throw closedException();
        } finally {
            lock.lock();
            receiving = false;
            if (!came) {
                passOn();
            }
        }
        if (!came) {
            return Received.NONE;
        }
        if (call.message.type() != SessionWire.RESPONSE_TYPE || call.message.size() < SessionWire.RESPONSE_HEADER) {
            return Received.OTHER;
        }
        long id = SessionWire.answers(call.message.bytes());
        if (id == call.id) {
            passOn();
            return Received.OWN;
        }
        Call other = calls.get(id);
        // Nobody: a call that was given up, or a message to wake this thread.
        if (other != null) {
            other.handedOver.add(call.message.toByteArray());
            other.news.signal();
        }
        return Received.OTHER;
    }

    /** Lets another call's thread receive, should one wait. */
    private void passOn() {
        if (receiving) {
            return;
        }
        for (Call other : calls.values()) {
            if (lock.hasWaiters(other.news)) {
                other.news.signal();
                return;
            }
        }
    }

    /** The server has ended: what it sent before is still received, and then every call fails. */
    void serverEnded() {
        lock.lock();
        try {
            serverEnded = true;
            calls.values().forEach(call -> call.news.signalAll());
        } finally {
            lock.unlock();
        }
        endpoint.wake();
    }

    /** What {@link #close} found. */
    enum Closing {
        /** It had been closed before. */
        AGAIN,
        /** There is a server that should be told. */
        SERVER_RUNS,
        /** There is none any more. */
        SERVER_ENDED
    }

    /** Ends all calls with an {@link IllegalStateException}. */
    Closing close() {
        lock.lock();
        try {
            if (closed) {
                return Closing.AGAIN;
            }
            closed = true;
            calls.values().forEach(call -> call.news.signalAll());
            return serverEnded ? Closing.SERVER_ENDED : Closing.SERVER_RUNS;
        } finally {
            lock.unlock();
        }
    }
}
