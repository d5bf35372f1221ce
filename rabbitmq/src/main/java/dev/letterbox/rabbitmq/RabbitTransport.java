package dev.letterbox.rabbitmq;

import dev.letterbox.Access;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Transport;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * The engine on RabbitMQ: any number of servers share one request queue, and each client has an exclusive queue for its
 * responses. Who may ask and who may serve is decided by rights in the broker.
 */
public final class RabbitTransport implements Transport {
    private final BrokerAddress address;
    private final Login login;
    private final Duration willRenewal;

    /**
     * Creates the engine for a broker. Nothing is connected yet.
     *
     * @param address where the broker is, and whose queues are meant
     * @param login who this process is to the broker
     */
    public RabbitTransport(BrokerAddress address, Login login) {
        this(address, login, LastWill.RENEWAL);
    }

    RabbitTransport(BrokerAddress address, Login login, Duration willRenewal) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException("This machine is big-endian, and messages on RabbitMQ are little-endian.");
        }
        this.address = address;
        this.login = login;
        this.willRenewal = willRenewal;
    }

    /**
     * Joins the servers on the request queue, and declares it if it is not there.
     *
     * @param access has no meaning here: the broker's rights say who may send requests
     * @return the server's end
     */
    @Override
    public ServerEndpoint bind(Access access) {
        return RabbitServerEndpoint.open(address, login, willRenewal);
    }

    @Override
    public ClientEndpoint connect(Duration patience) {
        return RabbitClientEndpoint.open(address, login, patience);
    }
}
