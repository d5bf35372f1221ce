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
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.queues.lane.ClientLanes;
import dev.letterbox.queues.reaper.Coroner;
import dev.letterbox.queues.reaper.OrphanedQueues;
import dev.letterbox.queues.reaper.Reaper;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.Waiting;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueClosedException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueExistsException;
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
 * The well-known queue of a server, made so that nobody else can be taken for the server: exclusively, or taken over
 * from a server of the same user that was killed.
 *
 * <p>Unlike a client's queue it is not removed at once when the JVM ends, but by the server, when those at work are done.
 * Should somebody remove it meanwhile, it is made again.
 */
final class QueueServerEndpoint implements ServerEndpoint {
    private static final Logger LOG = System.getLogger(QueueServerEndpoint.class.getName());

    private static final long BETWEEN_RINGS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Key key;
    private final Access access;
    private final ServerLock lock;
    private final int user = (int) Linux.host().geteuid();
    private final OwnRights rights = OwnRights.ofThisProcess();
    private final PeriodicWarning unconsented = new PeriodicWarning(LOG);
    private final Coroner coroner = Coroner.of(user);
    private final ClientLanes lanes = new ClientLanes();
    private final Optional<DeathBell> bell;
    private volatile MessageQueue queue;
    private volatile Waiting waiting = Waiting.ADAPTIVE;
    private volatile boolean ignoringModes;
    private volatile boolean stopped;
    private final WaitingRoom taken = new WaitingRoom();

    /** How a killed server left the queue, until its last message has been received. The receiver's alone. */
    private @Nullable QueueStatus leftOver;

    private long leftOverMessages;

    private QueueServerEndpoint(
            Key key, Access access, ServerLock lock, MessageQueue queue, @Nullable QueueStatus leftOver) {
        this.key = key;
        this.access = access;
        this.lock = lock;
        this.queue = queue;
        this.leftOver = leftOver;
        this.leftOverMessages = leftOver == null ? 0 : leftOver.messages();
        this.bell = hang(lock, access);
    }

    /** Who may send requests may tie itself to the bell. */
    private static Optional<DeathBell> hang(ServerLock lock, Access access) {
        Optional<DeathBell> made = DeathBell.make(mode(access));
        lock.hung(made.stream().mapToInt(DeathBell::id).findFirst());
        if (made.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "No semaphore set is available (kernel.sem): clients that are killed are noticed late.");
        }
        return made;
    }

    static QueueServerEndpoint open(Key key, Access access, Waiting waiting, boolean ignoringModes) {
        try {
            QueueServerEndpoint endpoint = open(key, access);
            endpoint.waiting = waiting;
            endpoint.ignoringModes = ignoringModes;
            endpoint.queue.setWaiting(waiting);
            return endpoint;
        } catch (QueueException refused) {
            throw KernelRefusal.of(refused);
        }
    }

    /** Who may send requests: write-only for everybody but the owner. */
    private static Mode mode(Access access) {
        return switch (access) {
            case OWNER -> Mode.of(0_600);
            case GROUP -> Mode.of(0_620);
            case ALL -> Mode.of(0_622);
        };
    }

    private static QueueServerEndpoint open(Key key, Access access) {
        ServerLock lock = ServerLock.acquire(Linux.host(), key);
        try {
            lock.leftBell().ifPresent(left -> DeathBell.ofId(left).remove());
            return takeOver(lock, key, access)
                    .orElseGet(() -> new QueueServerEndpoint(key, access, lock, make(lock, key, access), null));
        } catch (RuntimeException failed) {
            lock.close();
            throw failed;
        }
    }

    private static MessageQueue make(ServerLock lock, Key key, Access access) {
        lock.making();
        try {
            MessageQueue made = MessageQueue.create(key, mode(access));
            lock.made(made.id());
            return made;
        } catch (QueueExistsException squatted) {
            throw new ServerStartException(
                    "Somebody made a queue with key " + key + " in this moment: " + squatted.getMessage(), squatted);
        }
    }

    private static Optional<QueueServerEndpoint> takeOver(ServerLock lock, Key key, Access access) {
        MessageQueue queue;
        try {
            queue = MessageQueue.open(key);
        } catch (NoSuchQueueException free) {
            return Optional.empty();
        }
        Optional<QueueStatus> status = MessageQueues.find(queue.id());
        if (status.isEmpty()) {
            return Optional.empty();
        }
        QueueStatus found = status.get();
        int me = (int) Linux.host().geteuid();
        if (found.creatorUid() != me || found.ownerUid() != me) {
            throw new ServerStartException(
                    ("The queue with key %s is a stranger's: queue %d, creator uid %d, owner uid %d, mode %s; you are uid %d. Serving on it"
                                    + " would hand them your clients' requests. Have it removed (ipcrm -Q %s), or choose another key.")
                            .formatted(
                                    key,
                                    found.id(),
                                    Integer.toUnsignedLong(found.creatorUid()),
                                    Integer.toUnsignedLong(found.ownerUid()),
                                    found.mode(),
                                    Integer.toUnsignedLong(me),
                                    key));
        }
        if (!lock.left(found.id())) {
            throw new ServerStartException(
                    ("Another program of yours made the queue with key %s (queue %d, %d messages): it is not left over from a Letterbox"
                                    + " server. If that program is gone, remove it (ipcrm -Q %s); else choose another key.")
                            .formatted(key, found.id(), found.messages(), key));
        }
        queue.setMode(mode(access));
        lock.made(queue.id());
        LOG.log(
                Level.INFO,
                "Took over {0}, left by a server that was killed, with {1} messages in it.",
                queue,
                found.messages());
        return Optional.of(new QueueServerEndpoint(key, access, lock, queue, found));
    }

    @Override
    public boolean receive(Envelope envelope) throws InterruptedException {
        Message message = envelope.message();
        while (!stopped) {
            MessageQueue current = queue;
            try {
                if (!taken.next(message)) {
                    current.receive(QueueMessage.toReceive(message), Selector.any());
                    QueueMessage.received(message);
                }
                taken.fill(current);
                received();
                return true;
            } catch (QueueClosedException asked) {
                return false;
            } catch (QueueRemovedException removed) {
                makeAgain(removed);
            } catch (QueueException refused) {
                throw KernelRefusal.of(refused);
            }
        }
        return false;
    }

    private synchronized void makeAgain(QueueRemovedException removed) {
        if (stopped) {
            return;
        }
        LOG.log(Level.WARNING, "Somebody removed the server queue; it is made again. {0}", removed.getMessage());
        leftOver = null;
        MessageQueue made = make(lock, key, access);
        made.setWaiting(waiting);
        queue = made;
        LOG.log(Level.WARNING, "Serving on {0} now.", queue);
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
            boolean came = MessageQueue.ofId(queue.id()).tryReceive(QueueMessage.toReceive(message), Selector.any());
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
        boolean maySend = ignoringModes || rights.maySend(client);
        if (!maySend) {
            unconsented.warn(
                    ("No answer to %s: its mode %s, with owner uid %d, does not let this server (uid %d) send to it, and no"
                                    + " privilege is used for that. Its client can give it the mode 0622; or, to answer on every"
                                    + " queue that somebody names: serve --ignore-modes")
                            .formatted(
                                    ReturnAddress.ofQueue(client.id()),
                                    client.mode(),
                                    Integer.toUnsignedLong(client.ownerUid()),
                                    Integer.toUnsignedLong(user)));
        }
        return new PrivateQueueRoute(client, user, coroner, lanes, waiting, maySend);
    }

    @Override
    public Optional<UserProcess> lastSender() {
        return MessageQueues.find(queue.id()).map(found -> new UserProcess(found.lastSender()));
    }

    @Override
    public int bell() {
        // An id may be 0, which on the wire means none.
        return bell.map(hung -> hung.id() + 1).orElse(0);
    }

    @Override
    public void onClientEnd(Runnable look) {
        bell.ifPresent(hung -> Thread.ofPlatform()
                .daemon()
                .name("letterbox-bell")
                .start(() -> {
                    while (hung.awaitRing()) {
                        look.run();
                        // Anybody may ring it as often as they like.
                        LockSupport.parkNanos(BETWEEN_RINGS);
                    }
                }));
    }

    @Override
    public Optional<OrphanCollector> orphans(OrphanCollector.Sessions sessions) {
        return Optional.of(new OrphanedQueues(new Reaper(
                coroner, Reaper.BETWEEN_STRIKES, System::nanoTime, id -> sessions.end(ReturnAddress.ofQueue(id)))));
    }

    @Override
    public String name() {
        return queue.toString();
    }

    @Override
    public OptionalInt queueId() {
        return OptionalInt.of(queue.id());
    }

    @Override
    public Caller user() {
        return Caller.ofUser(user, (int) Linux.host().getegid());
    }

    @Override
    public QueueFigures figures() {
        Optional<QueueStatus> now = MessageQueues.find(queue.id());
        return new QueueFigures(
                queue.id(),
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
    public synchronized void stop() {
        stopped = true;
        queue.close();
    }

    /** Removes the queue, then gives the lock back. */
    @Override
    public void close() {
        stop();
        try {
            MessageQueue.ofId(queue.id()).remove();
        } catch (QueueException removedByHand) {
            LOG.log(Level.WARNING, "{0} cannot be removed: {1}", queue, removedByHand.getMessage());
        } finally {
            bell.ifPresent(DeathBell::remove);
            lock.close();
        }
    }
}
