package dev.letterbox.contract;

import dev.letterbox.Access;
import dev.letterbox.Caller;
import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.EndpointClosedException;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.engine.Settlement;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.TransportException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * An engine in this process's memory, for tests: no kernel, no broker, and faults on demand. It comes in two kinds. One
 * forgets a request when it is received, knows at once what became of a message, and has lanes, as the kernel does. The
 * other keeps requests until they are settled, attests senders, and can confirm or refuse messages later, as a broker does.
 */
public final class MemoryTransport implements Transport {
    private static final long PROBE_TYPE = Long.MAX_VALUE;
    private static final int CAPACITY = 16_384;
    private static final int LONGEST_MESSAGE = 8_192;

    private final World world;
    private final Caller user;

    private MemoryTransport(World world, Caller user) {
        this.world = world;
        this.user = user;
    }

    /** Returns an engine that forgets a request at receipt. */
    public static MemoryTransport likeAKernel() {
        return new MemoryTransport(new World(false), Caller.ofUser(1000, 1000));
    }

    /** Returns an engine that keeps requests until they are settled. */
    public static MemoryTransport likeABroker() {
        return new MemoryTransport(new World(true), Caller.named("alice"));
    }

    /** Returns the same engine, as another user sees it. */
    public MemoryTransport as(Caller other) {
        return new MemoryTransport(world, other);
    }

    @Override
    public ServerEndpoint bind(Access access) {
        return world.within(() -> {
            world.checkAlive();
            if (!world.keepsRequests && !world.servers.isEmpty()) {
                throw new ServerStartException("Another server runs in this memory already.");
            }
            ServerEnd server = new ServerEnd(world, user);
            world.servers.add(server);
            return server;
        });
    }

    @Override
    public ClientEndpoint connect(Duration patience) {
        return world.within(() -> {
            world.checkAlive();
            if (world.servers.isEmpty()) {
                throw new NoServerException("this memory", new IllegalStateException("nobody is bound"));
            }
            return new ClientEnd(world, new PrivateQueue(world, ++world.lastId, user));
        });
    }

    // Faults

    /** From here on messages to clients are taken, and wait until they are confirmed or refused. */
    public void confirmLater() {
        world.within(() -> world.confirmsLater = true);
    }

    /** Delivers what waits for its confirmation. */
    public void confirmAll() {
        world.settleAll(Offer.SENT);
    }

    /** Loses what waits for its confirmation, and says so. */
    public void refuseAll(Offer why) {
        world.settleAll(why);
    }

    /** The server process is killed: what it had not settled goes to the next one, marked as redelivered. */
    public void killServer() {
        world.within(() -> {
            world.servers.getFirst().end();
            return null;
        });
    }

    /** The engine itself ends: every call fails from here on. */
    public void lose() {
        world.within(() -> {
            world.lost = true;
            for (ServerEnd server : List.copyOf(world.servers)) {
                server.end();
            }
            world.change.signalAll();
            return null;
        });
    }

    /** From here on no server receives anything. */
    public void deafen() {
        world.within(() -> world.deaf = true);
    }

    /** A server sends a message to itself. */
    public void probe() {
        world.probe();
    }

    /** How many private queues, lanes and servers there are. */
    public int left() {
        return world.within(() -> world.queues.size() + world.lanes.size() + world.servers.size());
    }

    @SuppressWarnings("ArrayRecordComponent") // each is itself alone, wherever it is
    private record Letter(long type, byte[] body, PrivateQueue from, boolean redelivered) {
        static Letter of(Message message, PrivateQueue from) {
            return new Letter(message.type(), message.toByteArray(), from, false);
        }

        Letter again() {
            return new Letter(type, body, from, true);
        }
    }

    /** All that this engine consists of, under one lock. */
    private static final class World {
        final boolean keepsRequests;
        final ReentrantLock lock = new ReentrantLock();
        final Condition change = lock.newCondition();
        final Deque<Letter> requests = new ArrayDeque<>();
        final List<ServerEnd> servers = new ArrayList<>();
        final Map<Integer, PrivateQueue> queues = new HashMap<>();
        final Map<Integer, SharedMemory> lanes = new HashMap<>();
        int lastId;
        boolean confirmsLater;
        boolean lost;
        boolean deaf;

        World(boolean keepsRequests) {
            this.keepsRequests = keepsRequests;
        }

        <T> T within(Supplier<T> what) {
            lock.lock();
            try {
                return what.get();
            } finally {
                lock.unlock();
            }
        }

        void checkAlive() {
            if (lost) {
                throw new TransportException("The engine is lost.");
            }
        }

        boolean probe() {
            return within(() -> {
                requests.add(new Letter(PROBE_TYPE, new byte[0], null, false));
                change.signalAll();
                return true;
            });
        }

        int bytes() {
            return requests.stream().mapToInt(each -> each.body.length).sum();
        }

        void settleAll(Offer how) {
            within(() -> {
                queues.values().forEach(queue -> queue.settle(how));
                change.signalAll();
                return null;
            });
        }
    }

    /** What both ends of a lane share: gone when neither has it any more. */
    private static final class SharedMemory {
        private final World world;
        private final PrivateQueue owner;
        private final LaneAddress address;
        private final MemorySegment memory;
        private int ends;

        SharedMemory(World world, PrivateQueue owner, int bytes) {
            this.world = world;
            this.owner = owner;
            this.address = new LaneAddress(++world.lastId, bytes);
            this.memory = Arena.ofAuto().allocate(bytes);
            world.lanes.put(address.number(), this);
        }

        Lane attach(boolean readOnly) {
            ends++;
            MemorySegment seen = readOnly ? memory.asReadOnly() : memory;
            return new Lane() {
                private boolean closed;

                @Override
                public LaneAddress address() {
                    return address;
                }

                @Override
                public MemorySegment memory() {
                    return seen;
                }

                @Override
                public void close() {
                    world.within(() -> {
                        if (!closed && --ends == 0) {
                            world.lanes.remove(address.number());
                        }
                        closed = true;
                        return null;
                    });
                }
            };
        }
    }

    private static final class PrivateQueue implements Route.ToClient {
        private final World world;
        private final int id;
        private final Caller owner;
        private final ReturnAddress address;
        private final Deque<Letter> letters = new ArrayDeque<>();
        private final List<Letter> unconfirmed = new ArrayList<>();
        private final List<Runnable> looks = new ArrayList<>();
        private Offer state = Offer.SENT;

        PrivateQueue(World world, int id, Caller owner) {
            this.world = world;
            this.id = id;
            this.owner = owner;
            this.address = ReturnAddress.ofQueue(id);
            world.queues.put(id, this);
        }

        @Override
        public ReturnAddress address() {
            return address;
        }

        @Override
        public Offer offer(Message message) {
            return world.within(() -> {
                if (!isThere()) {
                    return Offer.GONE;
                }
                if (state != Offer.SENT) {
                    return state;
                }
                if (bytes() + message.size() > CAPACITY) {
                    return Offer.FULL;
                }
                (world.confirmsLater ? unconfirmed : letters).add(Letter.of(message, this));
                world.change.signalAll();
                return Offer.SENT;
            });
        }

        private int bytes() {
            return letters.stream().mapToInt(each -> each.body.length).sum()
                    + unconfirmed.stream().mapToInt(each -> each.body.length).sum();
        }

        private boolean isThere() {
            return world.queues.get(id) == this && !world.lost;
        }

        void settle(Offer how) {
            if (how == Offer.SENT) {
                letters.addAll(unconfirmed);
            } else if (!unconfirmed.isEmpty()) {
                state = how;
            }
            unconfirmed.clear();
            callBack();
        }

        private void callBack() {
            List<Runnable> called = List.copyOf(looks);
            looks.clear();
            called.forEach(look -> Thread.ofVirtual().start(look));
        }

        @Override
        public Offer settled(long upTo) {
            return world.within(() -> {
                if (!isThere()) {
                    return Offer.GONE;
                }
                return state == Offer.SENT && !unconfirmed.isEmpty() ? Offer.FULL : state;
            });
        }

        @Override
        public boolean onRoom(Runnable look) {
            return world.within(() -> world.keepsRequests && looks.add(look));
        }

        @Override
        public Caller owner() {
            return owner;
        }

        @Override
        public boolean isConfidential() {
            return true;
        }

        @Override
        public boolean isUnchanged(long holds) {
            return world.within(this::isThere);
        }

        @Override
        public Optional<Lane> lane(LaneAddress stated) {
            return world.within(() -> Optional.ofNullable(world.lanes.get(stated.number()))
                    .filter(there -> there.owner == this && there.address.equals(stated))
                    .map(there -> there.attach(false)));
        }

        @Override
        public int capacity() {
            return CAPACITY;
        }

        @Override
        public int longestMessage() {
            return LONGEST_MESSAGE;
        }
    }

    private static final class Received implements Envelope {
        private final Message message = new Message(LONGEST_MESSAGE);
        private Optional<PrivateQueue> from = Optional.empty();
        private boolean redelivered;
        private Settlement settlement = Settlement.AT_RECEIPT;

        @Override
        public Message message() {
            return message;
        }

        @Override
        public Optional<Caller> sender() {
            return settlement.equals(Settlement.AT_RECEIPT) ? Optional.empty() : from.map(PrivateQueue::owner);
        }

        @Override
        public boolean isRedelivered() {
            return redelivered;
        }

        @Override
        public Settlement settlement() {
            return settlement;
        }
    }

    private static final class ServerEnd implements ServerEndpoint {
        private final World world;
        private final Caller user;
        private final int id;
        private final Set<Letter> unsettled = new HashSet<>();
        private boolean stopped;
        private boolean ended;

        ServerEnd(World world, Caller user) {
            this.world = world;
            this.user = user;
            this.id = ++world.lastId;
        }

        @Override
        public Envelope newEnvelope() {
            return new Received();
        }

        @Override
        public Message newMessage() {
            return new Message(LONGEST_MESSAGE);
        }

        @Override
        public boolean receive(Envelope envelope) throws InterruptedException {
            world.lock.lockInterruptibly();
            try {
                while (!stopped) {
                    world.checkAlive();
                    if (take((Received) envelope)) {
                        return true;
                    }
                    world.change.await();
                }
                world.checkAlive();
                return false;
            } finally {
                world.lock.unlock();
            }
        }

        @Override
        public boolean tryReceive(Envelope envelope) {
            return world.within(() -> take((Received) envelope));
        }

        @Override
        public boolean sendProbe() {
            return !world.keepsRequests && world.probe();
        }

        @Override
        public boolean isProbe(Envelope envelope) {
            return envelope.message().type() == PROBE_TYPE;
        }

        private boolean take(Received into) {
            Letter letter = ended || world.deaf ? null : world.requests.poll();
            if (letter == null) {
                return false;
            }
            into.message.put(letter.type, letter.body);
            into.from = Optional.ofNullable(letter.from);
            into.redelivered = letter.redelivered;
            if (world.keepsRequests) {
                unsettled.add(letter);
                into.settlement = new Unsettled(letter);
            }
            world.change.signalAll();
            return true;
        }

        private final class Unsettled implements Settlement {
            private final Letter letter;

            Unsettled(Letter letter) {
                this.letter = letter;
            }

            @Override
            public void answered(Route.ToClient client) {
                discard();
            }

            @Override
            public void discard() {
                world.within(() -> unsettled.remove(letter));
            }

            @Override
            public boolean giveBack() {
                return world.within(() -> {
                    if (unsettled.remove(letter)) {
                        world.requests.addFirst(letter.again());
                        world.change.signalAll();
                    }
                    return true;
                });
            }
        }

        @Override
        public Route resolve(Envelope envelope, int stated) {
            return world.within(() -> {
                if (world.servers.stream().anyMatch(server -> server.id == stated)) {
                    return Route.None.NOT_PRIVATE;
                }
                PrivateQueue client = world.queues.get(stated);
                return client == null ? Route.None.GONE : client;
            });
        }

        @Override
        public String name() {
            return "queue " + id + " (in memory)";
        }

        @Override
        public OptionalInt queueId() {
            return OptionalInt.of(id);
        }

        @Override
        public Caller user() {
            return user;
        }

        @Override
        public void stop() {
            world.within(() -> {
                stopped = true;
                world.change.signalAll();
                return null;
            });
        }

        void end() {
            stopped = true;
            if (!ended) {
                ended = true;
                world.servers.remove(this);
                unsettled.forEach(letter -> world.requests.addFirst(letter.again()));
                unsettled.clear();
                if (!world.keepsRequests) {
                    world.requests.clear();
                }
                world.change.signalAll();
            }
        }

        @Override
        public void close() {
            world.within(() -> {
                end();
                return null;
            });
        }
    }

    private static final class ClientEnd implements ClientEndpoint {
        private final World world;
        private final PrivateQueue queue;
        private boolean closed;

        ClientEnd(World world, PrivateQueue queue) {
            this.world = world;
            this.queue = queue;
        }

        @Override
        public Message newMessage() {
            return new Message(LONGEST_MESSAGE);
        }

        @Override
        public ReturnAddress address() {
            return queue.address;
        }

        @Override
        public Optional<Lane> makeLane(int bytes) {
            return world.keepsRequests
                    ? Optional.empty()
                    : world.within(() -> Optional.of(new SharedMemory(world, queue, bytes).attach(true)));
        }

        @Override
        public void send(Message message, Duration timeout) throws InterruptedException {
            long left = timeout.toNanos();
            world.lock.lockInterruptibly();
            try {
                while (true) {
                    checkOpen();
                    if (world.servers.isEmpty()) {
                        throw new EndpointClosedException("The server has ended.");
                    }
                    if (world.bytes() + message.size() <= CAPACITY) {
                        world.requests.add(Letter.of(message, queue));
                        world.change.signalAll();
                        return;
                    }
                    if (left <= 0) {
                        throw new TransportException("The server's queue was full for " + timeout.toMillis() + " ms.");
                    }
                    left = world.change.awaitNanos(left);
                }
            } finally {
                world.lock.unlock();
            }
        }

        private void checkOpen() {
            world.checkAlive();
            if (closed) {
                throw new EndpointClosedException("This client is closed.");
            }
        }

        @Override
        public boolean receive(Message message, Duration timeout) throws InterruptedException {
            long left = timeout.toNanos();
            world.lock.lockInterruptibly();
            try {
                while (true) {
                    checkOpen();
                    Letter letter = queue.letters.poll();
                    if (letter != null) {
                        message.put(letter.type, letter.body);
                        queue.callBack();
                        world.change.signalAll();
                        return true;
                    }
                    if (left <= 0) {
                        return false;
                    }
                    left = world.change.awaitNanos(left);
                }
            } finally {
                world.lock.unlock();
            }
        }

        @Override
        public void wake() {
            world.within(() -> {
                queue.letters.add(new Letter(1, new byte[0], queue, false));
                world.change.signalAll();
                return null;
            });
        }

        @Override
        public boolean onServerEnd(Runnable ended) {
            Thread.ofVirtual().start(() -> {
                world.lock.lock();
                try {
                    while (!world.servers.isEmpty() && !closed) {
                        world.change.awaitUninterruptibly();
                    }
                    if (closed) {
                        return;
                    }
                } finally {
                    world.lock.unlock();
                }
                ended.run();
            });
            return true;
        }

        @Override
        public String whySilent() {
            return "Nobody serves in this memory, or what does is busy.";
        }

        @Override
        public void close() {
            world.within(() -> {
                closed = true;
                world.queues.remove(queue.id, queue);
                world.change.signalAll();
                return null;
            });
        }
    }
}
