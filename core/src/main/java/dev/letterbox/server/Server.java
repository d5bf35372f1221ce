package dev.letterbox.server;

import dev.letterbox.Caller;
import dev.letterbox.Service;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.engine.QueueFigures;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.TransportException;
import dev.letterbox.server.Reception.Receiver;
import dev.letterbox.share.Admission;
import dev.letterbox.share.UnreadMemory;
import dev.letterbox.share.threads.ThreadRoom;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Receives requests from one well-known queue and answers each on its client's own queue. The receiving thread gives the
 * short answers of {@linkplain Service#isPrompt prompt} services itself; every other request gets a worker of its own. So a
 * slow, dead or hostile client delays nobody but itself.
 *
 * <p>A server runs until it is {@linkplain #close closed}. All methods may be called by any thread.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Server.class.getName());

    /** For those at work when the server stops. */
    static final Duration PATIENCE = Duration.ofSeconds(5);
    /** For services that did not heed the interrupt, and for requests that do not cease to come. */
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(1);

    /** For the three of the reception, for one more worker, and for one that handles a signal. */
    private static final int SPARE_THREADS = 5;

    private final ServerEndpoint endpoint;
    private final Duration stopPatience;
    private final ServerEvents events;
    private final Sessions sessions = new Sessions();
    private final Workers workers;
    private final Optional<Caretaker> caretaker;
    private final Dispatcher dispatcher;
    private final Reception reception;
    private final Watchdog watchdog;

    /** How many messages of this server to itself it has received. */
    private final LongAdder probes = new LongAdder();

    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    Server(
            ServerEndpoint endpoint,
            List<? extends Dialect> dialects,
            Map<String, Service> services,
            Admission admission,
            UnreadMemory unread,
            Duration stallTimeout,
            Duration stopPatience,
            Duration betweenLooks,
            ServerEvents events) {
        this.endpoint = endpoint;
        this.stopPatience = stopPatience;
        this.events = events;
        this.watchdog = new Watchdog(
                betweenLooks, () -> events.receivedMessages() + probes.sum(), endpoint::sendProbe, this::close);
        this.workers =
                new Workers(endpoint, stallTimeout, new RequestLog(events), events, System::nanoTime, watchdog::guard);
        this.caretaker =
                endpoint.orphans(sessions::end).map(orphans -> new Caretaker(sessions, orphans, watchdog::guard));
        this.dispatcher =
                new Dispatcher(endpoint, dialects, services, admission, unread, events, sessions, workers, caretaker);
        this.reception = new Reception(endpoint, this::receive, watchdog::guard);
    }

    /**
     * Returns a builder for a server on an engine.
     *
     * @param transport the engine that carries its messages
     * @return the builder
     */
    public static ServerBuilder on(Transport transport) {
        return new ServerBuilder(transport);
    }

    /** Starts all threads that it needs for as long as it lives: later there may be none to be had. */
    void begin() {
        boolean begun = false;
        try {
            events.starts(this);
            watchdog.begin();
            workers.start();
            caretaker.ifPresent(each -> {
                each.begin();
                endpoint.onClientEnd(each::look, each::untied);
            });
            ThreadRoom.require(SPARE_THREADS);
            reception.begin();
            begun = true;
        } finally {
            if (!begun) {
                abandon();
            }
        }
    }

    private void abandon() {
        watchdog.release();
        workers.end();
        caretaker.ifPresent(Caretaker::close);
        reception.abandon();
    }

    /**
     * Returns a name of the server queue for people.
     *
     * @return as in {@code queue 7 (key 0x1aaaaaa1)}
     */
    public String queueName() {
        return endpoint.name();
    }

    /**
     * Returns the id of the server queue, if the engine's queues have ids, as the kernel's have.
     *
     * @return 0 or more
     * @throws IllegalStateException if the engine's queues have names only
     */
    public int queueId() {
        return endpoint.queueId()
                .orElseThrow(() -> new IllegalStateException(endpoint.name() + " has no id: its engine uses names."));
    }

    /**
     * Returns how full the server queue is, and what else the engine knows about it, at this moment.
     *
     * @return the figures
     */
    public QueueFigures queueFigures() {
        return endpoint.figures();
    }

    /**
     * Returns the user that the engine takes this server for.
     *
     * @return the user
     */
    public Caller user() {
        return endpoint.user();
    }

    /**
     * Returns the counts so far.
     *
     * @return the counts
     */
    public ServerStatistics statistics() {
        return events.read(workers.atWork(), sessions.count());
    }

    private void receive(Receiver receiver) {
        while (!receiver.isRelieved()) {
            try {
                if (!endpoint.receive(receiver.envelope())) {
                    return;
                }
            } catch (InterruptedException stray) {
                // A service that ran on this thread left it so: nobody else has its handle.
                continue;
            }
            if (endpoint.isProbe(receiver.envelope())) {
                probes.increment();
            } else {
                dispatcher.handle(receiver);
            }
        }
    }

    /**
     * Waits until the server is closed, by a call of {@link #close} or by a fault.
     *
     * @throws InterruptedException if the thread was interrupted
     * @throws TransportException if its engine failed, such as where its queue was lost
     * @throws IllegalStateException if another fault closed it
     */
    public void awaitClose() throws InterruptedException {
        closed.await();
        Throwable why = watchdog.fault();
        if (why instanceof TransportException failed) {
            throw failed;
        }
        if (why != null) {
            throw new IllegalStateException("The server stopped: a thread that it depends on failed: " + why, why);
        }
    }

    /**
     * Stops the server: it takes no more requests, gives those in progress five seconds, answers the rest with FAILURE, and
     * removes its queue. Returns when all of that is done; so does a second call.
     */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            awaitQuietly();
            return;
        }
        watchdog.release();
        try {
            long deadline = System.nanoTime() + stopPatience.toNanos();
            endpoint.takeNoMoreRequests();
            dispatcher.stop();
            // The receiver goes on meanwhile: those at work need their clients' word, and others are refused at once.
            workers.await(deadline);
            endpoint.stop();
            if (!reception.join(LAST_PATIENCE)) {
                LOG.log(Level.WARNING, "The receiver does not end.");
            }
            refuseWaiting();
            // Whoever slipped in.
            workers.await(deadline);
            workers.abort();
            workers.await(System.nanoTime() + LAST_PATIENCE.toNanos());
            refuseWaiting();
        } catch (InterruptedException hurry) {
            workers.abort();
            Thread.currentThread().interrupt();
        } finally {
            reception.abandon();
            workers.end();
            caretaker.ifPresent(Caretaker::close);
            try {
                endpoint.close();
            } finally {
                closed.countDown();
            }
        }
    }

    /** Requests that nobody received yet: their clients are told rather than left to wait. */
    private void refuseWaiting() {
        Receiver receiver = reception.another();
        long deadline = System.nanoTime() + LAST_PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0 && endpoint.tryReceive(receiver.envelope())) {
            dispatcher.handle(receiver);
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
