package dev.letterbox.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.letterbox.Caller;
import dev.letterbox.engine.PeriodicWarning;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A server at a broker, from when it connected until that connection ends: its consumers, its control queue, its last
 * will, and its lines to clients. A server that loses the broker attaches anew, and is another server to its clients.
 */
final class Attachment implements AutoCloseable, Line.Sender {
    private static final Logger LOG = System.getLogger(RabbitTransport.class.getName());

    /** So many requests a server takes that it has not answered yet; the rest is for other servers. */
    static final int PREFETCH = 64;

    private static final int CONTROL_PREFETCH = 512;
    private static final long WINDOW = 16 * 1024 * 1024;
    private static final int SWEEP_AT_LEAST = 1024;
    private static final Duration CANCELLATION = Duration.ofSeconds(1);

    private final Link link;
    private final Names names;
    private final String server = Names.newServer();
    private final Mailbox<Delivery> mailbox;
    private final Publisher publisher;
    private final BasicProperties properties;
    private final LastWill will;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, WeakReference<Line>> lines = new ConcurrentHashMap<>();
    private final Map<String, Caller> callers = new ConcurrentHashMap<>();
    private final PeriodicWarning notRequests = new PeriodicWarning(LOG);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final long since = System.nanoTime();
    private int sweepAt = SWEEP_AT_LEAST;
    private final Map<String, Consumption> consumptions = new ConcurrentHashMap<>();
    private volatile boolean consumesNoMore;
    private volatile @Nullable Thread unheard;

    /** The consumer of a queue with requests, and its channel. */
    private record Consumption(Channel channel, String tag) {}

    /** What was delivered, and where it is acknowledged. */
    @SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
    record Delivery(
            Attachment at,
            Channel channel,
            long tag,
            BasicProperties properties,
            byte[] body,
            boolean redelivered,
            boolean givenUp) {
        /** Returns whether it is still this server's: what a lost channel delivered is another's by now. */
        boolean isHeld() {
            return at.isOpen() && channel.isOpen();
        }

        void acknowledge() {
            at.settle(() -> channel.basicAck(tag, false));
        }

        void giveBack() {
            at.settle(() -> channel.basicNack(tag, false, true));
        }
    }

    private interface ChannelCall {
        void run() throws IOException;
    }

    private Attachment(Link link, Names names, Mailbox<Delivery> mailbox, Duration willRenewal) throws IOException {
        this.link = link;
        this.names = names;
        this.mailbox = mailbox;
        this.properties = Wire.from(link.login().user(), server);
        this.publisher = link.publisher("responses", WINDOW);
        this.will = LastWill.make(link, names, server, publisher, willRenewal);
    }

    /**
     * Connects and begins to receive.
     *
     * @param mailbox takes what is delivered, and is woken when the connection has ended
     * @throws BrokerException if the broker is not there, or refuses
     */
    static Attachment open(BrokerAddress address, Login login, Mailbox<Delivery> mailbox, Duration willRenewal) {
        Names names = new Names(address.name());
        Link link = Link.open(address, login, "letterbox server " + address.name());
        Attachment attachment = null;
        boolean open = false;
        try {
            Topology.declareShared(link, names, address.kind());
            attachment = new Attachment(link, names, mailbox, willRenewal);
            if (!attachment.will.isAccepted()) {
                throw new IOException("the channel for responses ended", attachment.publisher.closeReason());
            }
            attachment.receiveControl();
            attachment.receiveRequests(link.receivingChannel());
            if (address.kind() == BrokerAddress.QueueKind.QUORUM) {
                attachment.receiveGivenUp(link.receivingChannel());
            }
            link.onEnd(attachment::lost);
            open = true;
            return attachment;
        } catch (IOException | AlreadyClosedException failed) {
            throw new BrokerException(
                    "Cannot serve '%s' at %s: %s".formatted(names.name(), address, Reason.of(failed)), failed);
        } finally {
            if (!open && attachment != null) {
                attachment.close();
            } else if (!open) {
                link.close();
            }
        }
    }

    /** What belongs to this server alone: how much its clients take, and what they no longer want. */
    private void receiveControl() throws IOException {
        Channel channel = link.receivingChannel();
        link.needs(channel, "what clients grant");
        String queue = names.control(server);
        channel.basicQos(CONTROL_PREFETCH);
        channel.queueDeclare(
                queue,
                false,
                true,
                true,
                Map.of("x-max-length", Topology.MOST_CONTROL, "x-overflow", "reject-publish"));
        channel.queueBind(queue, names.exchange(), server);
        channel.queueBind(queue, names.exchange(), Names.SERVERS);
        channel.basicConsume(queue, false, new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, BasicProperties from, byte[] body) {
                control(new Delivery(Attachment.this, channel, envelope.getDeliveryTag(), from, body, false, false));
            }

            // Without it no client could grant anything, and all would wait.
            @Override
            public void handleCancel(String tag) {
                link.fail("its control queue was deleted");
            }
        });
    }

    private void control(Delivery delivery) {
        byte[] body = delivery.body;
        if (Wire.isWhole(body) && Wire.type(body) > 0 && mailbox.put(delivery)) {
            return;
        }
        if (Wire.isWhole(body) && Wire.type(body) == Wire.GRANT) {
            grant(delivery.properties, body);
        }
        delivery.acknowledge();
    }

    /** Who does not own the queue cannot make its server send more there. */
    private void grant(BasicProperties from, byte[] body) {
        WeakReference<Line> known = from.getReplyTo() == null ? null : lines.get(from.getReplyTo());
        Line line = known == null ? null : known.get();
        if (line != null
                && line.number() == Wire.line(body)
                && line.owner().name().equals(from.getUserId())) {
            line.grant(Wire.granted(body));
        }
    }

    private void receiveRequests(Channel channel) throws IOException {
        channel.basicQos(PREFETCH);
        consume(names.requests(), channel, false);
    }

    /** Requests that one server after the other did not answer: a quorum queue counts, and puts them aside. */
    private void receiveGivenUp(Channel channel) throws IOException {
        channel.basicQos(1);
        consume(names.dead(), channel, true);
    }

    private void consume(String queue, Channel channel, boolean givenUp) throws IOException {
        String tag = channel.basicConsume(queue, false, new RequestConsumer(channel, givenUp));
        consumptions.put(queue, new Consumption(channel, tag));
        // It may be the answer to a stop that came meanwhile.
        if (consumesNoMore) {
            cancel(queue);
        }
    }

    /** Takes requests as they come, and consumes anew should the broker end that. */
    private final class RequestConsumer extends DefaultConsumer {
        private final boolean givenUp;

        RequestConsumer(Channel channel, boolean givenUp) {
            super(channel);
            this.givenUp = givenUp;
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties from, byte[] body) {
            requested(new Delivery(
                    Attachment.this,
                    getChannel(),
                    envelope.getDeliveryTag(),
                    from,
                    body,
                    givenUp || envelope.isRedeliver(),
                    givenUp));
        }

        // The queue was deleted, or the broker cancels a consumer that answers too slowly. What was delivered before is
        // acknowledged on the same channel.
        @Override
        public void handleCancel(String tag) {
            restart("The broker ended the consumer of queue " + queue(), givenUp, getChannel());
        }

        // A channel ends alone when a request is not answered for longer than the broker allows.
        @Override
        public void handleShutdownSignal(String tag, ShutdownSignalException reason) {
            if (!reason.isHardError() && !reason.isInitiatedByApplication()) {
                restart(
                        "The broker closed the channel of queue %s: %s".formatted(queue(), Reason.of(reason)),
                        givenUp,
                        null);
            }
        }

        private String queue() {
            return givenUp ? names.dead() : names.requests();
        }
    }

    private void requested(Delivery delivery) {
        byte[] body = delivery.body;
        if (!Wire.isWhole(body) || Wire.type(body) < 1) {
            notRequests.warn("Dropped a message of %d bytes that is not a request.".formatted(body.length));
            delivery.acknowledge();
        } else if (!mailbox.put(delivery)) {
            delivery.giveBack();
        }
    }

    /** Not on the thread that said so: it reads the replies. */
    private void restart(String why, boolean givenUp, @Nullable Channel channel) {
        if (ended.get() || consumesNoMore) {
            return;
        }
        LOG.log(Level.WARNING, "{0}. It is consumed again.", why);
        Thread.ofVirtual().name("letterbox-restart").start(() -> {
            try {
                Topology.declareShared(link, names, link.address().kind());
                Channel on = channel == null ? link.receivingChannel() : channel;
                if (givenUp) {
                    receiveGivenUp(on);
                } else {
                    receiveRequests(on);
                }
            } catch (IOException | AlreadyClosedException | BrokerException failed) {
                link.fail("its requests cannot be consumed: " + Reason.of(failed));
            }
        });
    }

    private void settle(ChannelCall call) {
        try {
            call.run();
        } catch (IOException | AlreadyClosedException lost) {
            // The broker has given it to another server by now.
            LOG.log(Level.DEBUG, "not settled: {0}", Reason.of(lost));
        }
    }

    /** Takes no more requests. What was delivered already is in the mailbox. */
    void consumeNoMore() {
        consumesNoMore = true;
        consumptions.keySet().forEach(this::cancel);
    }

    /** A broker that does not answer must not keep a server from stopping: what it still delivers is given back. */
    private void cancel(String queue) {
        Consumption last = consumptions.remove(queue);
        if (last == null) {
            return;
        }
        Thread cancelling = Thread.ofVirtual()
                .name("letterbox-cancel")
                .start(() -> settle(() -> last.channel.basicCancel(last.tag)));
        unheard = cancelling;
        try {
            cancelling.join(CANCELLATION);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether the broker has not even answered yet that this server takes no more requests. */
    boolean isBrokerSilent() {
        Thread cancelling = unheard;
        return cancelling != null && cancelling.isAlive();
    }

    /** Finds the line to a private queue, or makes it. */
    synchronized Line line(String queue, Caller owner) {
        WeakReference<Line> known = lines.get(queue);
        Line line = known == null ? null : known.get();
        if (line == null) {
            if (lines.size() >= sweepAt) {
                lines.values().removeIf(each -> each.get() == null);
                sweepAt = Math.max(SWEEP_AT_LEAST, 2 * lines.size());
            }
            line = new Line(this, queue, owner, random.nextLong());
            lines.put(queue, new WeakReference<>(line));
            if (ended.get()) {
                line.end();
            }
        }
        return line;
    }

    /** Returns the principal of a name: the same object each time, as long as there are not too many. */
    Caller caller(String user) {
        if (callers.size() >= SWEEP_AT_LEAST) {
            callers.clear();
        }
        return callers.computeIfAbsent(user, Caller::named);
    }

    @Override
    public boolean offer(String queue, byte[] bytes, Publisher.Receipt receipt) {
        return publisher.offer("", queue, properties, bytes, receipt);
    }

    @Override
    public void onRoom(Runnable look) {
        publisher.onRoom(look);
    }

    private void lost() {
        if (ended.compareAndSet(false, true)) {
            endLines();
            mailbox.wake();
        }
    }

    private void endLines() {
        publisher.close();
        for (WeakReference<Line> each : lines.values()) {
            Line line = each.get();
            if (line != null) {
                line.end();
            }
        }
    }

    boolean isOpen() {
        return !ended.get();
    }

    /** Returns how long ago it was made. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    Link link() {
        return link;
    }

    Names names() {
        return names;
    }

    /** Has the clients told, and gives back what was not settled. */
    @Override
    public void close() {
        consumesNoMore = true;
        // A broker that is frozen has nobody wait for it once more; its clients hear of it when it goes on.
        boolean silent = isBrokerSilent();
        will.close(silent);
        ended.set(true);
        link.close(silent);
        endLines();
    }
}
