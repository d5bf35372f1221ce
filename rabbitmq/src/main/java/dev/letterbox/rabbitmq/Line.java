package dev.letterbox.rabbitmq;

import dev.letterbox.Caller;
import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.error.TransportException;
import dev.letterbox.rabbitmq.Publisher.Fate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One server's way to one private queue. The client grants how many bytes may be sent by it in all, and grants more as it
 * reads; so what a client does not read is bounded, and no queue is ever full.
 */
final class Line implements Route.ToClient {
    /** What each server may send to a client that has not granted anything yet. */
    static final long FIRST_GRANT = 256 * 1024;

    /** The most that a client can have on its way by one line, whatever it grants. */
    static final long MOST = 4 * 1024 * 1024;

    private static final long BETWEEN_PROBES = TimeUnit.MILLISECONDS.toNanos(100);

    /** A client that has nothing on its way and takes nothing for so long may have ended: no message would tell. */
    private static final long QUIET = TimeUnit.SECONDS.toNanos(3);

    private final Sender sender;
    private final String queue;
    private final ReturnAddress address;
    private final Caller owner;
    private final long number;

    // All below is guarded by this object's monitor.
    private long granted = FIRST_GRANT;
    private long sent;
    private long taken;
    private long settledUpTo;
    private final Set<Long> settledBeyond = new HashSet<>();
    private Offer state = Offer.SENT;
    private long knownAt = System.nanoTime() - BETWEEN_PROBES;
    private boolean news;
    private List<Runnable> looks = new ArrayList<>(1);
    private final Queue<Settled> answers = new PriorityQueue<>(1, Comparator.comparingLong(Settled::upTo));

    /** How a line sends. */
    interface Sender {
        boolean offer(String queue, byte[] bytes, Publisher.Receipt receipt);

        void onRoom(Runnable look);
    }

    private record Settled(long upTo, Runnable then) {}

    Line(Sender sender, String queue, Caller owner, long number) {
        this.sender = sender;
        this.queue = queue;
        this.address = ReturnAddress.named(queue);
        this.owner = owner;
        this.number = number;
    }

    long number() {
        return number;
    }

    @Override
    public ReturnAddress address() {
        return address;
    }

    @Override
    public Offer offer(Message message) {
        if (message.size() > Wire.LONGEST) {
            throw new TransportException("A message of %d bytes is too long for RabbitMQ here: the longest has %d."
                    .formatted(message.size(), Wire.LONGEST));
        }
        long cost = Wire.cost(message.size());
        long place;
        synchronized (this) {
            if (state != Offer.SENT) {
                return state;
            }
            if (sent + cost > granted) {
                return Offer.FULL;
            }
            sent += cost;
            place = ++taken;
        }
        // Without the monitor: the thread that reads what the broker says must never wait for one that writes.
        if (sender.offer(queue, Wire.encode(message, number), fate -> settle(place, fate))) {
            return Offer.SENT;
        }
        synchronized (this) {
            sent -= cost;
        }
        settle(place, Fate.TAKEN);
        return Offer.FULL;
    }

    private void settle(long place, Fate fate) {
        List<Runnable> due = new ArrayList<>(2);
        synchronized (this) {
            if (fate == Fate.TAKEN) {
                knownAt = System.nanoTime();
            } else if (fate == Fate.REFUSED && state == Offer.SENT) {
                state = Offer.DENIED;
            } else if (state == Offer.SENT) {
                state = Offer.GONE;
            }
            if (place == settledUpTo + 1) {
                settledUpTo = place;
                while (!settledBeyond.isEmpty() && settledBeyond.remove(settledUpTo + 1)) {
                    settledUpTo++;
                }
            } else {
                settledBeyond.add(place);
            }
            for (Settled first = answers.peek();
                    first != null && (state != Offer.SENT || first.upTo <= settledUpTo);
                    first = answers.peek()) {
                due.add(answers.remove().then);
            }
            if (state != Offer.SENT) {
                due.addAll(takeLooks());
            }
        }
        due.forEach(Runnable::run);
    }

    /** With the monitor held. What happens while nobody waits is kept for the next one who does. */
    private List<Runnable> takeLooks() {
        if (looks.isEmpty()) {
            news = true;
            return List.of();
        }
        List<Runnable> due = looks;
        looks = new ArrayList<>(1);
        return due;
    }

    /** The client takes so many bytes in all. */
    void grant(long total) {
        List<Runnable> due;
        synchronized (this) {
            long most = Math.min(total, sent + MOST);
            if (most <= granted) {
                return;
            }
            granted = most;
            due = takeLooks();
        }
        due.forEach(Runnable::run);
    }

    /** The server's connection to the broker is lost, or the client is known to have ended. */
    void end() {
        List<Runnable> due = new ArrayList<>();
        synchronized (this) {
            if (state == Offer.SENT) {
                state = Offer.GONE;
            }
            answers.forEach(each -> due.add(each.then));
            answers.clear();
            due.addAll(takeLooks());
        }
        due.forEach(Runnable::run);
    }

    @Override
    public synchronized long taken() {
        return taken;
    }

    @Override
    public synchronized Offer settled(long upTo) {
        return state != Offer.SENT ? state : settledUpTo >= upTo ? Offer.SENT : Offer.FULL;
    }

    @Override
    public boolean onSettled(long upTo, Runnable look) {
        synchronized (this) {
            if (state == Offer.SENT && settledUpTo < upTo) {
                answers.add(new Settled(upTo, look));
                return true;
            }
        }
        look.run();
        return true;
    }

    @Override
    public boolean onRoom(Runnable look) {
        boolean here;
        synchronized (this) {
            boolean waits = granted - sent < Wire.cost(Wire.LONGEST);
            here = state != Offer.SENT || news;
            news = false;
            if (!here && waits) {
                looks.add(look);
                return true;
            }
        }
        if (here) {
            look.run();
        } else {
            sender.onRoom(look);
        }
        return true;
    }

    @Override
    public Caller owner() {
        return owner;
    }

    /** Only the connection that declared an exclusive queue reads it, and its name tells by whose right it was declared. */
    @Override
    public boolean isConfidential() {
        return true;
    }

    /**
     * Has the broker asked, if what is known is too old: the next look knows what it said. Who must know it now, with zero, has
     * it asked sooner than who looks now and then.
     */
    @Override
    public boolean isUnchanged(long holds) {
        boolean ask;
        synchronized (this) {
            if (state == Offer.GONE) {
                return false;
            }
            long now = System.nanoTime();
            ask = settledUpTo == taken && now - knownAt > (holds == 0 ? BETWEEN_PROBES : Math.max(holds, QUIET));
            if (ask) {
                knownAt = now;
            }
        }
        if (ask) {
            sender.offer(queue, Wire.own(Wire.PROBE, number), this::probed);
        }
        return true;
    }

    private void probed(Fate fate) {
        if (fate == Fate.GONE) {
            end();
        }
    }

    /** There is no other queue of this name, now or later. */
    @Override
    public Offer offerAgain(Message message) {
        Offer offered = offer(message);
        if (offered == Offer.FULL) {
            // The answer comes later, as that of all that is sent.
            var _ = isUnchanged(1);
        }
        return offered;
    }

    @Override
    public int capacity() {
        return (int) MOST;
    }

    @Override
    public int longestMessage() {
        return Wire.LONGEST;
    }
}
