package dev.letterbox.server;

import java.util.HashMap;
import java.util.Map;

/**
 * Bounds the requests that are at work, in all and for each user, so that what remains can always be shared by one user
 * more: with n users at work, the one who asks counted, a user who has some may have one more if n + 1 such shares fit into
 * what remains. Of 1024, the first user gets 512, a second one 170, and so on. (The rule of dbus-broker.)
 */
final class Admission {
    private final int limit;

    // All below is guarded by this object's monitor.
    private final Map<String, Integer> shares = new HashMap<>();
    private int used;

    Admission(int limit) {
        if (limit < 2) {
            throw new IllegalArgumentException("A server takes at least 2 requests at once, not " + limit + ".");
        }
        this.limit = limit;
    }

    /** Charges one request to a user, if that is fair. */
    synchronized boolean tryEnter(String user) {
        int share = shares.getOrDefault(user, 0);
        int users = shares.size() + (share == 0 ? 1 : 0);
        long remaining = (long) limit - used;
        if ((users + 1L) * (1L + share) - share > remaining) {
            return false;
        }
        shares.put(user, share + 1);
        used++;
        return true;
    }

    /** Gives back what {@link #tryEnter} charged. */
    synchronized void leave(String user) {
        shares.computeIfPresent(user, (_, share) -> share == 1 ? null : share - 1);
        used--;
    }

    int limit() {
        return limit;
    }

    synchronized int used() {
        return used;
    }
}
