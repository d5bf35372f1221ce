package dev.letterbox.share;

import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.Route;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Bounds the memory that the messages take which clients have not read. The kernel charges a message to the control group of
 * its sender for as long as it is unread: without a bound, clients that ask and never read would have the server killed.
 *
 * <p>Each queue is charged what it holds at most, from the first request on; it is looked at only when the bound is
 * reached. The bound is a part of what the server's control group may use, and each user may have a share of it, by the
 * same rule as requests ({@link Admission}). Without a control group there is no bound.
 *
 * <p>This class is safe for use by any number of threads.
 */
public final class UnreadMemory {
    private static final Logger LOG = System.getLogger(UnreadMemory.class.getName());

    /** Such a part of the group's memory is for what is unread. */
    private static final int PART = 8;

    /** How old the limit may be before it is read again. */
    private static final long LIMIT_HOLDS = TimeUnit.SECONDS.toNanos(10);

    /** How long a look at a user's queues holds: each costs a system call for each of them. */
    private static final long LOOK_HOLDS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What the messages of an answer take at least: a queue holds as many empty ones as it holds bytes. */
    private static final long REQUEST = 128;

    private static final long UNBOUNDED = Long.MAX_VALUE;
    private static final String ALL = "";

    private final Supplier<OptionalLong> limit;
    private final LongSupplier nanoTime;

    // All below is guarded by this object's monitor.
    private final Map<ReturnAddress, Charge> charges = new HashMap<>();
    private final Map<String, Long> shares = new HashMap<>();
    private final Map<String, Long> looks = new HashMap<>();
    private long used;
    private long bound;
    private long limitRead;

    private static final class Charge {
        private final Route.ToClient client;
        private String share;
        private long bytes;
        private int atWork;

        private Charge(Route.ToClient client, String share) {
            this.client = client;
            this.share = share;
        }
    }

    /**
     * Creates one.
     *
     * @param limit reads how much memory the server's control group may use: bytes, empty for no limit
     * @param nanoTime counts as {@link System#nanoTime} does
     */
    public UnreadMemory(Supplier<OptionalLong> limit, LongSupplier nanoTime) {
        this.limit = limit;
        this.nanoTime = nanoTime;
        readLimit(nanoTime.getAsLong());
        if (bound != UNBOUNDED) {
            LOG.log(
                    Level.INFO,
                    "Answers that clients have not read may take {0,number,#} KiB of this server''s memory: an eighth of the"
                            + " {1,number,#} KiB that it may use.",
                    bound >> 10,
                    (bound * PART) >> 10);
        }
    }

    private void readLimit(long now) {
        OptionalLong bytes = limit.get();
        bound = bytes.isEmpty() ? UNBOUNDED : bytes.getAsLong() / PART;
        limitRead = now;
        if (bound == UNBOUNDED) {
            // Without a bound nothing is looked at, and so nothing would be forgotten.
            charges.clear();
            shares.clear();
            used = 0;
        }
    }

    /**
     * Charges a client's queue to a user for a request, if that is fair. {@link #leave} follows when the request is over.
     *
     * @param client the client, with {@link Route.ToClient#unreadAtMost} of more than 0 to be charged
     * @param share the user who is charged
     * @param proven whether that user is known to have asked: else whoever is charged already stays it
     * @return false if what is unread leaves no room for that
     */
    public synchronized boolean tryEnter(Route.ToClient client, String share, boolean proven) {
        long now = nanoTime.getAsLong();
        if (now - limitRead > LIMIT_HOLDS) {
            readLimit(now);
        }
        long most = client.unreadAtMost();
        if (most == 0 || bound == UNBOUNDED) {
            return true;
        }
        Charge charge = charges.getOrDefault(client.address(), new Charge(client, share));
        if (proven) {
            move(charge, share);
        }
        if (!isFair(charge, most)) {
            look(charge.share, now);
        }
        if (!isFair(charge, most)) {
            look(ALL, now);
        }
        if (!isFair(charge, most)) {
            return false;
        }
        // A look may have taken it out.
        charges.put(client.address(), charge);
        charge.atWork++;
        charge(charge, charge.bytes + more(charge, most));
        return true;
    }

    /**
     * Notes that a request is over. What its client has not read stays charged.
     *
     * @param client as in {@link #tryEnter}
     */
    public synchronized void leave(Route.ToClient client) {
        Charge charge = charges.get(client.address());
        // Less than one, if the request came while there was no bound.
        if (charge != null && charge.atWork > 0) {
            charge.atWork--;
        }
    }

    /** Returns how much one more request adds: a whole queue, or what its messages take at least. */
    private static long more(Charge charge, long most) {
        return Math.max(most - charge.bytes, REQUEST);
    }

    private boolean isFair(Charge charge, long most) {
        long share = shares.getOrDefault(charge.share, 0L);
        long users = shares.size() + (share == 0 ? 1L : 0);
        return (users + 1) * (more(charge, most) + share) - share <= bound - used;
    }

    /** Looks at the queues that a user, or all, are charged for, unless the last look was a moment ago. */
    private void look(String user, long now) {
        Long last = looks.get(user);
        if (last != null && now - last < LOOK_HOLDS) {
            return;
        }
        looks.put(user, now);
        for (Iterator<Charge> each = charges.values().iterator(); each.hasNext(); ) {
            Charge charge = each.next();
            if (!user.equals(ALL) && !user.equals(charge.share)) {
                continue;
            }
            long unread = charge.client.unread();
            if (unread == 0 && charge.atWork == 0) {
                charge(charge, 0);
                each.remove();
            } else {
                charge(charge, charge.atWork > 0 ? Math.max(unread, charge.client.unreadAtMost()) : unread);
            }
        }
        looks.keySet().removeIf(each -> !each.equals(ALL) && !shares.containsKey(each));
    }

    /** Returns for how many users, all as one of them, the time of the last look is known. */
    synchronized int looksKnown() {
        return looks.size();
    }

    private void move(Charge charge, String share) {
        long bytes = charge.bytes;
        charge(charge, 0);
        charge.share = share;
        charge(charge, bytes);
    }

    private void charge(Charge charge, long bytes) {
        long more = bytes - charge.bytes;
        charge.bytes = bytes;
        used += more;
        long share = shares.getOrDefault(charge.share, 0L) + more;
        if (share == 0) {
            shares.remove(charge.share);
        } else {
            shares.put(charge.share, share);
        }
    }

    /**
     * Returns how much is charged.
     *
     * @return bytes
     */
    public synchronized long used() {
        return used;
    }
}
