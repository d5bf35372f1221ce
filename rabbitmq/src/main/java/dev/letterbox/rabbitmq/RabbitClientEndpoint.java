package dev.letterbox.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.EndpointClosedException;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerId;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.TransportException;
import dev.letterbox.rabbitmq.Publisher.Fate;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's end on RabbitMQ: an exclusive queue, which goes with the connection that declared it. Servers that answered
 * are known by their id; that one has ended, its last will tells, or a probe that cannot be delivered.
 *
 * <p>Long because it is all that a client hears and says at once: answers, credit, control, and the ends of servers.
 */
final class RabbitClientEndpoint implements ClientEndpoint {
    private static final long WINDOW = 4 * 1024 * 1024;
    private static final int MOST_INTAKES = 256;
    private static final int MOST_ENDED = 1024;
    private static final Duration LAST_LOOK = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration BETWEEN_GRANTS = Duration.ofMillis(100);

    private final Link link;
    private final Names names;
    private final ReturnAddress address;
    private final Publisher publisher;
    private final ClientSender sender;
    private final Mailbox<Delivery> mailbox = new Mailbox<>();
    private final Set<String> servers = ConcurrentHashMap.newKeySet();
    private final SequencedSet<String> ended = new LinkedHashSet<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean noServer = new AtomicBoolean();
    private volatile Runnable onEnd = () -> {};
    private volatile Consumer<ServerId> onOneEnd = _ -> {};

    // The receiving thread's alone.
    private final Map<Long, Intake> intakes = new LinkedHashMap<>();
    private ServerId lastSender = ServerId.ONLY;

    private long probedAt = System.nanoTime();

    /** What came from a server; with no body, that the server has ended. */
    @SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
    private record Delivery(String server, byte @Nullable [] body) {}

    private RabbitClientEndpoint(Link link, Names names, String queue) throws IOException {
        this.link = link;
        this.names = names;
        this.address = ReturnAddress.named(queue);
        this.publisher = link.publisher("requests", WINDOW);
        this.sender =
                new ClientSender(link, names, publisher, Wire.from(link.login().user(), queue));
        Channel channel = link.receivingChannel();
        link.needs(channel, "responses");
        channel.queueDeclare(queue, false, true, true, Topology.clientArguments());
        channel.queueBind(queue, names.farewell(), "");
        // Credit bounds what comes, so nothing needs to be acknowledged.
        channel.basicConsume(queue, true, new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, BasicProperties from, byte[] body) {
                delivered(from, body);
            }

            @Override
            public void handleCancel(String tag) {
                link.fail("the private queue was deleted");
            }
        });
    }

    static RabbitClientEndpoint open(BrokerAddress broker, Login login, Duration patience) {
        Names names = new Names(broker.name());
        Link link = Link.open(broker, login, "letterbox client " + broker.name(), patience);
        boolean open = false;
        try {
            Optional<AMQP.Queue.DeclareOk> requests = look(link, names);
            if (requests.isPresent() && requests.get().getConsumerCount() == 0) {
                throw new NoServerException(
                        "queue %s at %s".formatted(names.requests(), broker),
                        new BrokerException("The request queue has no consumer."));
            }
            RabbitClientEndpoint endpoint = new RabbitClientEndpoint(link, names, names.newClient(login.user()));
            link.onEnd(endpoint::lost);
            open = true;
            return endpoint;
        } catch (IOException | AlreadyClosedException failed) {
            throw refused(broker, login, names, failed);
        } finally {
            if (!open) {
                link.close();
            }
        }
    }

    private static TransportException refused(BrokerAddress broker, Login login, Names names, Exception failed) {
        int code = Reason.code(failed).orElse(0);
        if (code == Reason.NOT_FOUND) {
            return new NoServerException("queue %s at %s".formatted(names.requests(), broker), failed);
        }
        if (code == Reason.ACCESS_REFUSED) {
            return new BrokerException(
                    "User '%s' may not send requests to '%s' at %s: %s. letterbox rabbitmq setup shows the rights that a client needs."
                            .formatted(login, names.name(), broker, Reason.of(failed)),
                    failed);
        }
        return new BrokerException(
                "Cannot create a private queue for '%s' at %s: %s".formatted(names.name(), broker, Reason.of(failed)),
                failed);
    }

    /**
     * Asks the broker about the request queue.
     *
     * @return how many messages and consumers it has; empty if this user may not ask
     */
    private static Optional<AMQP.Queue.DeclareOk> look(Link link, Names names) throws IOException {
        Channel channel = link.receivingChannel();
        try {
            return Optional.of(channel.queueDeclarePassive(names.requests()));
        } catch (IOException refused) {
            // From 4.3 on it takes a right that clients need not have.
            if (Reason.code(refused).orElse(0) == Reason.ACCESS_REFUSED) {
                return Optional.empty();
            }
            throw refused;
        } finally {
            channel.abort();
        }
    }

    @Override
    public Message newMessage() {
        return new Message(Wire.LONGEST);
    }

    @Override
    public ReturnAddress address() {
        return address;
    }

    @Override
    public boolean hasManyServers() {
        return true;
    }

    /** As much as the engine's own credit allows one server. */
    @Override
    public int window() {
        return (int) Line.MOST;
    }

    @Override
    public void send(Message message, Duration timeout) throws InterruptedException {
        if (noServer.get()) {
            throw new EndpointClosedException("No server is left on queue " + names.requests() + ".");
        }
        send(Names.REQUESTS, message, timeout);
    }

    @Override
    public void send(Message message, ServerId server, Duration timeout) throws InterruptedException {
        if (server.equals(ServerId.EACH)) {
            sender.send(Names.SERVERS, message, timeout);
            return;
        }
        if (!servers.contains(server.name())) {
            throw new EndpointClosedException("The server that answered has exited.");
        }
        send(server.name(), message, timeout);
    }

    private void send(String key, Message message, Duration timeout) throws InterruptedException {
        checkOpen();
        try {
            if (sender.send(key, message, timeout)) {
                return;
            }
        } catch (BrokerException lost) {
            // By this end, while it waited.
            checkOpen();
            throw lost;
        }
        if (key.equals(Names.REQUESTS)) {
            throw new TransportException(
                    "Queue %s at %s is gone: it was deleted.".formatted(names.requests(), link.address()));
        }
        ended(key);
        throw new EndpointClosedException("The server that answered has exited.");
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new EndpointClosedException("This client is closed.");
        }
        if (!link.isOpen()) {
            throw link.lost();
        }
    }

    /** On the thread that reads from the broker. */
    private void delivered(BasicProperties from, byte[] body) {
        String server = from.getReplyTo();
        if (server == null || !Wire.isWhole(body)) {
            return;
        }
        if (Wire.type(body) > 0) {
            // What overtook its server's farewell on another connection is not waited for: another server has the
            // request.
            synchronized (ended) {
                if (!ended.contains(server)) {
                    servers.add(server);
                    mailbox.put(new Delivery(server, body));
                }
            }
        } else if (Wire.type(body) == Wire.FAREWELL) {
            ended(server);
        }
    }

    /** Told in its turn, after all that this server had sent; whether any server is left is asked at once. */
    private void ended(String server) {
        synchronized (ended) {
            ended.add(server);
            if (ended.size() > MOST_ENDED) {
                ended.removeFirst();
            }
            servers.remove(server);
            mailbox.put(new Delivery(server, null));
        }
        lookWhoIsLeft();
    }

    private void lookWhoIsLeft() {
        lookWhoIsLeft(FIRST_PAUSE);
    }

    /** Of a server that was killed, its last will may tell before its queue is gone: so this is asked until it is certain. */
    private void lookWhoIsLeft(Duration pause) {
        Thread.ofVirtual().name("letterbox-look").start(() -> {
            try {
                if (servers.isEmpty()
                        && link.isOpen()
                        && look(link, names)
                                .filter(found -> found.getConsumerCount() == 0)
                                .isPresent()) {
                    askWhoIsLeft(pause);
                }
            } catch (IOException | AlreadyClosedException | BrokerException unknown) {
                log("nobody knows who is left: " + Reason.of(unknown));
            }
        });
    }

    /** A server that takes no more requests may still be at work on one of this client: its own queue shows that it is there. */
    private void askWhoIsLeft(Duration pause) {
        Runnable again = () -> later(
                pause, () -> lookWhoIsLeft(pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE));
        boolean asked = sender.sendInPassing(Names.SERVERS, Wire.own(Wire.PROBE, 0), fate -> {
            if (fate == Fate.TAKEN || fate == Fate.REFUSED) {
                again.run();
            } else if (fate == Fate.GONE && servers.isEmpty() && noServer.compareAndSet(false, true)) {
                onEnd.run();
            }
        });
        if (!asked) {
            again.run();
        }
    }

    private static void later(Duration pause, Runnable then) {
        CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS)
                .execute(then);
    }

    @Override
    public boolean receive(Message message, Duration timeout) throws InterruptedException {
        long until = System.nanoTime() + Math.min(timeout.toNanos(), Long.MAX_VALUE / 2);
        long silence = 2 * link.address().heartbeat().toNanos();
        while (true) {
            long now = System.nanoTime();
            // Also while other servers' messages come: they say nothing about this one.
            if (now - probedAt > silence) {
                probe(now);
            }
            long left = Math.max(0, until - now);
            Mailbox.Wake wake = mailbox.await(Math.min(left, silence));
            if (wake == null) {
                Delivery next = mailbox.poll();
                if (next == null) {
                    continue;
                }
                take(next, message);
                return true;
            }
            switch (wake) {
                case WOKEN -> {
                    nothing(message);
                    return true;
                }
                case CLOSED -> {
                    checkOpen();
                    throw link.lost();
                }
                case TIME_OUT -> {
                    if (left <= silence) {
                        return false;
                    }
                }
            }
        }
    }

    private void take(Delivery next, Message message) {
        byte[] body = next.body;
        if (body == null) {
            onOneEnd.accept(new ServerId(next.server));
            nothing(message);
            return;
        }
        Wire.decode(body, message);
        if (!lastSender.name().equals(next.server)) {
            lastSender = new ServerId(next.server);
        }
        long line = Wire.line(body);
        Intake intake = intakes.computeIfAbsent(line, number -> new Intake(next.server, number));
        intake.read(message.size());
        if (intakes.size() > MOST_INTAKES) {
            intakes.values().removeIf(each -> !servers.contains(each.server()));
        }
        if (intake.isDue(intakes.size())) {
            grant(next.server, Wire.grant(line, intake.grant(intakes.size())));
        }
    }

    /** Has the caller look again. */
    private static void nothing(Message message) {
        message.type(1).size(0);
    }

    private void grant(String server, byte[] grant) {
        if (!sender.sendInPassing(server, grant, fate -> {
            if (fate == Fate.GONE) {
                ended(server);
            } else if (fate == Fate.REFUSED) {
                grantLater(server, grant);
            }
        })) {
            publisher.onRoom(() -> grant(server, grant));
        }
    }

    /** The server's control queue is full, by others' messages. Without the grant both ends would wait for each other. */
    private void grantLater(String server, byte[] grant) {
        later(BETWEEN_GRANTS, () -> {
            if (!closed.get() && servers.contains(server)) {
                grant(server, grant);
            }
        });
    }

    /** Asks each server that answered before whether it is there. */
    private void probe(long now) {
        probedAt = now;
        byte[] probe = Wire.own(Wire.PROBE, 0);
        for (String server : servers) {
            sender.sendInPassing(server, probe, fate -> {
                if (fate == Fate.GONE) {
                    ended(server);
                }
            });
        }
        lookWhoIsLeft();
    }

    @Override
    public ServerId sender() {
        return lastSender;
    }

    @Override
    public void wake() {
        mailbox.wake();
    }

    @Override
    public boolean onServerEnd(Runnable ended) {
        onEnd = ended;
        return true;
    }

    @Override
    public void onOneServerEnd(Consumer<ServerId> ended) {
        onOneEnd = ended;
    }

    private void lost() {
        publisher.close();
        mailbox.close();
    }

    @Override
    public String whySilent() {
        String reason = publisher.blocked();
        if (reason != null) {
            return "The broker accepts nothing from publishers, because of an alarm: " + reason + ".";
        }
        CompletableFuture<String> said = new CompletableFuture<>();
        Thread.ofVirtual().name("letterbox-look").start(() -> said.complete(describeServers()));
        try {
            // The caller's time is over already.
            return said.get(LAST_LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException silent) {
            return "The broker does not answer either.";
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private String describeServers() {
        try {
            return look(link, names)
                    .map(found -> found.getConsumerCount() == 0
                            ? "No server is left on queue %s. Requests waiting in it: %d."
                                    .formatted(names.requests(), found.getMessageCount())
                            : "Servers on queue %s: %d. Requests waiting in it: %d."
                                    .formatted(names.requests(), found.getConsumerCount(), found.getMessageCount()))
                    .orElse("This user may not see whether a server is on queue " + names.requests() + ".");
        } catch (IOException | AlreadyClosedException | BrokerException failed) {
            return Reason.code(failed).orElse(0) == Reason.NOT_FOUND
                    ? "Queue %s was deleted, and the requests in it with it.".formatted(names.requests())
                    : "The broker does not answer either: " + Reason.of(failed);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            link.close();
            publisher.close();
            mailbox.close();
        }
    }

    private static void log(String text) {
        System.getLogger(RabbitTransport.class.getName()).log(Level.DEBUG, text);
    }
}
