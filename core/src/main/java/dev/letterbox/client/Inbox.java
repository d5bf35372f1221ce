package dev.letterbox.client;

import dev.letterbox.Timeout;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.EndpointClosedException;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerId;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.wire.SessionWire;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Receives what comes to a client's private queue, for all its calls. Of the threads that wait, one receives: its own
 * messages it takes as they come, those of others it hands over, and when it is done another one takes its place.
 */
final class Inbox {
    /** As many calls at a time need no new memory; on RabbitMQ a message has 64 KiB. */
    private static final int SPARE_MESSAGES = 64;

    /** So many calls that were given up are remembered, in case a server begins to answer one. */
    private static final int MOST_GIVEN_UP = 1024;

    /** Whom a message answers that only wakes. */
    private static final long NOBODY = 0;

    private final ClientEndpoint endpoint;
    private final Repeater repeater;
    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by the lock.
    private final Map<Long, Call> calls = new HashMap<>();
    private final Queue<Message> spareMessages = new ArrayDeque<>();
    private long lastId;

    /** How often the queue was seen empty, or a message of the client's own came, behind all that had come before. */
    private long looks;

    private boolean receiving;
    private boolean serverEnded;
    private boolean closed;
    private final Set<ServerId> servers = new HashSet<>();
    private final SequencedSet<Long> givenUp = new LinkedHashSet<>();

    /** Creates an inbox. */
    Inbox(ClientEndpoint endpoint, Repeater repeater) {
        this.endpoint = endpoint;
        this.repeater = repeater;
        endpoint.onOneServerEnd(this::oneServerEnded);
    }

    /** Begins a call; ids grow in the order of these calls. */
    Call open(Timeout timeout, Silence silence) throws ServerGoneException {
        lock.lock();
        try {
            checkOpen();
            if (serverEnded) {
                throw new ServerGoneException("The server has exited. Connect again when a server is running.");
            }
            Message spare = spareMessages.poll();
            Message message = spare == null ? endpoint.newMessage() : spare;
            Call call = new Call(++lastId, message, lock.newCondition(), timeout, silence);
            calls.put(call.id, call);
            return call;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Forgets a call.
     *
     * @param over whether its answer has come, or it never was sent
     * @return whether there is a server that would want to hear of it now
     */
    boolean forget(Call call, boolean over) {
        lock.lock();
        try {
            calls.remove(call.id);
            passOn();
            if (over || closed || serverEnded || call.serverEnded) {
                return false;
            }
            if (call.server == null && endpoint.hasManyServers()) {
                givenUp.add(call.id);
                if (givenUp.size() > MOST_GIVEN_UP) {
                    givenUp.removeFirst();
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the calls that are not over and have got some of their answer, or none. */
    List<Call> calls(boolean begun) {
        lock.lock();
        try {
            return calls.values().stream()
                    .filter(call -> (call.server != null) == begun)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the servers that have answered and run, as far as is known. */
    List<ServerId> servers() {
        lock.lock();
        try {
            return List.copyOf(servers);
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
            return new ServerGoneException("The server exited before the request was sent.");
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
        Silence silence = call.silence;
        silence.restart();
        lock.lock();
        try {
            call.overdue = false;
            boolean wasOver = silence.isOver();
            long looksBefore = looks;
            while (true) {
                Duration part = silence.nextPart();
                if ((wasOver || call.overdue) && silence.leftToLook() <= 0) {
                    throw timedOut(call, bytes);
                }
                byte[] handed = call.handedOver.poll();
                if (handed != null) {
                    return SessionWire.onHeap(handed);
                }
                checkOpen();
                if (call.serverEnded) {
                    throw ended(bytes);
                }
                if (!call.overdue && silence.isOver()) {
                    // What came by now may still be in the queue, or on its way through another thread's hands.
                    call.overdue = true;
                    looksBefore = looks;
                    if (receiving) {
                        endpoint.wake();
                    }
                } else if (call.overdue && looks != looksBefore) {
                    throw timedOut(call, bytes);
                }
                boolean nothing;
                if (receiving) {
                    nothing = call.news.awaitNanos(call.overdue ? silence.leftToLook() : part.toNanos()) <= 0;
                } else {
                    // What a server sent before it ended is all there already.
                    boolean last = serverEnded;
                    Received received = receiveFor(call, last ? Duration.ZERO : part);
                    nothing = received == Received.NONE;
                    if (received == Received.OWN) {
                        return call.message.bytes();
                    } else if (nothing && last) {
                        throw ended(bytes);
                    }
                }
                silence.endPart();
                if (nothing && !silence.isOver() && !serverEnded) {
                    sendLostAgain();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Looks, without the lock, whether the server has another queue: what was in the last one is lost. */
    private void sendLostAgain() {
        lock.unlock();
        try {
            if (endpoint.isServerThere()) {
                repeater.sendLost(this);
            }
        } finally {
            lock.lock();
        }
    }

    private static ServerGoneException ended(long bytes) {
        return new ServerGoneException("The server exited before the end of its response, after " + bytes + " bytes.");
    }

    /** Returns the exception of a call whose deadline for the whole response has passed. */
    ResponseTimeoutException deadlinePassed(Call call, long bytes) {
        return new ResponseTimeoutException("No complete response within %s, only %d bytes of one."
                .formatted(Timeout.words(call.timeout().total()), bytes));
    }

    private ResponseTimeoutException timedOut(Call call, long bytes) {
        return call.silence.isAtDeadline()
                ? deadlinePassed(call, bytes)
                : new ResponseTimeoutException("The server sent nothing for %s, after %d bytes. %s"
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
            looked();
            return Received.NONE;
        }
        boolean isResponse =
                call.message.type() == SessionWire.RESPONSE_TYPE && call.message.size() >= SessionWire.RESPONSE_HEADER;
        long id = isResponse ? SessionWire.answers(call.message.bytes()) : NOBODY;
        if (id == NOBODY) {
            looked();
            return Received.OTHER;
        }
        // Its own it need not look up.
        Call other = id == call.id ? call : calls.get(id);
        if (!isFromItsServer(other, id)) {
            return Received.OTHER;
        }
        if (id == call.id) {
            passOn();
            return Received.OWN;
        }
        // Nobody: a call that was given up.
        if (other != null) {
            other.handedOver.add(call.message.toByteArray());
            other.news.signal();
        }
        return Received.OTHER;
    }

    /** Those who waited long enough know by now whether something is there for them. */
    private void looked() {
        looks++;
        for (Call each : calls.values()) {
            if (each.overdue) {
                each.news.signal();
            }
        }
    }

    /** One server answers a call: where another got the request too, since the first seemed dead, its pieces are dropped. */
    private boolean isFromItsServer(@Nullable Call call, long id) {
        ServerId sender = endpoint.sender();
        if (call == null) {
            if (givenUp.remove(id)) {
                repeater.cancel(id, sender);
            }
            return true;
        }
        if (call.server == null) {
            call.server = sender;
            servers.add(sender);
        }
        return call.server.equals(sender);
    }

    private void oneServerEnded(ServerId ended) {
        lock.lock();
        try {
            servers.remove(ended);
            for (Call call : calls.values()) {
                if (ended.equals(call.server)) {
                    call.serverEnded = true;
                    call.news.signalAll();
                }
            }
        } finally {
            lock.unlock();
        }
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
