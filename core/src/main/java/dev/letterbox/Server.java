package dev.letterbox;

import dev.letterbox.Reception.Receiver;
import dev.letterbox.SessionWire.FromClient;
import dev.letterbox.Sessions.Session;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.error.QueueException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Serves requests from one well-known queue, each on its client's own queue: what a prompt service answers in a few
 * messages on the thread that receives, and all else by a worker of its own. So a client that is slow, dead or hostile
 * holds up nobody but itself.
 *
 * <p>It runs until it is {@linkplain #close closed}. This class is safe for use by any number of threads.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Server.class.getName());
    private static final String SESSION = "session";

    /** For those at work when the server stops. */
    static final Duration PATIENCE = Duration.ofSeconds(5);
    /** For services that did not heed the interrupt, and for requests that do not cease to come. */
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(1);

    private final ServerEndpoint endpoint;
    private final List<? extends Dialect> dialects;
    private final Map<String, Service> services;
    private final Admission admission;
    private final Admission refusals;
    private final Duration stopPatience;
    private final ServerEvents events;
    private final Sessions sessions = new Sessions();
    private final Workers workers;
    private final Optional<Caretaker> caretaker;
    private final PeriodicWarning malformed = new PeriodicWarning(LOG);
    private final PeriodicWarning misaddressed = new PeriodicWarning(LOG);
    private final PeriodicWarning forged = new PeriodicWarning(LOG);
    private final PeriodicWarning busy = new PeriodicWarning(LOG);
    private final PeriodicWarning failure = new PeriodicWarning(LOG);
    private final Reception reception = new Reception(this::receive);
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile @Nullable RuntimeException fault;

    Server(
            ServerEndpoint endpoint,
            List<? extends Dialect> dialects,
            Map<String, Service> services,
            Admission admission,
            Duration stallTimeout,
            Duration stopPatience,
            ServerEvents events) {
        this.endpoint = endpoint;
        this.dialects = dialects;
        this.services = services;
        this.admission = admission;
        this.refusals = new Admission(admission.limit());
        this.stopPatience = stopPatience;
        this.events = events;
        this.workers = new Workers(stallTimeout, new RequestLog(events), events);
        this.caretaker = endpoint.reaper(sessions::end).map(reaper -> new Caretaker(sessions, reaper));
    }

    /**
     * Begins to say how a server is to be.
     *
     * @param transport what carries its messages
     * @return a builder
     */
    public static ServerBuilder on(Transport transport) {
        return new ServerBuilder(transport);
    }

    /**
     * Begins to say how a server on this machine's message queues is to be.
     *
     * @param key the well-known key
     * @return a builder
     */
    public static ServerBuilder on(Key key) {
        return on(new QueueTransport(key));
    }

    void begin() {
        events.starts(this);
        reception.begin();
        caretaker.ifPresent(each -> {
            each.begin();
            endpoint.onClientEnd(each::look);
        });
    }

    /**
     * Returns the id of the server queue.
     *
     * @return 0 or more
     */
    public int queueId() {
        return endpoint.address();
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
        try {
            while (!receiver.isRelieved() && endpoint.receive(receiver.message())) {
                handle(receiver);
            }
        } catch (InterruptedException asked) {
            LOG.log(Level.DEBUG, "the receiver ends");
        } catch (QueueException | ServerStartException failed) {
            LOG.log(Level.ERROR, "The server stops: {0}", failed.getMessage());
            stopBy(failed);
        } catch (RuntimeException | Error defect) {
            LOG.log(Level.ERROR, "The server stops: it cannot receive", defect);
            stopBy(new IllegalStateException("The server cannot receive: " + defect, defect));
        }
    }

    /** A server that does not receive is worse than none: its queue would fill, and no other could take its place. */
    private void stopBy(RuntimeException why) {
        fault = why;
        Thread.ofPlatform().name("letterbox-stop").start(this::close);
    }

    /** No message ends the server, whatever is wrong with it, with its sender's queue, or with what memory there is. */
    private void handle(Receiver receiver) {
        events.received();
        try {
            dispatch(receiver);
        } catch (RuntimeException | Error failed) {
            failure.warn("Could not handle a message: " + failed + ".");
            LOG.log(Level.DEBUG, "where it failed", failed);
        }
    }

    private void dispatch(Receiver receiver) {
        MessageBuffer message = receiver.message();
        if (SessionWire.isHello(message)) {
            greet(message, receiver.reply());
            return;
        }
        if (message.type() == SessionWire.REQUEST_TYPE) {
            inSession(receiver);
            return;
        }
        for (Dialect dialect : dialects) {
            if (dialect.speaks(message)) {
                inDialect(dialect, receiver);
                return;
            }
        }
        malformed("type " + message.type() + " and " + message.size() + " bytes are of no dialect");
    }

    private void malformed(String reason) {
        events.dropped(Drop.MALFORMED);
        malformed.warn("Dropped a malformed message: " + reason + ".");
    }

    // The classic dialects

    private void inDialect(Dialect dialect, Receiver receiver) {
        switch (dialect.decode(receiver.message())) {
            case Malformed(String reason) -> malformed(reason);
            case RawRequest(int returnAddress, byte[] payload) ->
                resolve(returnAddress)
                        .ifPresent(client -> admit(
                                new Request(dialect.dialectName(), "", client, payload, Long.MAX_VALUE),
                                "",
                                client,
                                dialect,
                                Exchange.UNLIMITED,
                                null,
                                receiver));
        }
    }

    private Optional<Route.ToClient> resolve(int returnAddress) {
        return switch (endpoint.resolve(returnAddress)) {
            case Route.ToClient client -> Optional.of(client);
            case Route.None none -> {
                switch (none) {
                    case GONE -> events.dropped(Drop.GONE);
                    case STALE -> events.dropped(Drop.STALE);
                    case NOT_PRIVATE -> {
                        events.dropped(Drop.MISADDRESSED);
                        misaddressed.warn("Dropped a request whose return address, queue " + returnAddress
                                + ", is not a private queue.");
                    }
                }
                yield Optional.empty();
            }
        };
    }

    // The session dialect

    /** A client introduces itself: it gets the proof of who it is where only it can read. */
    private void greet(MessageBuffer message, MessageBuffer reply) {
        int returnAddress = SessionWire.helloReturnAddress(message);
        if (returnAddress < 0) {
            malformed("the return address of a greeting is " + returnAddress);
            return;
        }
        if (SessionWire.helloVersion(message) < SessionWire.VERSION) {
            malformed("a greeting in version " + SessionWire.helloVersion(message));
            return;
        }
        SessionWire.Bits128 nonce = SessionWire.helloNonce(message);
        resolve(returnAddress).ifPresent(client -> {
            if (!client.isConfidential()) {
                events.dropped(Drop.MISADDRESSED);
                misaddressed.warn("Refused a greeting: others than its creator and this server can reach queue "
                        + returnAddress + ".");
                return;
            }
            Session session = sessions.open(client);
            caretaker.ifPresent(Caretaker::attend);
            SessionWire.welcome(reply, session.credentials(), nonce, endpoint.bell());
            switch (client.offer(reply)) {
                case SENT ->
                    LOG.log(Level.DEBUG, "session for queue {0,number,#} of {1}", returnAddress, client.owner());
                // The session may be an older one, that others greet in vain: it stays.
                case FULL -> LOG.log(Level.DEBUG, "no room for the answer to a greeting");
                case GONE, DENIED -> sessions.close(session);
            }
        });
    }

    private void inSession(Receiver receiver) {
        switch (SessionWire.decode(receiver.message())) {
            case FromClient from when from.kind() == SessionWire.TABLE_FULL -> caretaker.ifPresent(Caretaker::hurry);
            case FromClient from ->
                sessions.find(from.credentials()).ifPresentOrElse(session -> inSession(session, from, receiver), () -> {
                    events.dropped(Drop.FORGED);
                    forged.warn("Dropped a message in a session that is not its sender's, or is over.");
                });
            case SessionWire.Wrong(String reason) -> malformed(reason);
        }
    }

    private void inSession(Session session, FromClient from, Receiver receiver) {
        Work work = session.atWork().get(from.id());
        switch (from.kind()) {
            case SessionWire.REQUEST -> {
                if (session.accept(from.id())) {
                    begin(session, from, receiver);
                } else {
                    events.dropped(Drop.REPEATED);
                }
            }
            case SessionWire.CREDIT -> {
                if (work != null) {
                    work.allow(from.allowed());
                }
            }
            case SessionWire.CANCEL -> {
                if (work != null) {
                    work.cancel();
                }
            }
            default -> sessions.close(session);
        }
    }

    private void begin(Session session, FromClient from, Receiver receiver) {
        long deadline = from.timeoutMillis() == 0
                ? Long.MAX_VALUE
                : System.nanoTime()
                        + TimeUnit.MILLISECONDS.toNanos(Math.min(from.timeoutMillis(), TimeUnit.DAYS.toMillis(365)));
        Request request = new Request(SESSION, from.service(), session.route(), from.payload(), deadline);
        admit(
                request,
                from.service(),
                session.route(),
                new SessionAnswer(from.id(), session.route().capacity()),
                from.allowed(),
                new InSession(session, from.id()),
                receiver);
    }

    /** Says where a request is found by those that come after it. */
    private record InSession(Session session, long id) {}

    // Both

    private void admit(
            Request request,
            String serviceName,
            Route.ToClient client,
            ResponseFormat format,
            long allowed,
            @Nullable InSession place,
            Receiver receiver) {
        Service service = services.get(serviceName);
        if (service == null) {
            refuse(
                    request,
                    client,
                    format,
                    FailureKind.REFUSED,
                    "There is no service '" + serviceName + "' here",
                    receiver);
            return;
        }
        int uid = request.caller().uid();
        // Before anything is charged: the service may throw.
        boolean prompt = service.isPrompt();
        if (stopping) {
            refuse(request, client, format, FailureKind.STOPPING, "The server is stopping", receiver);
        } else if (!admission.tryEnter(uid)) {
            busy.warn("Refused a request of " + request.caller() + ": it has its share of the " + admission.limit()
                    + " requests at work.");
            refuse(
                    request,
                    client,
                    format,
                    FailureKind.BUSY,
                    "Busy: too many requests at work, try again later",
                    receiver);
        } else {
            Exchange exchange = new Exchange(request, service, client, format, allowed);
            Work work = workers.take(exchange, prompt, () -> {
                admission.leave(uid);
                if (place != null) {
                    place.session().atWork().remove(place.id());
                }
            });
            if (place != null) {
                place.session().atWork().put(place.id(), work);
                if (place.session().hasEnded()) {
                    work.cancel();
                }
            }
            workers.begin(work, receiver);
        }
    }

    /**
     * Answers with FAILURE: at once where the client's queue has room, and else when it has, as its other callers read.
     * How many may wait for that is bounded as the requests at work are; beyond that a client that does not read is not
     * told.
     */
    private void refuse(
            Request request,
            Route.ToClient client,
            ResponseFormat format,
            FailureKind kind,
            String text,
            Receiver receiver) {
        events.refused(request, kind);
        Exchange refusal = new Exchange(
                request,
                _ -> {
                    throw new ServiceException(kind, text);
                },
                client,
                format,
                Exchange.UNLIMITED);
        int uid = request.caller().uid();
        if (refusal.advance(receiver.reply(), 1) == Exchange.Progress.OVER) {
            Outcome outcome = Objects.requireNonNull(refusal.outcome(), "an exchange that is over has an outcome");
            events.ended(request, outcome, 0, request.age());
        } else if (refusals.tryEnter(uid)) {
            workers.begin(workers.take(refusal.anew(), true, () -> refusals.leave(uid)), receiver);
        } else {
            events.ended(request, Outcome.STALLED, 0, request.age());
        }
    }

    /**
     * Waits until the server is closed, by somebody or by a fault.
     *
     * @throws InterruptedException where the thread was interrupted
     * @throws RuntimeException where a fault closed it: its queue is somebody else's
     */
    public void awaitClose() throws InterruptedException {
        closed.await();
        RuntimeException why = fault;
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
            stopping = true;
            long deadline = System.nanoTime() + stopPatience.toNanos();
            // The receiver goes on meanwhile: those at work need their clients' word, and others are refused at once.
            workers.await(deadline);
            endpoint.stop();
            reception.join();
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
        while (System.nanoTime() - deadline < 0 && endpoint.tryReceive(receiver.message())) {
            handle(receiver);
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
