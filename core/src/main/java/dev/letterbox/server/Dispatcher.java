package dev.letterbox.server;

import dev.letterbox.Caller;
import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.dialect.Malformed;
import dev.letterbox.dialect.RawRequest;
import dev.letterbox.dialect.ResponseFormat;
import dev.letterbox.dialect.Unreadable;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.engine.Printable;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.SenderWarnings;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.server.Reception.Receiver;
import dev.letterbox.server.Sessions.Session;
import dev.letterbox.share.Admission;
import dev.letterbox.share.Admission.Place;
import dev.letterbox.share.UnreadMemory;
import dev.letterbox.wire.SessionAnswer;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.FromClient;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of each message that a server receives: a greeting opens a session, a request goes to its service
 * if its user has room for it, and what is none of these is counted and dropped. One thread at a time receives. Long because
 * what becomes of each kind of message is decided here.
 */
final class Dispatcher {
    private static final Logger LOG = System.getLogger(Server.class.getName());
    private static final String SESSION = "session";
    private static final int MOST_VITAL = 64;

    /** A client that has more to read than this is told nothing while there is no memory for it: bytes. */
    private static final int LITTLE_UNREAD = 1024;

    /** In front of the user whose share is charged with what anybody may have sent: never the user's own share. */
    private static final String UNPROVEN = "unproven ";

    private final ServerEndpoint endpoint;
    private final List<? extends Dialect> dialects;
    private final Map<String, Service> services;
    private final Admission admission;
    private final UnreadMemory unread;
    /** For what answers also those who have no share of the rest left. */
    private final Admission vital = new Admission(MOST_VITAL);

    private final ServerEvents events;
    private final Sessions sessions;
    private final Workers workers;
    private final Optional<Caretaker> caretaker;
    private final SenderWarnings malformed = new SenderWarnings(LOG);
    private final PeriodicWarning misaddressed = new PeriodicWarning(LOG);
    private final PeriodicWarning forged = new PeriodicWarning(LOG);
    private final PeriodicWarning unsendable = new PeriodicWarning(LOG);
    private final PeriodicWarning busy = new PeriodicWarning(LOG);
    private final PeriodicWarning failure = new PeriodicWarning(LOG);
    private volatile boolean stopping;

    Dispatcher(
            ServerEndpoint endpoint,
            List<? extends Dialect> dialects,
            Map<String, Service> services,
            Admission admission,
            UnreadMemory unread,
            ServerEvents events,
            Sessions sessions,
            Workers workers,
            Optional<Caretaker> caretaker) {
        this.endpoint = endpoint;
        this.dialects = dialects;
        this.services = services;
        this.admission = admission;
        this.unread = unread;
        this.events = events;
        this.sessions = sessions;
        this.workers = workers;
        this.caretaker = caretaker;
    }

    /** From here on requests are refused, or given back to the engine if it can deliver them to another server. */
    void stop() {
        stopping = true;
    }

    /** No message ends the server, whatever is wrong with it, with its sender's queue, or with what memory there is. */
    void handle(Receiver receiver) {
        events.received();
        try {
            dispatch(receiver);
        } catch (RuntimeException | Error failed) {
            failure.warn("Could not handle a message: " + failed + ".");
            LOG.log(Level.DEBUG, "where it failed", failed);
        } finally {
            receiver.discardUnlessTaken();
        }
    }

    private void dispatch(Receiver receiver) {
        Message message = receiver.envelope().message();
        if (SessionWire.isHello(message)) {
            greet(receiver);
            return;
        }
        if (message.type() == SessionWire.REQUEST_TYPE) {
            if (message.isTruncated()) {
                malformed("it is longer than the " + message.capacity() + " bytes of the longest request");
            } else {
                inSession(receiver);
            }
            return;
        }
        for (Dialect dialect : dialects) {
            if (dialect.speaks(message)) {
                inDialect(dialect, receiver);
                return;
            }
        }
        malformed("type " + message.type() + " and " + message.size() + " bytes do not fit any dialect");
    }

    private void malformed(String reason) {
        events.dropped(Drop.MALFORMED);
        malformed.warn(endpoint.lastSender(), "Dropped a malformed message: " + reason + ".");
    }

    // The classic dialects

    private void inDialect(Dialect dialect, Receiver receiver) {
        switch (dialect.decode(receiver.envelope().message())) {
            case Malformed(String reason) -> malformed(reason);
            case Unreadable unreadable -> explain(unreadable, dialect, receiver);
            case RawRequest(int returnAddress, byte[] payload) ->
                resolve(receiver.envelope(), returnAddress)
                        .filter(client -> !isInSession(client))
                        .ifPresent(client -> admit(
                                new ServedRequest(
                                        dialect.dialectName(), "", client, payload, ServedRequest.NO_DEADLINE),
                                client,
                                dialect,
                                Exchange.UNLIMITED,
                                null,
                                receiver));
        }
    }

    /** Says what was expected, to a client that can be answered: it would wait for ever otherwise. */
    private void explain(Unreadable unreadable, Dialect dialect, Receiver receiver) {
        if (endpoint.resolve(receiver.envelope(), unreadable.returnAddress()) instanceof Route.ToClient client) {
            if (isInSession(client)) {
                return;
            }
            String text = "Cannot read the request: " + unreadable.reason();
            malformed.warn(endpoint.lastSender(), "%s of %s: %s.".formatted(client.address(), client.owner(), text));
            ServedRequest request =
                    new ServedRequest(dialect.dialectName(), "", client, new byte[0], ServedRequest.NO_DEADLINE);
            String share = UNPROVEN + request.caller().name();
            if (unread.tryEnter(client, share, false)) {
                unread.leave(client);
                refuse(request, client, dialect, share, FailureKind.REFUSED, text, receiver);
            } else {
                refuseForMemory(request, client, dialect, share, receiver);
            }
        } else {
            malformed(unreadable.reason());
        }
    }

    /** Anybody can name another's queue: a client in a session, which asks in no other way, gets no classic answer. */
    private boolean isInSession(Route.ToClient client) {
        if (!sessions.has(client.address())) {
            return false;
        }
        events.dropped(Drop.MISADDRESSED);
        misaddressed.warn("Dropped a classic request that names " + client.address() + " of " + client.owner()
                + ", which is in a session.");
        return true;
    }

    private Optional<Route.ToClient> resolve(Envelope envelope, int stated) {
        return switch (endpoint.resolve(envelope, stated)) {
            case Route.ToClient client -> Optional.of(client);
            case Route.None none -> {
                switch (none) {
                    case GONE -> events.dropped(Drop.GONE);
                    case STALE -> events.dropped(Drop.STALE);
                    case NOT_PRIVATE -> {
                        events.dropped(Drop.MISADDRESSED);
                        misaddressed.warn("Dropped a request whose return address, queue " + stated
                                + ", is not a private queue.");
                    }
                }
                yield Optional.empty();
            }
        };
    }

    // The session dialect

    /** A client introduces itself: it gets the proof of who it is where only it can read. */
    private void greet(Receiver receiver) {
        Envelope envelope = receiver.envelope();
        Message message = envelope.message();
        Message reply = receiver.reply();
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
        resolve(envelope, returnAddress).ifPresent(client -> {
            if (!client.isConfidential()) {
                events.dropped(Drop.MISADDRESSED);
                misaddressed.warn("Refused a greeting: users other than its creator and this server can use "
                        + client.address() + ".");
                return;
            }
            if (unread.tryEnter(client, UNPROVEN + client.owner().name(), false)) {
                unread.leave(client);
            } else if (client.unread() > LITTLE_UNREAD) {
                return;
            }
            // Also learns whose queue it is, while that is certain.
            if (!sessions.has(client.address()) && client.hasEnded()) {
                events.dropped(Drop.GONE);
                return;
            }
            Session session = sessions.open(client);
            caretaker.ifPresent(Caretaker::attend);
            SessionWire.welcome(reply, session.credentials(), nonce, endpoint.bell());
            switch (client.offer(reply)) {
                case SENT -> {
                    receiver.takeSettlement().answered(client);
                    LOG.log(Level.DEBUG, "session for {0} of {1}", client.address(), client.owner());
                }
                // The session may be an older one, that others greet in vain: it stays.
                case FULL -> LOG.log(Level.DEBUG, "no room for the answer to a greeting");
                case GONE, DENIED -> sessions.close(session);
            }
        });
    }

    private void inSession(Receiver receiver) {
        switch (SessionWire.decode(receiver.envelope().message())) {
            case FromClient from when from.kind() == SessionWire.TABLE_FULL -> caretaker.ifPresent(Caretaker::hurry);
            case FromClient from ->
                session(receiver.envelope(), from)
                        .ifPresentOrElse(
                                session -> inSession(session, from, receiver), () -> ofNoSession(receiver, from));
            case SessionWire.Wrong(String reason) -> malformed(reason);
        }
    }

    private void ofNoSession(Receiver receiver, FromClient from) {
        // A client whose request nobody has begun to answer tells all servers that nobody waits for it.
        if (from.kind() == SessionWire.CANCEL && receiver.envelope().sender().isPresent()) {
            return;
        }
        events.dropped(Drop.FORGED);
        forged.warn("Dropped a message for a session that does not belong to its sender, or that is over.");
    }

    /**
     * Finds the session of a message. Where the engine attests who sent it, that has to be the session's user; and a request
     * may be in a session that another server opened.
     */
    private Optional<Session> session(Envelope envelope, FromClient from) {
        Optional<Session> known = sessions.find(from.credentials());
        Optional<Caller> sender = envelope.sender();
        if (sender.isEmpty()) {
            return known;
        }
        if (known.isPresent() && known.get().route().isUnchanged(Long.MAX_VALUE)) {
            return known.filter(session -> session.route().owner().equals(sender.get()));
        }
        return from.kind() == SessionWire.REQUEST
                        && endpoint.resolve(envelope, 0) instanceof Route.ToClient client
                        && client.isConfidential()
                ? sessions.adopt(client, from.credentials())
                : Optional.empty();
    }

    private void inSession(Session session, FromClient from, Receiver receiver) {
        Work work = session.atWork().get(from.id());
        workers.outbox().heardOf(session.route().address());
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
                    work.allow(from.allowed(), from.lane());
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
                ? ServedRequest.NO_DEADLINE
                : System.nanoTime()
                        + TimeUnit.MILLISECONDS.toNanos(Math.min(from.timeoutMillis(), TimeUnit.DAYS.toMillis(365)));
        Route.ToClient client = session.route();
        ServedRequest request = new ServedRequest(SESSION, from.service(), client, from.payload(), deadline);
        admit(
                request,
                client,
                new SessionAnswer(from.id(), client.capacity() - client.reserved(), client.longestMessage()),
                from.allowed(),
                new InSession(session, from.id()),
                receiver);
    }

    /** Says where a request is found by those that come after it. */
    private record InSession(Session session, long id) {}

    // Both

    private void admit(
            ServedRequest request,
            Route.ToClient client,
            ResponseFormat format,
            long allowed,
            @Nullable InSession place,
            Receiver receiver) {
        String share = place == null
                ? UNPROVEN + request.caller().name()
                : request.caller().name();
        if (!unread.tryEnter(client, share, place != null)) {
            refuseForMemory(request, client, format, share, receiver);
            return;
        }
        ExchangeDriver work = null;
        try {
            work = take(request, client, format, share, allowed, place, receiver);
        } finally {
            if (work == null) {
                unread.leave(client);
            }
        }
        if (work != null) {
            workers.begin(work, receiver);
        }
    }

    /** FAILURE takes memory as well: whoever has more to read already is told nothing. */
    private void refuseForMemory(
            ServedRequest request, Route.ToClient client, ResponseFormat format, String share, Receiver receiver) {
        busy.warn("Refused a request of " + request.caller() + ": unread messages of its clients use up its share"
                + " of the memory for such messages.");
        if (client.unread() > LITTLE_UNREAD) {
            events.ended(request, Outcome.STALLED, 0, request.age());
        } else {
            String text =
                    "Busy: unread answers use all the memory that is available for them; read them, or try again later";
            refuse(request, client, format, share, FailureKind.BUSY, text, receiver);
        }
    }

    /** Returns the work that answers the request and leaves what it is charged for at its end; null if all is over already. */
    private @Nullable ExchangeDriver take(
            ServedRequest request,
            Route.ToClient client,
            ResponseFormat format,
            String share,
            long allowed,
            @Nullable InSession place,
            Receiver receiver) {
        Service service = services.get(request.service());
        if (service == null) {
            String text = "There is no service '" + Printable.of(request.service()) + "' here";
            refuse(request, client, format, share, FailureKind.REFUSED, text, receiver);
            return null;
        }
        if (receiver.envelope().isGivenUp()) {
            String text = "One server after another took this request, and exited or returned it";
            refuse(request, client, format, share, FailureKind.INTERNAL, text, receiver);
            return null;
        }
        // Before anything is charged: the service may throw.
        boolean prompt = service.isPrompt();
        Admission places = service.isVital() ? vital : admission;
        if (stopping && receiver.takeSettlement().giveBack()) {
            LOG.log(Level.DEBUG, "a request of {0} is left to another server", request.caller());
            return null;
        }
        if (stopping) {
            refuse(request, client, format, share, FailureKind.STOPPING, "The server is stopping", receiver);
            return null;
        }
        Place taken = Place.tryTake(places, share);
        if (taken == null) {
            busy.warn("Refused a request of " + request.caller() + ": it already has its share of the " + places.limit()
                    + " requests in progress.");
            String text = "Busy: too many requests in progress, try again later";
            refuse(request, client, format, share, FailureKind.BUSY, text, receiver);
            return null;
        }
        Exchange exchange =
                new Exchange(request, service, client, format, allowed, receiver.takeSettlement(), taken, unsendable);
        ExchangeDriver work = workers.take(exchange, prompt, () -> {
            taken.leave();
            unread.leave(client);
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
        return work;
    }

    /** Answers with FAILURE: at once if the client's queue has room, else as soon as it has. */
    private void refuse(
            ServedRequest request,
            Route.ToClient client,
            ResponseFormat format,
            String share,
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
                Exchange.UNLIMITED,
                receiver.takeSettlement(),
                Place.uncharged(share),
                unsendable);
        Exchange.Progress progress = null;
        try {
            progress = refusal.advance(receiver.reply(), 1);
        } finally {
            if (progress == null) {
                // What was thrown is on its way.
                workers.conclude(refusal, receiver.reply());
            }
        }
        if (progress == Exchange.Progress.OVER) {
            Outcome outcome = Objects.requireNonNull(refusal.outcome(), "an exchange that is over has an outcome");
            refusal.unsent().ifPresent(workers.outbox()::keep);
            events.ended(request, outcome, 0, request.age());
        } else {
            // It was sent, and the engine is still to confirm it.
            workers.begin(workers.take(refusal, true, () -> {}), receiver);
        }
    }
}
