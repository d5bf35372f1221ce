package dev.letterbox.queues;

import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.Message;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.TransportException;
import dev.letterbox.queues.lane.SegmentLane;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.queues.reaper.ProcessMark;
import dev.letterbox.queues.reaper.Reaper;
import dev.letterbox.queues.reaper.SharedToken;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.UserNamespace;
import dev.letterbox.sysv.Waiting;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.error.TableFullException;
import dev.letterbox.sysv.life.DeathBell;
import dev.letterbox.sysv.life.LifeToken;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.wire.SessionWire;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's private queue, and its handle on the server's.
 *
 * <p>Exactly two users can reach the private queue, the client's and the server's: it is made with mode 0600 and then
 * given to the server's user.
 */
final class QueueClientEndpoint implements ClientEndpoint {
    /** Of the dialects that this client may speak; a server that sends one so long must not wait for ever. */
    private static final int LONGEST_RESPONSE = 8192;

    /** The reaper removes what it found dead twice, five seconds apart. */
    private static final Duration PATIENCE_WITH_REAPER = Reaper.BETWEEN_STRIKES.plusSeconds(3);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

    private final ServerQueue server;
    private final OwnedQueue responses;
    private final ReturnAddress address;
    private final boolean hasToken;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable DeathBell bell;

    private QueueClientEndpoint(ServerQueue server, OwnedQueue responses, boolean hasToken) {
        this.server = server;
        this.responses = responses;
        this.address = ReturnAddress.ofQueue(responses.id());
        this.hasToken = hasToken;
    }

    static QueueClientEndpoint open(Key key, Waiting waiting, Duration patience) {
        try {
            return make(key, waiting, patience);
        } catch (NoSuchQueueException absent) {
            throw new NoServerException("key " + key, absent);
        } catch (QueueException refused) {
            throw KernelRefusal.of(refused);
        }
    }

    private static QueueClientEndpoint make(Key key, Waiting waiting, Duration patience) {
        ServerQueue server = ServerQueue.open(key, waiting, patience);
        QueueStatus status = server.found();
        if (UserNamespace.mayHideUser(status.ownerUid())) {
            throw new TransportException(
                    ("The user of the server on %s has no id in this user namespace, which shows uid %s. So this client cannot"
                                    + " give that user a private queue for the answers. Map that user into the namespace"
                                    + " (/proc/self/uid_map), or run the client outside of it.")
                            .formatted(server.queue(), Integer.toUnsignedString(status.ownerUid())));
        }
        // Before the queue: from its first moment there is little time in which nobody can say whose it is.
        Optional<LifeToken> token = SharedToken.take(status.ownerUid());
        boolean opened = false;
        try {
            OwnedQueue responses = makeQueue(server.queue(), status, patience, maker(status, certificate(key, token)));
            responses.setWaiting(waiting);
            try {
                keepCertificateIfThereIsRoom(responses);
                opened = true;
                return new QueueClientEndpoint(server, responses, token.isPresent());
            } finally {
                if (!opened) {
                    responses.closeOrWarn();
                }
            }
        } finally {
            if (!opened && token.isPresent()) {
                SharedToken.giveBack(status.ownerUid());
            }
        }
    }

    /**
     * Makes the private queue. Where the table of queues is full, and some of them may be orphans of this server's, the
     * server is told, and has the time it needs to remove them, if the caller has it.
     */
    private static OwnedQueue makeQueue(
            MessageQueue server, QueueStatus status, Duration patience, Supplier<OwnedQueue> maker) {
        try {
            return maker.get();
        } catch (TableFullException full) {
            if (!mayBeFreed(status)) {
                throw full;
            }
            QueueMessage message = new QueueMessage(SessionWire.REQUEST_HEADER);
            SessionWire.tableFull(message);
            server.trySend(QueueMessage.toSend(message));
            return makeWhenFreed(
                    full, patience.compareTo(PATIENCE_WITH_REAPER) < 0 ? patience : PATIENCE_WITH_REAPER, maker);
        }
    }

    private static OwnedQueue makeWhenFreed(TableFullException full, Duration patience, Supplier<OwnedQueue> maker) {
        long deadline = System.nanoTime() + patience.toNanos();
        TableFullException last = full;
        for (long left;
                (left = deadline - System.nanoTime()) > 0
                        && !Thread.currentThread().isInterrupted(); ) {
            LockSupport.parkNanos(Math.min(left, BETWEEN_TRIES.toNanos()));
            try {
                return maker.get();
            } catch (TableFullException still) {
                last = still;
            }
        }
        throw last;
    }

    /** A classic server would take the message for a request; and where no queue looks like a client's, none is one. */
    private static boolean mayBeFreed(QueueStatus server) {
        return ServerStatus.ofLock(server)
                        .filter(found -> found.state() == ServerStatus.State.RUNNING)
                        .isPresent()
                && MessageQueues.list().stream()
                        .anyMatch(queue -> queue.isPrivate()
                                && queue.ownerUid() == server.ownerUid()
                                && queue.mode().equals(Mode.OWNER));
    }

    private static Supplier<OwnedQueue> maker(QueueStatus server, Optional<MessageBuffer> certificate) {
        int uid = server.ownerUid();
        // The mode gives the group nothing.
        int gid = UserNamespace.mayHideGroup(server.ownerGid())
                ? (int) Linux.host().getegid()
                : server.ownerGid();
        return certificate
                .<Supplier<OwnedQueue>>map(message -> () -> OwnedQueue.createPrivate(uid, gid, message))
                .orElse(() -> makeUncertified(uid, gid));
    }

    /** Makes the queue of a process that cannot say who it is. */
    static OwnedQueue makeUncertified(int uid, int gid) {
        OwnedQueue made = OwnedQueue.createPrivate(Mode.OWNER);
        boolean given = false;
        try {
            made.setOwner(uid, gid);
            given = true;
            return made;
        } finally {
            if (!given) {
                made.closeOrWarn();
            }
        }
    }

    /** Returns the message that says whose queue it is, in the queue itself; empty if there is nothing to say. */
    private static Optional<MessageBuffer> certificate(Key key, Optional<LifeToken> token) {
        return ProcessMark.current().map(process -> {
            MessageBuffer message = MessageBuffer.fixed(BirthCertificate.BYTES);
            new BirthCertificate(process, key, token.map(BirthCertificate.Token::of)).encode(message);
            return message;
        });
    }

    /** Where it would leave no room for a long message, it stays unsaid. */
    private static void keepCertificateIfThereIsRoom(OwnedQueue queue) {
        OptionalLong capacity =
                MessageQueues.find(queue.id()).map(QueueStatus::capacity).orElse(OptionalLong.empty());
        if (capacity.orElse(0) - BirthCertificate.BYTES < LONGEST_RESPONSE) {
            queue.tryReceive(MessageBuffer.fixed(BirthCertificate.BYTES), Selector.exactly(BirthCertificate.TYPE));
        }
    }

    @Override
    public Message newMessage() {
        return new QueueMessage(QueueTransport.LONGEST_MESSAGE);
    }

    @Override
    public ReturnAddress address() {
        return address;
    }

    @Override
    public void send(Message message, Duration timeout) throws InterruptedException {
        MessageQueue queue = server.queue();
        MessageBuffer buffer = QueueMessage.toSend(message);
        try {
            try {
                queue.send(buffer, timeout);
            } catch (NoSuchQueueException | QueueRemovedException removed) {
                server.sendToNext(buffer, timeout, queue, removed);
            }
        } catch (QueueException refused) {
            throw KernelRefusal.of(refused);
        }
    }

    @Override
    public boolean receive(Message message, Duration timeout) throws InterruptedException {
        try {
            boolean came = responses.tryReceive(QueueMessage.toReceive(message), BirthCertificate.ALL_ELSE, timeout);
            if (came) {
                QueueMessage.received(message);
            }
            return came;
        } catch (NoSuchQueueException | QueueRemovedException removed) {
            throw new TransportException(
                    "This client's queue %d was removed (by ipcrm, or by systemd's RemoveIPC). Run the client again."
                            .formatted(responses.id()),
                    removed);
        } catch (QueueException refused) {
            throw KernelRefusal.of(refused);
        }
    }

    /** Where it does not fit, there is more than the certificate in the queue, so nobody sleeps. */
    @Override
    public void wake() {
        QueueMessage message = new QueueMessage(SessionWire.RESPONSE_HEADER);
        SessionWire.wake(message);
        try {
            responses.trySend(QueueMessage.toSend(message));
        } catch (QueueException gone) {
            log("nobody to wake: " + gone.getMessage());
        }
    }

    @Override
    public boolean onServerEnd(Runnable ended) {
        return server.onServerEnd(ended);
    }

    @Override
    public void tie(int told) {
        if (told > 0) {
            DeathBell hung = DeathBell.ofId(told - 1);
            if (hung.tie(server.user())) {
                bell = hung;
            }
        }
    }

    @Override
    public boolean isServerThere() {
        return server.isThere();
    }

    @Override
    public int serverQueue() {
        return server.queue().id();
    }

    @Override
    public Optional<Lane> makeLane(int bytes) {
        return SegmentLane.make(server.user(), bytes);
    }

    @Override
    public String whySilent() {
        return new SilenceReason(server, responses.id()).text();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            DeathBell tied = bell;
            if (tied != null) {
                tied.untie();
            }
            try {
                // Nobody can do anything about a queue that stays.
                responses.closeOrWarn();
            } finally {
                server.close();
                // Last: as long as the queue is there, its owner must be seen to live.
                if (hasToken) {
                    SharedToken.giveBack(server.user());
                }
            }
        }
    }

    /** Asks for the logger when there is something to log: to find it all jars are searched. */
    private static void log(String text) {
        System.getLogger(QueueClientEndpoint.class.getName()).log(System.Logger.Level.DEBUG, text);
    }
}
