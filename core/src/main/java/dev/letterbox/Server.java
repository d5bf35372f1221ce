package dev.letterbox;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueClosedException;
import dev.letterbox.sysv.QueueException;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Selector;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Serves requests from one well-known queue: one thread receives, and every request is answered by a worker of its own
 * on its client's own queue. So a client that is slow, dead or hostile holds up nobody but itself.
 *
 * <p>It runs until it is {@linkplain #close closed}. This class is safe for use by any number of threads.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Server.class.getName());

    private final ServerQueue serverQueue;
    private final List<Dialect> dialects;
    private final Counters counters = new Counters();
    private final Workers workers;
    private final PeriodicWarning malformed = new PeriodicWarning(LOG);
    private final PeriodicWarning misaddressed = new PeriodicWarning(LOG);
    private final Thread receiver;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable QueueException fault;

    private Server(ServerQueue serverQueue, List<Dialect> dialects, Service service, Duration stallTimeout) {
        this.serverQueue = serverQueue;
        this.dialects = List.copyOf(dialects);
        this.workers = new Workers(service, stallTimeout, counters);
        this.receiver = Thread.ofPlatform().name("letterbox-receiver").unstarted(this::receive);
    }

    /**
     * Starts a server.
     *
     * @param key the well-known key
     * @param access who may send requests
     * @param dialects what it understands; the first that speaks a message gets it
     * @param service answers the requests
     * @param stallTimeout how long a client's queue may be full before its response is ended
     * @return the server, at work
     * @throws ServerStartException where another server serves the key, or the queue there is not this user's left-over
     * @throws QueueException where the kernel refuses the queue
     */
    public static Server start(
            Key key, Access access, List<? extends Dialect> dialects, Service service, Duration stallTimeout) {
        Server server = new Server(ServerQueue.open(key, access), List.copyOf(dialects), service, stallTimeout);
        server.receiver.start();
        return server;
    }

    /**
     * Returns the id of the server queue.
     *
     * @return 0 or more
     */
    public int queueId() {
        return serverQueue.queue().id();
    }

    /**
     * Returns the counts so far.
     *
     * @return the counts
     */
    public ServerStatistics statistics() {
        return counters.read(workers.atWork());
    }

    private void receive() {
        MessageQueue queue = serverQueue.queue();
        MessageBuffer message = MessageBuffer.allocate();
        try {
            serverQueue.leftOver().ifPresent(state -> drain(queue, message, state));
            while (true) {
                queue.receive(message, Selector.any());
                handle(message, Optional.empty());
            }
        } catch (QueueClosedException | InterruptedException asked) {
            LOG.log(Level.DEBUG, "receiver ends");
        } catch (QueueException failed) {
            LOG.log(Level.ERROR, "The server stops: {0}", failed.getMessage());
            fault = failed;
            Thread.ofPlatform().name("letterbox-stop").start(this::close);
        }
    }

    /** Requests that a killed server left: those of clients that are gone are stale, the others have waited long enough. */
    private void drain(MessageQueue queue, MessageBuffer message, QueueStatus state) {
        for (long left = state.messages(); left > 0 && queue.tryReceive(message, Selector.any()); left--) {
            handle(message, Optional.of(state));
        }
    }

    private void handle(MessageBuffer message, Optional<QueueStatus> leftOver) {
        counters.received.increment();
        switch (decode(message)) {
            case Malformed(String reason) -> {
                counters.malformed.increment();
                malformed.warn("Dropped a malformed request: " + reason + ".");
            }
            case Request request -> admit(request, leftOver);
        }
    }

    private Incoming decode(MessageBuffer message) {
        for (Dialect dialect : dialects) {
            if (dialect.speaks(message)) {
                return dialect.decode(message);
            }
        }
        return new Malformed("type " + message.type() + " and " + message.size() + " bytes are of no dialect");
    }

    private void admit(Request request, Optional<QueueStatus> leftOver) {
        Optional<QueueStatus> client = MessageQueues.find(request.returnAddress());
        if (client.isEmpty()) {
            if (leftOver.isPresent()) {
                counters.stale.increment();
            } else {
                counters.ended(Outcome.GONE);
            }
            return;
        }
        if (!client.get().isPrivate()) {
            counters.misaddressed.increment();
            misaddressed.warn("Dropped a request whose return address, queue " + request.returnAddress()
                    + ", is not a private queue but has the key "
                    + client.get().key().map(Key::toString).orElse("?") + ".");
            return;
        }
        if (leftOver.isPresent() && isYounger(client.get(), leftOver.get())) {
            counters.stale.increment();
            return;
        }
        workers.serve(request, client.get());
    }

    /** A queue that was made after the last request was sent has the id of a client that is gone. */
    private static boolean isYounger(QueueStatus client, QueueStatus leftOver) {
        return leftOver.sent().filter(last -> client.changed().isAfter(last)).isPresent();
    }

    /**
     * Waits until the server is closed, by somebody or by a fault.
     *
     * @throws InterruptedException where the thread was interrupted
     * @throws QueueException where a fault closed it: its queue was removed
     */
    public void awaitClose() throws InterruptedException {
        closed.await();
        QueueException why = fault;
        if (why != null) {
            throw why;
        }
    }

    /**
     * Stops: takes no more requests, gives those at work five seconds, answers the rest with FAILURE, removes the queue.
     * Returns when all is done. Closing again waits for the same.
     */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            awaitQuietly();
            return;
        }
        try {
            serverQueue.queue().close();
            receiver.join();
            refuseWaiting();
            workers.close();
        } catch (InterruptedException hurry) {
            workers.abort();
            Thread.currentThread().interrupt();
        } finally {
            serverQueue.close();
            closed.countDown();
        }
    }

    /** Requests that nobody received yet: their clients are told rather than left to wait. */
    private void refuseWaiting() {
        MessageQueue queue = MessageQueue.ofId(queueId());
        MessageBuffer message = MessageBuffer.allocate();
        try {
            while (queue.tryReceive(message, Selector.any())) {
                counters.received.increment();
                if (decode(message) instanceof Request request
                        && MessageQueues.find(request.returnAddress())
                                .filter(QueueStatus::isPrivate)
                                .isPresent()) {
                    workers.refuse(request, message);
                }
            }
        } catch (QueueException gone) {
            LOG.log(Level.DEBUG, "nothing to refuse: {0}", gone.getMessage());
        }
    }

    private void awaitQuietly() {
        try {
            closed.await();
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
