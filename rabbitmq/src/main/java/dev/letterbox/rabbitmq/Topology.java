package dev.letterbox.rabbitmq;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import dev.letterbox.rabbitmq.BrokerAddress.QueueKind;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Declares what servers and clients of one name use, so that brokers from 3.10 to 4.x take it. */
final class Topology {
    /** The argument that names a queue's type: {@link QueueKind#word()}. */
    static final String QUEUE_TYPE = "x-queue-type";

    /** So many requests may wait, beside those that servers have taken already. */
    static final int MOST_REQUESTS = 4096;

    /** And no more than that of their bodies. */
    static final int MOST_REQUEST_BYTES = 64 * 1024 * 1024;

    /** After so many servers that died of it, or gave it back, a request is answered with FAILURE. */
    static final int MOST_DELIVERIES = 20;

    /** The bound of a private queue: above what all grants come to, so that only a client that lies reaches it. */
    static final int MOST_RESPONSE_BYTES = 32 * 1024 * 1024;

    /** So many grants, cancellations and probes may wait for one server. */
    static final int MOST_CONTROL = 65_536;

    private Topology() {}

    /**
     * The type is always named: a durable queue without one takes the default of its vhost, which an administrator may have set to
     * quorum.
     */
    static Map<String, Object> requestArguments(Names names, QueueKind kind) {
        Map<String, Object> arguments = new TreeMap<>(Map.of(
                QUEUE_TYPE,
                kind.word(),
                "x-max-length",
                MOST_REQUESTS,
                "x-max-length-bytes",
                MOST_REQUEST_BYTES,
                "x-overflow",
                "reject-publish"));
        if (kind == QueueKind.QUORUM) {
            arguments.put("x-delivery-limit", MOST_DELIVERIES);
            arguments.put("x-dead-letter-exchange", names.exchange());
            arguments.put("x-dead-letter-routing-key", Names.DEAD);
        }
        return arguments;
    }

    static Map<String, Object> clientArguments() {
        return Map.of("x-max-length-bytes", MOST_RESPONSE_BYTES, "x-overflow", "reject-publish");
    }

    /**
     * Declares what all servers share.
     *
     * @throws BrokerException if it is there and is made otherwise, or this user may not declare it
     */
    static void declareShared(Link link, Names names, QueueKind kind) {
        Channel channel = link.receivingChannel();
        try {
            channel.exchangeDeclare(names.exchange(), BuiltinExchangeType.DIRECT, true);
            channel.exchangeDeclare(names.farewell(), BuiltinExchangeType.FANOUT, true);
            channel.queueDeclare(names.requests(), true, false, false, requestArguments(names, kind));
            channel.queueBind(names.requests(), names.exchange(), Names.REQUESTS);
            if (kind == QueueKind.QUORUM) {
                channel.queueDeclare(names.dead(), true, false, false, Map.of(QUEUE_TYPE, kind.word()));
                channel.queueBind(names.dead(), names.exchange(), Names.DEAD);
            }
            channel.abort();
        } catch (IOException | AlreadyClosedException failed) {
            throw new BrokerException(why(failed, link, names), failed);
        }
    }

    private static String why(Exception failed, Link link, Names names) {
        int code = Reason.code(failed).orElse(0);
        if (code == Reason.PRECONDITION_FAILED) {
            return ("The exchanges or queues at %s for '%s' were declared differently before: %s. All its servers must agree on queue=classic or queue=quorum;"
                            + " to change it, stop them and delete it: rabbitmqctl delete_queue %s --vhost %s")
                    .formatted(
                            link.address(),
                            names.name(),
                            Reason.of(failed),
                            names.requests(),
                            link.address().vhost());
        }
        if (code == Reason.ACCESS_REFUSED) {
            return "User '%s' may not serve '%s' at %s: %s. letterbox rabbitmq setup shows the rights that a server needs."
                    .formatted(link.login(), names.name(), link.address(), Reason.of(failed));
        }
        return "Cannot declare the queues of '%s' at %s: %s".formatted(names.name(), link.address(), Reason.of(failed));
    }
}
