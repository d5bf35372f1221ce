package dev.letterbox.share;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;

/**
 * Bounds the work that costs processor time ahead of an answer, and shares it among users: so many turns at once, at most
 * half of them to one user, and those who wait are served user by user. A user with a thousand requests delays nobody
 * who has one.
 *
 * <p>This class is thread-safe.
 */
public final class Turns {
    private final int most;
    private final int mostForOne;

    // All below is guarded by this object's monitor.
    private final LinkedHashMap<String, User> users = new LinkedHashMap<>();
    private int taken;

    /**
     * Creates turns that nobody has taken.
     *
     * @param most how many may be taken at once, 2 or more
     */
    public Turns(int most) {
        this.most = most;
        this.mostForOne = most / 2;
    }

    private static final class User {
        private final ArrayDeque<Ticket> waiting = new ArrayDeque<>();
        private int taken;
    }

    private enum State {
        IDLE,
        WAITING,
        TAKEN
    }

    /** One request's place among those who want a turn. */
    public static final class Ticket {
        private final String user;
        private final Runnable call;
        private State state = State.IDLE;

        /**
         * Creates a ticket.
         *
         * @param user who is charged
         * @param call is called, by any thread, when a turn that had to be waited for is there; quick
         */
        public Ticket(String user, Runnable call) {
            this.user = user;
            this.call = call;
        }
    }

    /** Takes a turn, if one is free or was given to this ticket; else the ticket waits for one. */
    public synchronized boolean take(Ticket ticket) {
        if (ticket.state == State.IDLE) {
            User user = users.computeIfAbsent(ticket.user, _ -> new User());
            user.waiting.add(ticket);
            ticket.state = State.WAITING;
            grant();
        }
        return ticket.state == State.TAKEN;
    }

    /** Returns whether this ticket has a turn. */
    public synchronized boolean has(Ticket ticket) {
        return ticket.state == State.TAKEN;
    }

    /** Returns how many users have a turn or wait for one. */
    synchronized int users() {
        return users.size();
    }

    /** Gives a turn back, or waits for one no longer. */
    public synchronized void leave(Ticket ticket) {
        State before = ticket.state;
        ticket.state = State.IDLE;
        User user = users.get(ticket.user);
        if (before == State.IDLE || user == null) {
            return;
        }
        if (before == State.WAITING) {
            user.waiting.remove(ticket);
        } else {
            user.taken--;
            taken--;
        }
        if (user.taken == 0 && user.waiting.isEmpty()) {
            users.remove(ticket.user);
        }
        grant();
    }

    /** Gives what is free to those who wait. Whoever got a turn is the last user to get the next. */
    private void grant() {
        while (taken < most) {
            User next = null;
            for (Iterator<User> each = users.values().iterator(); next == null && each.hasNext(); ) {
                User user = each.next();
                if (user.taken < mostForOne && !user.waiting.isEmpty()) {
                    next = user;
                }
            }
            if (next == null) {
                return;
            }
            Ticket ticket = next.waiting.removeFirst();
            next.taken++;
            taken++;
            users.putLast(ticket.user, next);
            ticket.state = State.TAKEN;
            ticket.call.run();
        }
    }
}
