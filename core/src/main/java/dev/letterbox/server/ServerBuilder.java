package dev.letterbox.server;

import dev.letterbox.Access;
import dev.letterbox.Service;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.engine.Transport;
import dev.letterbox.share.Admission;
import dev.letterbox.share.Means;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Configures a server, then starts it. Not for use by two threads at once. */
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

    ServerBuilder(Transport transport) {
        this.transport = transport;
    }

    /**
     * Adds a service.
     *
     * @param name what clients call it; the empty name is what they get who name none, as in the classic dialects
     * @param service answers
     * @return this
     * @throws IllegalArgumentException if there is one of that name
     */
    public ServerBuilder service(String name, Service service) {
        if (services.putIfAbsent(name, service) != null) {
            throw new IllegalArgumentException("There are two services named '" + name + "'.");
        }
        return this;
    }

    /**
     * Sets who may send requests; by default the server's own user alone.
     *
     * @param who who may
     * @return this
     */
    public ServerBuilder access(Access who) {
        access = who;
        return this;
    }

    /**
     * Sets which classic dialects are understood beside the session dialect; by default none.
     *
     * @param classic the dialects; the first that speaks a message gets it
     * @return this
     */
    public ServerBuilder dialects(List<? extends Dialect> classic) {
        dialects = List.copyOf(classic);
        return this;
    }

    /**
     * Sets how long a client may take nothing before its response is ended; by default a minute.
     *
     * @param longest more than zero
     * @return this
     */
    public ServerBuilder stallTimeout(Duration longest) {
        stallTimeout = longest;
        return this;
    }

    /**
     * Sets how many requests are at work at once, in all; by default 32,768. A user alone gets half of it, and the more
     * users, the less each. Where this process may open fewer files, or has not the memory for so many messages, it is
     * fewer, and the log says so.
     *
     * @param most 2 or more
     * @return this
     */
    public ServerBuilder limit(int most) {
        limit = most;
        return this;
    }

    /**
     * Sets how long {@link Server#close} lets the requests at work go on before it ends them; by default five seconds.
     *
     * @param longest zero or more
     * @return this
     */
    public ServerBuilder stopPatience(Duration longest) {
        stopPatience = longest;
        return this;
    }

    /**
     * Adds somebody who is told what happens in the server.
     *
     * @param observer is told
     * @return this
     */
    public ServerBuilder observer(ServerObserver observer) {
        observers.add(observer);
        return this;
    }

    /**
     * Starts the server.
     *
     * @return the server, at work
     * @throws ServerStartException if another server serves there, or the queue is not this user's left-over
     * @throws IllegalArgumentException if a setting is out of range
     */
    public Server start() {
        if (stallTimeout.isNegative() || stallTimeout.isZero()) {
            throw new IllegalArgumentException("The stall timeout is more than zero, not " + stallTimeout + ".");
        }
        if (limit < 2) {
            throw new IllegalArgumentException("A server takes at least 2 requests at once, not " + limit + ".");
        }
        ServerEvents events = new ServerEvents(observers);
        Map<String, Service> offered = Map.copyOf(services);
        ServerEndpoint endpoint = transport.bind(access);
        boolean begun = false;
        try {
            int most = Means.requests(limit, endpoint.newMessage().capacity());
            Admission admission = new Admission(most);
            Server server = new Server(endpoint, dialects, offered, admission, stallTimeout, stopPatience, events);
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
