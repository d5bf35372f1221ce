package dev.letterbox.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.letterbox.rabbitmq.BrokerAddress.QueueKind;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Has the broker tell every client when this server has ended, whatever ends it: the server keeps one message
 * unacknowledged in a queue in which messages live for no time at all, and which hands those that have expired to the
 * exchange of farewells. As long as the server's connection lives, the message is the server's.
 *
 * <p>A broker takes a message back that is not acknowledged for too long (30 minutes, or as configured; at least once a
 * minute it looks). So the will is renewed long before: the new one is taken, then the old one is acknowledged.
 */
final class LastWill {
    private static final Logger LOG = System.getLogger(LastWill.class.getName());

    /** Less than the least time after which a broker can take a message back. */
    static final Duration RENEWAL = Duration.ofSeconds(20);

    /** The queue outlives its consumer for as long as it takes to deliver the will. */
    private static final int QUEUE_EXPIRES_MILLIS = 60_000;

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Link link;
    private final Names names;
    private final String server;
    private final Publisher publisher;
    private final ScheduledExecutorService clock;

    private final CompletableFuture<Publisher.Fate> first = new CompletableFuture<>();

    // Guarded by this object's monitor.
    private @Nullable Channel channel;
    private long held;
    private boolean consumed;
    private boolean closed;

    private LastWill(Link link, Names names, String server, Publisher publisher) {
        this.link = link;
        this.names = names;
        this.server = server;
        this.publisher = publisher;
        this.clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("letterbox-will").factory());
    }

    /**
     * Makes a will, and begins to renew it.
     *
     * @param publisher publishes it; its window has room
     */
    static LastWill make(Link link, Names names, String server, Publisher publisher, Duration renewal)
            throws IOException {
        LastWill will = new LastWill(link, names, server, publisher);
        will.open();
        var _ = will.clock.scheduleAtFixedRate(
                will::renew, renewal.toMillis(), renewal.toMillis(), TimeUnit.MILLISECONDS);
        return will;
    }

    /** Without the monitor: the thread that delivers must not wait for one that waits for the broker's reply. */
    private void open() throws IOException {
        Channel opened = link.receivingChannel();
        String queue = names.will(server);
        opened.queueDeclare(
                queue,
                true,
                false,
                false,
                Map.of(
                        Topology.QUEUE_TYPE,
                        QueueKind.CLASSIC.word(),
                        "x-message-ttl",
                        0,
                        "x-expires",
                        QUEUE_EXPIRES_MILLIS,
                        "x-dead-letter-exchange",
                        names.farewell()));
        synchronized (this) {
            held = 0;
            channel = opened;
            consumed = false;
        }
        opened.basicConsume(queue, false, new DefaultConsumer(opened) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body)
                    throws IOException {
                keep(opened, envelope.getDeliveryTag());
            }

            @Override
            public void handleConsumeOk(String tag) {
                consumed(opened, true);
            }

            @Override
            public void handleCancel(String tag) {
                consumed(opened, false);
            }
        });
        publish();
    }

    private void publish() {
        publisher.offer(
                "", names.will(server), Wire.from(link.login().user(), server), Wire.own(Wire.FAREWELL, 0), fate -> {
                    first.complete(fate);
                    if (fate != Publisher.Fate.TAKEN) {
                        LOG.log(Level.DEBUG, "the last will was not taken: {0}", fate);
                    }
                });
    }

    private synchronized void keep(Channel from, long tag) throws IOException {
        if (from.equals(channel)) {
            if (held > 0) {
                from.basicAck(held, false);
            }
            held = tag;
        }
    }

    /** A queue that was deleted has no consumer; without one, a will would be delivered at once. */
    private synchronized void consumed(Channel by, boolean now) {
        if (by.equals(channel)) {
            consumed = now;
        }
    }

    /**
     * Waits until the broker has the will, or says that it will not have it.
     *
     * @return false if the channel for messages ended before; true also if the broker says nothing in time, as in an alarm
     */
    boolean isAccepted() {
        try {
            return first.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) != Publisher.Fate.UNKNOWN;
        } catch (TimeoutException silent) {
            return true;
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void renew() {
        try {
            Channel current;
            boolean lost;
            synchronized (this) {
                current = channel;
                if (closed || current == null || !link.isOpen()) {
                    return;
                }
                lost = !consumed || !current.isOpen();
            }
            // Without the monitor, too: who writes may have to wait.
            if (!lost) {
                publish();
                return;
            }
            LOG.log(
                    Level.WARNING,
                    "The broker closed the channel of the last will, or its queue was deleted: it is made again.");
            current.abort();
            open();
        } catch (IOException | AlreadyClosedException | BrokerException failed) {
            LOG.log(Level.WARNING, "The last will cannot be renewed: {0}", Reason.of(failed));
        }
    }

    /**
     * Says farewell itself, and takes the will back. Where the broker does not answer in time, the will stays, and the end of
     * the connection delivers it.
     *
     * @param silent whether the broker is known not to answer
     */
    void close(boolean silent) {
        Channel last;
        synchronized (this) {
            closed = true;
            last = channel;
        }
        clock.shutdownNow();
        if (last == null || silent || !link.isOpen()) {
            return;
        }
        CompletableFuture<Publisher.Fate> told = new CompletableFuture<>();
        publisher.offer(
                names.farewell(),
                "",
                Wire.from(link.login().user(), server),
                Wire.own(Wire.FAREWELL, 0),
                told::complete);
        try {
            Publisher.Fate fate = told.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (fate == Publisher.Fate.TAKEN || fate == Publisher.Fate.GONE) {
                last.queueDelete(names.will(server));
            }
        } catch (IOException | AlreadyClosedException | ExecutionException | TimeoutException unheard) {
            LOG.log(Level.DEBUG, "the end of the connection says farewell: {0}", Reason.of(unheard));
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
