package dev.letterbox.queues;

import dev.letterbox.Caller;
import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.BriefWait;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.queues.lane.ClientLanes;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.queues.reaper.Coroner;
import dev.letterbox.queues.reaper.Verdict;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.SendOutcome;
import dev.letterbox.sysv.Waiting;
import dev.letterbox.sysv.error.QueueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The route to one private queue, as it was when its client first named it. */
final class PrivateQueueRoute implements Route.ToClient {
    /** Of {@code struct msg_msg} (48 bytes), as the kernel's allocator rounds it. */
    private static final long MESSAGE_OVERHEAD = 64;

    private final MessageQueue queue;
    private volatile QueueStatus seen;
    private final int server;
    private final Coroner coroner;
    private final ClientLanes lanes;
    private final Waiting waiting;
    private final boolean maySend;
    private final Caller owner;
    private final ReturnAddress address;
    private volatile @Nullable BirthCertificate certificate;
    private volatile long lookedAt = System.nanoTime();

    /**
     * Makes a route.
     *
     * @param seen the queue as it is now
     * @param server the server's user
     * @param coroner finds out whether the client has died
     * @param lanes the server's, which its clients make
     * @param waiting how to wait for room
     * @param maySend whether anything is to be sent at all: without that, each offer is {@link Offer#DENIED}
     */
    PrivateQueueRoute(
            QueueStatus seen, int server, Coroner coroner, ClientLanes lanes, Waiting waiting, boolean maySend) {
        this.queue = MessageQueue.ofId(seen.id());
        this.seen = seen;
        this.server = server;
        this.coroner = coroner;
        this.lanes = lanes;
        this.waiting = waiting;
        this.maySend = maySend;
        this.owner = Caller.ofUser(seen.creatorUid(), seen.creatorGid());
        this.address = ReturnAddress.ofQueue(seen.id());
    }

    @Override
    public ReturnAddress address() {
        return address;
    }

    @Override
    public Offer offer(Message message) {
        if (!maySend) {
            return Offer.DENIED;
        }
        try {
            return offered(queue.offer(QueueMessage.toSend(message)));
        } catch (QueueException refused) {
            throw KernelRefusal.of(refused);
        }
    }

    @Override
    public Offer offerAgain(Message message) {
        if (!maySend) {
            return Offer.DENIED;
        }
        try {
            Offer offered = offered(queue.offerAgain(QueueMessage.toSend(message), seen));
            return offered == Offer.GONE && isUnchanged(0) ? offer(message) : offered;
        } catch (QueueException refused) {
            throw KernelRefusal.of(refused);
        }
    }

    private static Offer offered(SendOutcome outcome) {
        return switch (outcome) {
            case SENT -> Offer.SENT;
            case FULL -> Offer.FULL;
            case GONE -> Offer.GONE;
            case DENIED -> Offer.DENIED;
        };
    }

    @Override
    public Caller owner() {
        return owner;
    }

    @Override
    public boolean isConfidential() {
        return seen.ownerUid() == server && seen.mode().equals(Mode.OWNER);
    }

    @Override
    public boolean isUnchanged(long holds) {
        long now = System.nanoTime();
        if (now - lookedAt < holds) {
            return true;
        }
        boolean same = queue.isStill(seen) || isTheSameThoughChanged();
        if (same) {
            lookedAt = now;
        }
        return same;
    }

    /** The owner, the server's user and root may give a queue another size: its certificate shows that it is the same. */
    private boolean isTheSameThoughChanged() {
        BirthCertificate known = certificate;
        if (known == null) {
            return false;
        }
        QueueStatus before = seen;
        Optional<QueueStatus> now = MessageQueues.find(before.id())
                .filter(found -> found.isPrivate()
                        && found.creatorUid() == before.creatorUid()
                        && found.ownerUid() == before.ownerUid()
                        && found.mode().equals(before.mode()))
                .filter(found ->
                        coroner.certificate(found).filter(known::equals).isPresent());
        now.ifPresent(found -> seen = found);
        return now.isPresent();
    }

    @Override
    public boolean hasEnded() {
        if (!isUnchanged(0)) {
            return true;
        }
        BirthCertificate known = certificate;
        if (known == null) {
            known = coroner.certificate(seen).orElse(null);
            certificate = known;
        }
        return known != null && coroner.examine(known, seen.creatorUid()) instanceof Verdict.Dead;
    }

    /** Looks again: the owner may have changed the mode since. */
    @Override
    public String whyDenied() {
        QueueStatus now = MessageQueues.find(seen.id()).orElse(seen);
        return "%s of uid %s has mode %s: %s may send to it, and this server has uid %s"
                .formatted(
                        address,
                        Integer.toUnsignedString(now.ownerUid()),
                        now.mode(),
                        writers(now),
                        Integer.toUnsignedString(server));
    }

    private static String writers(QueueStatus queue) {
        int mode = queue.mode().bits();
        List<String> writers = new ArrayList<>();
        if ((mode & 0_200) != 0) {
            writers.add(both("uid", queue.ownerUid(), queue.creatorUid()));
        }
        if ((mode & 0_020) != 0) {
            writers.add(both("gid", queue.ownerGid(), queue.creatorGid()));
        }
        if ((mode & 0_002) != 0) {
            writers.add("all others");
        }
        return writers.isEmpty() ? "nobody" : "only " + String.join(" and ", writers);
    }

    private static String both(String kind, int owner, int creator) {
        String first = kind + " " + Integer.toUnsignedString(owner);
        return owner == creator ? first : first + " and " + kind + " " + Integer.toUnsignedString(creator);
    }

    @Override
    public int capacity() {
        // One that holds nothing at all is a stalled one.
        return Math.clamp(seen.capacity().orElse(Integer.MAX_VALUE), 1, Integer.MAX_VALUE);
    }

    @Override
    public int reserved() {
        return BirthCertificate.BYTES;
    }

    /** The kernel charges each message to the control group of its sender, with a header. */
    @Override
    public long unread() {
        return MessageQueues.find(seen.id())
                .filter(now -> now.creatorUid() == seen.creatorUid() && now.isPrivate())
                .map(now -> now.bytes() + MESSAGE_OVERHEAD * now.messages())
                .orElse(0L);
    }

    @Override
    public long unreadAtMost() {
        return maySend ? capacity() + MESSAGE_OVERHEAD : 0;
    }

    @Override
    public int longestMessage() {
        return QueueTransport.LONGEST_MESSAGE;
    }

    @Override
    public Optional<Lane> lane(LaneAddress address) {
        return maySend && isConfidential() ? lanes.attach(address, seen.creatorUid()) : Optional.empty();
    }

    @Override
    public BriefWait briefWait() {
        return new SpinForRoom(waiting);
    }
}
