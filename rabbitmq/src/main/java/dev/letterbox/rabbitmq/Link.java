package dev.letterbox.rabbitmq;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultSaslConfig;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.ForgivingExceptionHandler;
import com.rabbitmq.client.impl.NetworkConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;

/**
 * Two connections to a broker: a broker that is short of memory stops reading those that publish, and with them their
 * acknowledgements and declarations; what only consumes goes on. Neither recovers by itself: a queue that the client
 * makes anew is another one, and what was on the way is lost.
 */
final class Link implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 8_000;

    private final BrokerAddress address;
    private final Login login;
    private final Connection sending;
    private final Connection receiving;
    private final AtomicBoolean lost = new AtomicBoolean();

    private Link(BrokerAddress address, Login login, Connection sending, Connection receiving) {
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
        ConnectionFactory factory = factory(address, login);
        Connection receiving = connect(factory, address, login, purpose + ", receives");
        boolean both = false;
        try {
            Link link = new Link(address, login, connect(factory, address, login, purpose + ", sends"), receiving);
            both = true;
            return link;
        } finally {
            if (!both) {
                receiving.abort(0);
            }
        }
    }

    private static ConnectionFactory factory(BrokerAddress address, Login login) {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setVirtualHost(address.vhost());
        factory.setUsername(login.user());
        login.password().ifPresent(factory::setPassword);
        if (address.external()) {
            factory.setSaslConfig(DefaultSaslConfig.EXTERNAL);
        }
        if (address.tls()) {
            factory.useSslProtocol(Certificates.context(address));
            factory.enableHostnameVerification();
        }
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setRequestedHeartbeat((int) address.heartbeat().toSeconds());
        factory.setConnectionTimeout(PATIENCE_MILLIS);
        factory.setHandshakeTimeout(PATIENCE_MILLIS);
        factory.setShutdownTimeout(PATIENCE_MILLIS);
        factory.setChannelRpcTimeout(PATIENCE_MILLIS);
        // A reply that comes after its time must not be taken for the next one's.
        factory.setChannelShouldCheckRpcResponseType(true);
        // What is delivered is put into a queue at once: no pool of threads is quicker than none.
        factory.setSharedExecutor(new CallingThread());
        factory.setThreadFactory(
                Thread.ofPlatform().daemon().name("letterbox-amqp-", 1).factory());
        factory.setExceptionHandler(new ForgivingExceptionHandler());
        return factory;
    }

    private static Connection connect(ConnectionFactory factory, BrokerAddress address, Login login, String name) {
        List<Address> hosts = address.hosts().stream()
                .map(node -> new Address(node.host(), node.port()))
                .toList();
        try {
            return factory.newConnection(hosts, name);
        } catch (AuthenticationFailureException refused) {
            throw new BrokerException(
                    "The broker at %s does not accept user '%s': the password is wrong, or there is no such user, or (for guest) the connection does not come from the broker's own machine."
                            .formatted(address, login),
                    refused);
        } catch (SSLException untrusted) {
            throw new BrokerException(
                    "The broker at %s and this client do not trust each other (TLS): %s"
                            .formatted(address, untrusted.getMessage()),
                    untrusted);
        } catch (IOException | TimeoutException failed) {
            throw new BrokerException(
                    "Cannot connect to the broker at %s: %s"
                            .formatted(
                                    address,
                                    failed instanceof TimeoutException
                                            ? "it did not answer in " + PATIENCE_MILLIS / 1_000 + " s"
                                            : Reason.of(failed)),
                    failed);
        }
    }

    /** Opens a channel for consuming. */
    Channel receivingChannel() {
        return channel(receiving);
    }

    /** Opens a channel for publishing. */
    Channel sendingChannel() {
        return channel(sending);
    }

    private Channel channel(Connection connection) {
        try {
            Channel channel = connection.createChannel();
            if (channel == null) {
                throw new BrokerException("The broker at " + address + " allows no more channels.");
            }
            return channel;
        } catch (IOException | AlreadyClosedException failed) {
            throw new BrokerException("Lost the broker at %s: %s".formatted(address, Reason.of(failed)), failed);
        }
    }

    /** Calls back, once, when either connection is lost or closed; from another thread, or at once. */
    void onEnd(Runnable ended) {
        Runnable once = () -> {
            if (lost.compareAndSet(false, true)) {
                ended.run();
            }
        };
        receiving.addShutdownListener(_ -> once.run());
        sending.addShutdownListener(_ -> once.run());
    }

    /** Returns whether both connections work, as far as this end knows. */
    boolean isOpen() {
        return receiving.isOpen() && sending.isOpen();
    }

    /** Says why the link is lost, for people. */
    String whyLost() {
        ShutdownSignalException reason = receiving.isOpen() ? sending.getCloseReason() : receiving.getCloseReason();
        return reason == null ? "the connection is open" : Reason.of(reason);
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
        InetAddress broker = receiving.getAddress();
        return broker.isLoopbackAddress()
                || (receiving instanceof NetworkConnection connection && broker.equals(connection.getLocalAddress()));
    }

    /** What the broker says of itself. */
    Map<String, Object> brokerProperties() {
        return receiving.getServerProperties();
    }

    /** How often both sides agreed to say that they are alive. */
    Duration heartbeat() {
        return Duration.ofSeconds(receiving.getHeartbeat());
    }

    /** Closes both. Never waits for long: a broker that does not answer is left alone. */
    @Override
    public void close() {
        receiving.abort(PATIENCE_MILLIS / 8);
        sending.abort(PATIENCE_MILLIS / 8);
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
