package dev.letterbox.queues;

import dev.letterbox.Access;
import dev.letterbox.Caller;
import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.OrphanCollector;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.engine.QueueFigures;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.error.TransportException;
import dev.letterbox.queues.lane.ClientLanes;
import dev.letterbox.queues.reaper.Coroner;
import dev.letterbox.queues.reaper.OrphanedQueues;
import dev.letterbox.queues.reaper.Reaper;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Permission;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.Waiting;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueClosedException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.life.DeathBell;
import dev.letterbox.sysv.linux.Linux;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of the kernel's queues: receives from its {@linkplain WellKnownQueue well-known queue}, and finds the
 * ways to its clients.
 */
final class QueueServerEndpoint implements ServerEndpoint {
    private static final Logger LOG = System.getLogger(QueueServerEndpoint.class.getName());

    private static final long BETWEEN_RINGS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Of the message that a server sends to itself. */
    private static final long PROBE_TYPE = Long.MAX_VALUE;

    private final WellKnownQueue place;
    private final Waiting waiting;
    private final boolean ignoringModes;
    private final int user = (int) Linux.host().geteuid();
    private final Permission permission = Permission.ofThisProcess();
    private final PeriodicWarning unconsented = new PeriodicWarning(LOG);
    private final Coroner coroner = Coroner.of(user);
    private final ClientLanes lanes = new ClientLanes();
    private final WaitingRoom taken = new WaitingRoom();
    private volatile boolean probing;

    /** How a killed server left the queue, until its last message has been received. The receiver's alone. */
    private @Nullable QueueStatus leftOver;

    private long leftOverMessages;

    private QueueServerEndpoint(WellKnownQueue place, Waiting waiting, boolean ignoringModes) {
        this.place = place;
        this.waiting = waiting;
        this.ignoringModes = ignoringModes;
        this.leftOver = place.leftOver();
        this.leftOverMessages = leftOver == null ? 0 : leftOver.messages();
    }

    static QueueServerEndpoint open(Key key, Access access, Waiting waiting, boolean ignoringModes) {
        try {
            // A server that cannot answer would leave its clients waiting.
            MessageQueues.checkFilters();
            return new QueueServerEndpoint(WellKnownQueue.open(key, access, waiting), waiting, ignoringModes);
        } catch (QueueException refused) {
            throw KernelRefusal.of(refused);
        }
    }

    @Override
    public boolean receive(Envelope envelope) throws InterruptedException {
        Message message = envelope.message();
        boolean excludedByMode = true;
        while (!place.isStopped()) {
            MessageQueue current = place.queue();
            try {
                if (!taken.next(message)) {
                    current.receive(QueueMessage.toReceive(message), Selector.any());
                    QueueMessage.received(message);
                }
                taken.fill(current);
                received();
                return true;
            } catch (QueueClosedException asked) {
                requireNotLost();
                return false;
            } catch (QueueRemovedException removed) {
                leftOver = null;
                place.restore();
            } catch (QueueAccessException excluded) {
                if (!excludedByMode) {
                    throw KernelRefusal.of(excluded);
                }
                excludedByMode = restoreMode(excluded);
            } catch (QueueException refused) {
                throw KernelRefusal.of(refused);
            }
        }
        requireNotLost();
        return false;
    }

    private void requireNotLost() {
        TransportException why = place.lost();
        if (why != null) {
            throw why;
        }
    }

    /** Returns false if the mode was not the reason. */
    private boolean restoreMode(QueueAccessException excluded) {
        try {
            return place.restoreMode();
        } catch (QueueException refused) {
            excluded.addSuppressed(refused);
            throw KernelRefusal.of(excluded);
        }
    }

    @Override
    public boolean sendProbe() {
        probing = true;
        try {
            // Where there is no room, there is something else to receive.
            place.queue().trySend(MessageBuffer.allocate(0).put(PROBE_TYPE, new byte[0]));
        } catch (QueueException gone) {
            LOG.log(Level.DEBUG, "no message to this server: {0}", gone.getMessage());
        }
        return true;
    }

    @Override
    public boolean isProbe(Envelope envelope) {
        // Of a stranger's message of the same kind one is taken for it, which is as good a proof.
        boolean own = probing
                && envelope.message().type() == PROBE_TYPE
                && envelope.message().size() == 0;
        if (own) {
            probing = false;
        }
        return own;
    }

    private void received() {
        // The one just received still counts: its route is asked for next.
        if (leftOver != null && leftOverMessages-- == 0) {
            leftOver = null;
        }
    }

    @Override
    public boolean tryReceive(Envelope envelope) {
        Message message = envelope.message();
        if (taken.next(message)) {
            return true;
        }
        try {
            // The handle is closed when the endpoint was stopped.
            boolean came =
                    MessageQueue.ofId(place.queue().id()).tryReceive(QueueMessage.toReceive(message), Selector.any());
            if (came) {
                QueueMessage.received(message);
            }
            return came;
        } catch (QueueException gone) {
            LOG.log(Level.DEBUG, "nothing more to receive: {0}", gone.getMessage());
            return false;
        }
    }

    @Override
    public Route resolve(Envelope envelope, int stated) {
        Optional<QueueStatus> found = MessageQueues.find(stated);
        if (found.isEmpty()) {
            return leftOver == null ? Route.None.GONE : Route.None.STALE;
        }
        QueueStatus client = found.get();
        if (!client.isPrivate()) {
            return Route.None.NOT_PRIVATE;
        }
        // A queue that was made after the last request was sent has the id of a client that is gone.
        QueueStatus left = leftOver;
        if (left != null
                && left.sent().filter(last -> client.changed().isAfter(last)).isPresent()) {
            return Route.None.STALE;
        }
        boolean maySend = ignoringModes || mayServerSend(client, user, permission);
        if (!maySend) {
            unconsented.warn(() ->
                    ("No answer to %s: its mode %s, with owner uid %d, does not let this server (uid %d) send to it, and the"
                                    + " server does not use its privileges for that. The client can set the queue's mode to 0622; or, to answer on every"
                                    + " queue that a request names: serve --ignore-modes")
                            .formatted(
                                    ReturnAddress.ofQueue(client.id()),
                                    client.mode(),
                                    Integer.toUnsignedLong(client.ownerUid()),
                                    Integer.toUnsignedLong(user)));
        }
        return new PrivateQueueRoute(client, user, coroner, lanes, waiting, maySend);
    }

    /** A queue of its own user a server may always send to: that user could set the mode. */
    static boolean mayServerSend(QueueStatus queue, int user, Permission permission) {
        return queue.ownerUid() == user || queue.creatorUid() == user || permission.allowsToSend(queue);
    }

    @Override
    public Optional<UserProcess> lastSender() {
        return MessageQueues.find(place.queue().id()).map(found -> new UserProcess(found.lastSender()));
    }

    @Override
    public int bell() {
        // An id may be 0, which on the wire means none.
        return place.bell().map(hung -> hung.id() + 1).orElse(0);
    }

    @Override
    public void onClientEnd(Runnable look, Runnable untied) {
        if (place.bell().isPresent()) {
            Thread.ofPlatform().daemon().name("letterbox-bell").start(() -> awaitRings(look, untied));
        }
    }

    private void awaitRings(Runnable look, Runnable untied) {
        for (Optional<DeathBell> hung = place.bell(); hung.isPresent() && !place.isStopped(); hung = place.bell()) {
            if (hung.get().awaitRing()) {
                look.run();
                // Anybody may ring it as often as they like.
                LockSupport.parkNanos(BETWEEN_RINGS);
            } else if (isHungAgain(hung.get())) {
                // Clients are tied to the one that was removed.
                untied.run();
            } else {
                return;
            }
        }
    }

    private boolean isHungAgain(DeathBell removed) {
        try {
            place.restore();
            return place.bell().filter(removed::equals).isEmpty();
        } catch (TransportException told) {
            // The receiver tells it, as it ends the server.
            return false;
        }
    }

    @Override
    public Optional<OrphanCollector> orphans(OrphanCollector.Sessions sessions) {
        return Optional.of(new OrphanedQueues(new Reaper(
                coroner, Reaper.BETWEEN_STRIKES, System::nanoTime, id -> sessions.end(ReturnAddress.ofQueue(id)))));
    }

    @Override
    public String name() {
        return place.queue().toString();
    }

    @Override
    public OptionalInt queueId() {
        return OptionalInt.of(place.queue().id());
    }

    @Override
    public Caller user() {
        return Caller.ofUser(user, (int) Linux.host().getegid());
    }

    @Override
    public QueueFigures figures() {
        Optional<QueueStatus> now = MessageQueues.find(place.queue().id());
        return new QueueFigures(
                place.queue().id(),
                now.map(QueueStatus::keyValue).orElse(0),
                now.map(found -> new QueueFigures.Depth(
                        found.messages(), found.bytes(), found.capacity().orElse(0))),
                MessageQueues.usage().queues(),
                MessageQueues.limits().maxQueues());
    }

    @Override
    public Envelope newEnvelope() {
        Message message = newMessage();
        return () -> message;
    }

    @Override
    public Message newMessage() {
        return new QueueMessage(QueueTransport.LONGEST_MESSAGE);
    }

    @Override
    public void stop() {
        place.stop();
    }

    @Override
    public void close() {
        place.close();
    }
}
