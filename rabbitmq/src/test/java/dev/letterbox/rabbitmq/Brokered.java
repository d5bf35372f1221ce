package dev.letterbox.rabbitmq;

import dev.letterbox.testkit.Broker;
import java.util.Optional;

/** A vhost of a test's own, and how to get there. */
record Brokered(Broker broker, String vhost) {
    static Brokered newVhost(Broker broker) {
        return new Brokered(broker, broker.newVhost());
    }

    BrokerAddress address() {
        return address("");
    }

    BrokerAddress address(String settings) {
        return BrokerAddress.parse("amqp://127.0.0.1:%d/%s%s".formatted(broker.port(), vhost, settings));
    }

    Login login() {
        return login(Broker.USER);
    }

    static Login login(String user) {
        return new Login(user, Optional.of(user));
    }

    Link link() {
        return Link.open(address(), login(), "test");
    }

    /** Sets how many connections there may be to the vhost at a time; -1 for any number. */
    void allowConnections(int most) {
        broker.eval("rabbit_vhost_limit:parse_set(<<\"%s\">>, <<\"{\\\"max-connections\\\": %d}\">>, <<\"test\">>)"
                .formatted(vhost, most));
    }

    RabbitTransport transport() {
        return new RabbitTransport(address(), login());
    }

    /** Gives a user the rights of a server, or of a client, as setup does. */
    Login server(String user) {
        return grant(user, BrokerSetup.Rights.server(new Names(BrokerAddress.DEFAULT_NAME)));
    }

    Login client(String user) {
        return grant(user, BrokerSetup.Rights.client(new Names(BrokerAddress.DEFAULT_NAME), user));
    }

    private Login grant(String user, BrokerSetup.Rights rights) {
        broker.addUser(user);
        broker.permit(user, vhost, rights.configure(), rights.write(), rights.read());
        return login(user);
    }
}
