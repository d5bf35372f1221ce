package dev.letterbox.share;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the requests that are at work, in all and for each user, so that what remains can always be shared by one user
 * more: with n users at work, the one who asks counted, a user who has some may have one more if n + 1 such shares fit into
 * what remains. Of 1024, the first user gets 512, a second one 170, and so on. (The rule of dbus-broker.)
 */
public final class Admission {
    private final int limit;

    // All below is guarded by this object's monitor.
    private final Map<String, Integer> shares = new HashMap<>();
    private int used;

    public Admission(int limit) {
        if (limit < 2) {
            throw new IllegalArgumentException("The limit of requests must be 2 or more, not " + limit + ".");
        }
        this.limit = limit;
    }

    /** Charges one request to a user, if that is fair. */
    public synchronized boolean tryEnter(String user) {
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

    /** Charges a request again that was given back too early, whatever is fair. */
    public synchronized void enterAgain(String user) {
        shares.merge(user, 1, Integer::sum);
        used++;
    }

    /** Gives back what {@link #tryEnter} charged. */
    public synchronized void leave(String user) {
        shares.computeIfPresent(user, (_, share) -> share == 1 ? null : share - 1);
        used--;
    }

    public int limit() {
        return limit;
    }

    public synchronized int used() {
        return used;
    }

    /**
     * One request's place among those at work. It is free before the last message of the answer is sent: whoever has an answer
     * may ask again at once, and is not refused for the request before. One thread at a time uses it.
     */
    public static final class Place {
        private final @Nullable Admission admission;
        private final String share;
        private boolean taken;

        private Place(@Nullable Admission admission, String share) {
            this.admission = admission;
            this.share = share;
        }

        /** A place for what needs none. */
        public static Place uncharged(String share) {
            return new Place(null, share);
        }

        /** Takes a place that is charged to a share; null if that has no more. */
        public static @Nullable Place tryTake(Admission admission, String share) {
            if (!admission.tryEnter(share)) {
                return null;
            }
            Place place = new Place(admission, share);
            place.taken = true;
            return place;
        }

        /** Whose share it is charged to, or would be. */
        public String share() {
            return share;
        }

        /** Gives it back, unless that was done. */
        public void leave() {
            if (taken && admission != null) {
                taken = false;
                admission.leave(share);
            }
        }

        /** Takes it again, since the last message found no room. */
        public void comeBack() {
            if (!taken && admission != null) {
                taken = true;
                admission.enterAgain(share);
            }
        }
    }
}
