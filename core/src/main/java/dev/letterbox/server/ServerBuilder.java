package dev.letterbox.server;

import dev.letterbox.Access;
import dev.letterbox.Service;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.engine.Transport;
import dev.letterbox.share.Admission;
import dev.letterbox.share.ControlGroup;
import dev.letterbox.share.Means;
import dev.letterbox.share.UnreadMemory;
import dev.letterbox.share.threads.ThreadRoom;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Configures and starts a server. For use by one thread at a time. */
public final class ServerBuilder {
    private static final int DEFAULT_LIMIT = 32_768;

    private final Transport transport;
    private final Map<String, Service> services = new HashMap<>();
    private Access access = Access.OWNER;
    private List<? extends Dialect> dialects = List.of();
    private final List<ServerObserver> observers = new ArrayList<>();
    private Duration stallTimeout = Duration.ofSeconds(60);
    private Duration stopPatience = Server.PATIENCE;
    private int limit = DEFAULT_LIMIT;
    private boolean limitGiven;
    private Duration betweenLooks = Watchdog.BETWEEN_LOOKS;
    private Supplier<OptionalLong> memoryLimit = new ControlGroup()::memoryLimit;

    ServerBuilder(Transport transport) {
        this.transport = transport;
    }

    /**
     * Adds a service.
     *
     * @param name its name for clients; the service with the empty name serves requests that name none, as in the classic
     *     dialects
     * @param service the service
     * @return this
     * @throws IllegalArgumentException if there is a service of that name already
     */
    public ServerBuilder service(String name, Service service) {
        if (services.putIfAbsent(name, service) != null) {
            throw new IllegalArgumentException("There are two services named '" + name + "'.");
        }
        return this;
    }

    /**
     * Sets how much memory this process may use; the default is what its control groups say, read again as it changes. An
     * eighth of it is for the messages that clients have not read: beyond that, requests are refused as busy.
     *
     * @param bytes how much, more than 0
     * @return this
     */
    public ServerBuilder memoryLimit(long bytes) {
        memoryLimit = () -> OptionalLong.of(bytes);
        return this;
    }

    /**
     * Sets which users may send requests; the default is the server's own user.
     *
     * @param who the users
     * @return this
     */
    public ServerBuilder access(Access who) {
        access = who;
        return this;
    }

    /**
     * Sets the classic dialects that are understood beside the session dialect; the default is none.
     *
     * @param classic the dialects; a message goes to the first that accepts it
     * @return this
     */
    public ServerBuilder dialects(List<? extends Dialect> classic) {
        dialects = List.copyOf(classic);
        return this;
    }

    /**
     * Sets how long a client may go without receiving before its response is aborted; the default is a minute.
     *
     * @param longest more than zero
     * @return this
     */
    public ServerBuilder stallTimeout(Duration longest) {
        stallTimeout = longest;
        return this;
    }

    /**
     * Sets the largest number of requests in progress at once; the default is 32,768. A single user gets at most half of
     * it, and less the more users there are. The number is lowered, and logged, if this process may not open as many files
     * or has no memory for as many messages.
     *
     * @param most 2 or more
     * @return this
     */
    public ServerBuilder limit(int most) {
        limit = most;
        limitGiven = true;
        return this;
    }

    /**
     * Sets how long {@link Server#close} lets requests in progress continue before it aborts them; the default is five
     * seconds.
     *
     * @param longest zero or more
     * @return this
     */
    public ServerBuilder stopPatience(Duration longest) {
        stopPatience = longest;
        return this;
    }

    /** Sets how often the watchdog looks whether the server receives. */
    ServerBuilder betweenLooks(Duration pause) {
        betweenLooks = pause;
        return this;
    }

    /**
     * Adds an observer of the server's events.
     *
     * @param observer the observer
     * @return this
     */
    public ServerBuilder observer(ServerObserver observer) {
        observers.add(observer);
        return this;
    }

    /**
     * Starts the server.
     *
     * @return the running server
     * @throws ServerStartException if another server uses this queue, or a queue that this user may not take over is in
     *     its place, or the system does not give the threads that a server needs
     * @throws IllegalArgumentException if a setting is out of range
     */
    public Server start() {
        if (stallTimeout.isNegative() || stallTimeout.isZero()) {
            throw new IllegalArgumentException("The stall timeout must be more than zero, not " + stallTimeout + ".");
        }
        if (limit < 2) {
            throw new IllegalArgumentException("The limit of requests must be 2 or more, not " + limit + ".");
        }
        ServerEvents events = new ServerEvents(observers);
        Map<String, Service> offered = Map.copyOf(services);
        try {
            return start(transport.bind(access), events, offered);
        } catch (OutOfMemoryError full) {
            if (ThreadRoom.isLacking(full)) {
                throw new ServerStartException(ThreadRoom.LACKING, full);
            }
            throw full;
        }
    }

    private Server start(ServerEndpoint endpoint, ServerEvents events, Map<String, Service> offered) {
        boolean begun = false;
        try {
            int most = Means.requests(limit, endpoint.newMessage().capacity(), limitGiven ? Level.INFO : Level.DEBUG);
            Admission admission = new Admission(most);
            UnreadMemory unread = new UnreadMemory(memoryLimit, System::nanoTime);
            Server server = new Server(
                    endpoint, dialects, offered, admission, unread, stallTimeout, stopPatience, betweenLooks, events);
            server.begin();
            begun = true;
            return server;
        } finally {
            if (!begun) {
                endpoint.close();
            }
        }
    }
}
