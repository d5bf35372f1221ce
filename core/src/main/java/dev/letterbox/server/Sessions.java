package dev.letterbox.server;

import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.Route;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows the sessions of a server: who proved to be whom. A session is made for a private queue that only its creator and
 * the server can reach, and its token is sent there, so whoever shows the token is the queue's creator.
 *
 * <p>The receiver makes sessions; it and the caretaker end them.
 */
final class Sessions {
    private static final int SWEEP_AT_LEAST = 1024;

    private final SecureRandom random = new SecureRandom();
    private final Map<Long, Session> byId = new ConcurrentHashMap<>();
    private final Map<ReturnAddress, Session> byAddress = new ConcurrentHashMap<>();
    private int sweepAt = SWEEP_AT_LEAST;
    private List<Session> untied = new ArrayList<>();

    /** One client that proved its return address. */
    static final class Session {
        private final Credentials credentials;
        private final Route.ToClient route;
        private final ReplayWindow used = new ReplayWindow();
        private final Map<Long, Work> atWork = new ConcurrentHashMap<>();
        private volatile boolean ended;

        private Session(Credentials credentials, Route.ToClient route) {
            this.credentials = credentials;
            this.route = route;
        }

        Credentials credentials() {
            return credentials;
        }

        Route.ToClient route() {
            return route;
        }

        /** Marks a request's id as used; false if it was already. */
        boolean accept(long id) {
            return used.accept(id);
        }

        Map<Long, Work> atWork() {
            return atWork;
        }

        /** Returns whether the session is over: whoever has put something to work asks, since the end may have missed it. */
        boolean hasEnded() {
            return ended;
        }

        private void end() {
            ended = true;
            atWork.values().forEach(Work::cancel);
        }
    }

    /**
     * Makes a session. A queue that has one keeps it: anybody can send a greeting in the name of another, which must not
     * end what is under way there; and its owner alone reads the answer.
     */
    synchronized Session open(Route.ToClient route) {
        Session before = byAddress.get(route.address());
        if (before != null) {
            if (before.route.isUnchanged(0)) {
                return before;
            }
            close(before);
        }
        Credentials credentials =
                new Credentials(random.nextLong(1, Long.MAX_VALUE), new Bits128(random.nextLong(), random.nextLong()));
        return put(credentials, route);
    }

    /**
     * Makes a session that another server of the same queue opened, for a client that the engine itself attests. A queue
     * has one session, and a number is one session's: what does not fit is forged.
     */
    synchronized Optional<Session> adopt(Route.ToClient route, Credentials credentials) {
        for (Session before : new Session[] {byAddress.get(route.address()), byId.get(credentials.session())}) {
            if (before != null && before.route.isUnchanged(0)) {
                return Optional.empty();
            }
            if (before != null) {
                close(before);
            }
        }
        return Optional.of(put(credentials, route));
    }

    private Session put(Credentials credentials, Route.ToClient route) {
        if (byId.size() >= sweepAt) {
            sweep();
        }
        Session session = new Session(credentials, route);
        byAddress.put(route.address(), session);
        byId.put(credentials.session(), session);
        return session;
    }

    /** Finds the session that these credentials prove; empty if there is none, or the token is wrong. */
    Optional<Session> find(Credentials shown) {
        Session session = byId.get(shown.session());
        return session != null && session.credentials.token().matches(shown.token())
                ? Optional.of(session)
                : Optional.empty();
    }

    synchronized void close(Session session) {
        session.end();
        byId.remove(session.credentials.session());
        byAddress.remove(session.route.address(), session);
    }

    /** Forgets those whose queue is gone. It costs a system call for each, so it waits until twice as many are there. */
    private synchronized void sweep() {
        for (Iterator<Session> each = byId.values().iterator(); each.hasNext(); ) {
            Session session = each.next();
            if (!session.route.isUnchanged(0)) {
                session.end();
                each.remove();
                byAddress.remove(session.route.address(), session);
            }
        }
        sweepAt = Math.max(SWEEP_AT_LEAST, 2 * byId.size());
    }

    /** Ends the sessions of clients that have ended, and returns their queues. Each look costs some system calls. */
    List<ReturnAddress> endThoseOfTheDead() {
        List<ReturnAddress> queues = new ArrayList<>();
        for (Session session : byId.values()) {
            if (session.route.hasEnded()) {
                close(session);
                queues.add(session.route.address());
            }
        }
        return queues;
    }

    /** Returns whether a private queue has a session, and still is the same queue. */
    boolean has(ReturnAddress address) {
        Session session = byAddress.get(address);
        return session != null && session.route.isUnchanged(0);
    }

    /** Ends the session of a private queue, if it has one. */
    void end(ReturnAddress address) {
        Session session = byAddress.get(address);
        if (session != null) {
            close(session);
        }
    }

    /** From now on nobody tells of the end of today's clients. */
    synchronized void untie() {
        untied = new ArrayList<>(byId.values());
    }

    /** Returns whether there still are clients of whose end nobody tells. */
    synchronized boolean someAreUntied() {
        untied.removeIf(Session::hasEnded);
        return !untied.isEmpty();
    }

    int count() {
        return byId.size();
    }
}
