package dev.letterbox.rabbitmq;

import dev.letterbox.Caller;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.engine.Settlement;
import dev.letterbox.error.TransportException;
import dev.letterbox.rabbitmq.Attachment.Delivery;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The server's end on RabbitMQ: one of any number of servers on the same request queue. */
final class RabbitServerEndpoint implements ServerEndpoint {
    private static final Logger LOG = System.getLogger(RabbitTransport.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final BrokerAddress address;
    private final Login login;
    private final Duration willRenewal;
    private final Mailbox<Delivery> mailbox = new Mailbox<>();
    private volatile Attachment attachment;
    private volatile boolean leaving;
    private volatile boolean stopped;
    private volatile boolean closed;

    /** The receiving thread's alone: before the next try. */
    private Duration pause = FIRST_PAUSE;

    private RabbitServerEndpoint(BrokerAddress address, Login login, Duration willRenewal) {
        this.address = address;
        this.login = login;
        this.willRenewal = willRenewal;
        this.attachment = Attachment.open(address, login, mailbox, willRenewal);
    }

    static RabbitServerEndpoint open(BrokerAddress address, Login login, Duration willRenewal) {
        try {
            return new RabbitServerEndpoint(address, login, willRenewal);
        } catch (BrokerException refused) {
            throw new ServerStartException(Objects.requireNonNull(refused.getMessage()), refused);
        }
    }

    /** A request, with what the broker attests of it. */
    private static final class Received implements Envelope {
        private final Message message = new Message(Wire.LONGEST);
        private @Nullable Delivery delivery;
        private Optional<Caller> sender = Optional.empty();

        private void fill(Delivery from) {
            delivery = from;
            String user = from.properties().getUserId();
            sender = user == null ? Optional.empty() : Optional.of(from.at().caller(user));
            Wire.decode(from.body(), message);
        }

        private Delivery delivery() {
            return Objects.requireNonNull(delivery, "nothing was received yet");
        }

        @Override
        public Message message() {
            return message;
        }

        @Override
        public Optional<Caller> sender() {
            return sender;
        }

        @Override
        public boolean isRedelivered() {
            return delivery().redelivered();
        }

        @Override
        public boolean isGivenUp() {
            return delivery().givenUp();
        }

        @Override
        public Settlement settlement() {
            return new OnBroker(delivery());
        }
    }

    private static final class OnBroker implements Settlement {
        private final Delivery delivery;
        private final AtomicBoolean settled = new AtomicBoolean();

        OnBroker(Delivery delivery) {
            this.delivery = delivery;
        }

        @Override
        public void answered(Route.ToClient client) {
            if (settled.compareAndSet(false, true)) {
                client.onSettled(client.taken(), delivery::acknowledge);
            }
        }

        @Override
        public void discard() {
            if (settled.compareAndSet(false, true)) {
                delivery.acknowledge();
            }
        }

        @Override
        public boolean giveBack() {
            if (settled.compareAndSet(false, true)) {
                delivery.giveBack();
            }
            return true;
        }
    }

    @Override
    public Envelope newEnvelope() {
        return new Received();
    }

    @Override
    public Message newMessage() {
        return new Message(Wire.LONGEST);
    }

    @Override
    public boolean receive(Envelope envelope) throws InterruptedException {
        while (!stopped) {
            // Before it waits: what ended the last wait may have been an interrupt in the middle of a new attachment.
            if (!attachment.isOpen()) {
                attachAnew();
            } else if (mailbox.await(Long.MAX_VALUE) == null && tryReceive(envelope)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean tryReceive(Envelope envelope) {
        for (Delivery next = mailbox.poll(); next != null; next = mailbox.poll()) {
            if (next.isHeld()) {
                ((Received) envelope).fill(next);
                return true;
            }
        }
        return false;
    }

    /** Tries until the broker is there again, or the server stops. */
    private void attachAnew() throws InterruptedException {
        LOG.log(
                Level.WARNING,
                "Lost the broker at {0}: {1}. Connecting again.",
                address,
                attachment.link().whyLost());
        attachment.close();
        // What is lost again and again is not tried without a pause.
        boolean lasted = attachment.age().compareTo(LONGEST_PAUSE) > 0;
        if (lasted) {
            pause = FIRST_PAUSE;
        }
        String last = "";
        for (boolean first = lasted; !stopped; first = false) {
            mailbox.drain();
            if (!first) {
                mailbox.await(pause.toNanos());
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
            if (stopped) {
                return;
            }
            try {
                attached(Attachment.open(address, login, mailbox, willRenewal));
                return;
            } catch (BrokerException | IllegalArgumentException notYet) {
                // Certificates cannot be read for a moment while they are renewed.
                String why = Objects.requireNonNull(notYet.getMessage());
                if (Reason.isRefusal(notYet)) {
                    throw new TransportException(why, notYet);
                }
                // Once for each reason, and not for each try.
                LOG.log(why.equals(last) ? Level.DEBUG : Level.WARNING, "Trying again: {0}", why);
                last = why;
            }
        }
    }

    private void attached(Attachment next) {
        attachment = next;
        if (closed) {
            // Nobody else would: this endpoint was closed while the broker did not answer.
            next.close();
            return;
        }
        if (leaving) {
            next.consumeNoMore();
        }
        LOG.log(Level.WARNING, "Serving at {0} again.", address);
    }

    @Override
    public Route resolve(Envelope envelope, int stated) {
        Delivery delivery = ((Received) envelope).delivery();
        String user = delivery.properties().getUserId();
        String queue = delivery.properties().getReplyTo();
        if (user == null
                || queue == null
                || !queue.startsWith(delivery.at().names().clientsOf(user))) {
            return Route.None.NOT_PRIVATE;
        }
        Line line = delivery.at().line(queue, delivery.at().caller(user));
        return line.isUnchanged(Long.MAX_VALUE) ? line : Route.None.GONE;
    }

    @Override
    public Caller user() {
        return Caller.named(login.user());
    }

    @Override
    public String name() {
        return "queue " + new Names(address.name()).requests() + " at " + address;
    }

    @Override
    public void takeNoMoreRequests() {
        leaving = true;
        attachment.consumeNoMore();
    }

    @Override
    public void stop() {
        stopped = true;
        takeNoMoreRequests();
        // Answers at work would wait for confirms that do not come.
        if (attachment.isBrokerSilent()) {
            attachment.close();
        }
        mailbox.wake();
    }

    @Override
    public void close() {
        stop();
        closed = true;
        attachment.close();
        mailbox.close();
    }
}
