package dev.letterbox.rabbitmq;

import dev.letterbox.contract.TransportContract;
import dev.letterbox.engine.Transport;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.SharedBroker;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract of all engines, on a real broker. */
@ExtendWith(SharedBroker.class)
final class RabbitTransportTest extends TransportContract {
    private final Brokered place;

    RabbitTransportTest(Broker broker) {
        place = Brokered.newVhost(broker);
    }

    @Override
    protected Transport transport() {
        return place.transport();
    }

    @Override
    protected boolean isShared() {
        return true;
    }

    /** What servers share stays for the next one, with the requests that wait for it. */
    @Override
    protected void assertNothingIsLeft() {
        Await.until(
                "its queues are gone",
                () -> List.of("[]", "[<<\"letterbox.requests\">>]").contains(queues()));
    }

    private String queues() {
        return place.broker().eval("[element(4, amqqueue:get_name(Q)) || Q <- " + all() + "]");
    }

    private String all() {
        return "rabbit_amqqueue:list(<<\"" + place.vhost() + "\">>)";
    }
}
