package dev.letterbox.rabbitmq;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultSaslConfig;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.SocketConfigurators;
import com.rabbitmq.client.impl.ForgivingExceptionHandler;
import com.rabbitmq.client.impl.NetworkConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Two connections to a broker: a broker that is short of memory stops reading those that publish, and with them their
 * acknowledgements and declarations; what only consumes goes on. Neither recovers by itself: a queue that the client
 * makes anew is another one, and what was on the way is lost.
 */
final class Link implements AutoCloseable {
    /** How long a broker may take for one answer. */
    static final Duration PATIENCE = Duration.ofSeconds(8);

    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(1);
    private static final int GOODBYE_MILLIS = 1_000;

    /** Where the library flushes and ends what may be stuck in a socket, so that it need not wait for it. */
    private static final ExecutorService ENDS = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("letterbox-amqp-end-", 1).factory());

    private final BrokerAddress address;
    private final Login login;
    private final Way sending;
    private final Way receiving;
    private final AtomicBoolean lost = new AtomicBoolean();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private final List<Part> parts = new CopyOnWriteArrayList<>();

    /** A channel that nothing works without. */
    private record Part(Channel channel, String purpose) {
        /** Says that the broker closed it and left the connection as it is; null as long as that is not so. */
        @Nullable
        String whyLost() {
            ShutdownSignalException reason = channel.getCloseReason();
            return reason == null || reason.isHardError() || reason.isInitiatedByApplication()
                    ? null
                    : "it closed the channel for %s: %s".formatted(purpose, Reason.of(reason));
        }
    }

    /** A connection, and what it stands on. */
    private record Way(Connection connection, @Nullable Socket socket) {
        /**
         * Ends it. A thread that publishes may be stuck in the socket, as the broker reads nothing, with the locks that the
         * library needs to say goodbye: so the socket is closed if that takes too long.
         */
        void end(int goodbyeMillis) {
            CountDownLatch over = new CountDownLatch(1);
            ENDS.execute(() -> {
                try {
                    if (!over.await(2 * GOODBYE_MILLIS, TimeUnit.MILLISECONDS) && socket != null) {
                        cut(socket);
                    }
                } catch (InterruptedException stray) {
                    Thread.currentThread().interrupt();
                }
            });
            try {
                connection.abort(goodbyeMillis);
            } finally {
                over.countDown();
            }
        }

        private static void cut(Socket socket) {
            try {
                // TLS must not wait for the thread that is stuck either.
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException closed) {
                System.getLogger(RabbitTransport.class.getName())
                        .log(System.Logger.Level.DEBUG, "not closed: {0}", closed.getMessage());
            }
        }
    }

    private Link(BrokerAddress address, Login login, Way sending, Way receiving) {
        this.address = address;
        this.login = login;
        this.sending = sending;
        this.receiving = receiving;
    }

    /**
     * Connects.
     *
     * @param purpose what the broker's tools show, such as {@code letterbox client}
     * @throws BrokerException if the broker is not there, or does not let this user in
     */
    static Link open(BrokerAddress address, Login login, String purpose) {
        return open(address, login, purpose, PATIENCE);
    }

    /**
     * Connects.
     *
     * @param purpose what the broker's tools show, such as {@code letterbox client}
     * @param patience how long each node may take for one answer; bounded on both sides
     * @throws BrokerException if the broker is not there, or does not let this user in
     */
    static Link open(BrokerAddress address, Login login, String purpose, Duration patience) {
        int millis = (int) Math.clamp(patience.toMillis(), LEAST_PATIENCE.toMillis(), PATIENCE.toMillis());
        Way receiving = connect(address, login, purpose + ", receives", millis);
        boolean both = false;
        try {
            Link link = new Link(address, login, connect(address, login, purpose + ", sends", millis), receiving);
            both = true;
            return link;
        } finally {
            if (!both) {
                receiving.end(GOODBYE_MILLIS);
            }
        }
    }

    private static ConnectionFactory factory(BrokerAddress address, Login login, int millis) {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setVirtualHost(address.vhost());
        factory.setUsername(login.user());
        login.password().ifPresent(factory::setPassword);
        if (address.external()) {
            factory.setSaslConfig(DefaultSaslConfig.EXTERNAL);
        }
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setRequestedHeartbeat((int) address.heartbeat().toSeconds());
        factory.setConnectionTimeout(millis);
        // The library gives each of two answers half of it; with TLS, it is also the longest wait for one read.
        factory.setHandshakeTimeout(address.tls() ? millis : 2 * millis);
        factory.setShutdownTimeout(millis);
        factory.setChannelRpcTimeout((int) PATIENCE.toMillis());
        // A reply that comes after its time must not be taken for the next one's.
        factory.setChannelShouldCheckRpcResponseType(true);
        // What is delivered is put into a queue at once: no pool of threads is quicker than none.
        factory.setSharedExecutor(new CallingThread());
        factory.setShutdownExecutor(ENDS);
        factory.setThreadFactory(
                Thread.ofPlatform().daemon().name("letterbox-amqp-", 1).factory());
        factory.setExceptionHandler(new ForgivingExceptionHandler());
        return factory;
    }

    private static Way connect(BrokerAddress address, Login login, String name, int millis) {
        ConnectionFactory factory = factory(address, login, millis);
        AtomicReference<@Nullable Socket> socket = new AtomicReference<>();
        factory.setSocketConfigurator(SocketConfigurators.defaultConfigurator().andThen(socket::set));
        if (address.tls()) {
            factory.useSslProtocol(Certificates.context(address));
            factory.enableHostnameVerification();
        }
        List<Address> hosts = address.hosts().stream()
                .map(node -> new Address(node.host(), node.port()))
                .toList();
        try {
            return new Way(factory.newConnection(hosts, name), socket.get());
        } catch (IOException | TimeoutException failed) {
            Socket last = socket.get();
            throw new ConnectFailure(address, login, millis, last == null ? null : last.getRemoteSocketAddress())
                    .of(failed);
        }
    }

    /** Opens a channel for consuming. */
    Channel receivingChannel() {
        return channel(receiving.connection);
    }

    /** Opens a channel for publishing. */
    Channel sendingChannel() {
        return channel(sending.connection);
    }

    /**
     * Opens a channel for publishing that nothing works without, and publishes on it.
     *
     * @param purpose what is published, as in {@link #needs}
     * @param window how many bytes may be unconfirmed
     * @throws IOException if the broker has no confirms
     */
    Publisher publisher(String purpose, long window) throws IOException {
        Channel channel = sendingChannel();
        needs(channel, purpose);
        return new Publisher(channel, window, failed -> {
            // The thread that reads may learn of a broken connection later than one that writes, or never.
            if (channel.isOpen()) {
                fail(Reason.of(failed));
            }
        });
    }

    private Channel channel(Connection connection) {
        if (failure.get() != null) {
            throw lost();
        }
        try {
            Channel channel = connection.createChannel();
            if (channel == null) {
                throw new BrokerException("The broker at " + address + " allows no more channels.");
            }
            return channel;
        } catch (IOException | AlreadyClosedException failed) {
            String why = isOpen() ? Reason.of(failed) : whyLost();
            throw new BrokerException("Lost the broker at %s: %s".formatted(address, why), failed);
        }
    }

    /** Calls back, once, when either connection is lost or closed; from another thread, or at once. */
    void onEnd(Runnable ended) {
        Runnable once = () -> {
            if (lost.compareAndSet(false, true)) {
                ended.run();
            }
        };
        receiving.connection.addShutdownListener(_ -> once.run());
        sending.connection.addShutdownListener(_ -> once.run());
    }

    /**
     * Gives the link up, since a part of it that nothing works without has ended. Waits for nothing, so that it may be called by
     * a thread that reads from the broker.
     *
     * @param why what has ended, in words that stand after "lost the broker"
     */
    void fail(String why) {
        if (failure.compareAndSet(null, why)) {
            Thread.ofVirtual().name("letterbox-amqp-fail").start(() -> close(false));
        }
    }

    /** Gives the link up when the broker closes this channel and leaves the connection as it is. */
    void needs(Channel channel, String purpose) {
        Part part = new Part(channel, purpose);
        parts.add(part);
        channel.addShutdownListener(_ -> {
            String why = part.whyLost();
            if (why != null) {
                fail(why);
            }
        });
    }

    /** Returns whether both connections work, as far as this end knows. */
    boolean isOpen() {
        return failure.get() == null && receiving.connection.isOpen() && sending.connection.isOpen();
    }

    /** Says why the link is lost, for people. */
    String whyLost() {
        String failed = failure.get();
        if (failed != null) {
            return failed;
        }
        // Who uses a closed channel may find it so before those that listen to it are told.
        for (Part part : parts) {
            String why = part.whyLost();
            if (why != null) {
                return why;
            }
        }
        ShutdownSignalException reason = receiving.connection.isOpen()
                ? sending.connection.getCloseReason()
                : receiving.connection.getCloseReason();
        return reason == null ? "this end gave it up" : Reason.of(reason);
    }

    /** Returns the exception of whoever finds the link lost. */
    BrokerException lost() {
        return new BrokerException("Lost the broker at %s: %s".formatted(address, whyLost()));
    }

    BrokerAddress address() {
        return address;
    }

    Login login() {
        return login;
    }

    /** Tells whether the broker runs on this machine, or seems to, as through a tunnel. */
    boolean isLocal() {
        InetAddress broker = receiving.connection.getAddress();
        return broker.isLoopbackAddress()
                || (receiving.connection instanceof NetworkConnection connection
                        && broker.equals(connection.getLocalAddress()));
    }

    /** What the broker says of itself. */
    Map<String, Object> brokerProperties() {
        return receiving.connection.getServerProperties();
    }

    /** How often both sides agreed to say that they are alive. */
    Duration heartbeat() {
        return Duration.ofSeconds(receiving.connection.getHeartbeat());
    }

    /** Closes both. Never waits for long: a broker that does not answer is left alone. */
    @Override
    public void close() {
        close(false);
    }

    /**
     * Closes both.
     *
     * @param silent whether the broker is known not to answer: then nothing waits for its goodbye
     */
    void close(boolean silent) {
        int millis = silent ? 1 : GOODBYE_MILLIS;
        // Both at the same time: each may take a second or two.
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> sending.end(millis), ENDS);
        receiving.end(millis);
        other.join();
    }

    /** Runs what it is given at once, on the thread that gives it. It has nothing to shut down. */
    private static final class CallingThread extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
