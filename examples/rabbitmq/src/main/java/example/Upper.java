package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Content;
import dev.letterbox.Service;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Transport;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.rabbitmq.BrokerAddress;
import dev.letterbox.rabbitmq.Login;
import dev.letterbox.rabbitmq.RabbitTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.time.Duration;
import java.util.Locale;

/** One service, on this machine's queues or on RabbitMQ: serve WHERE, or ask WHERE TEXT. */
public final class Upper {
    private static final Service UPPER = request ->
            Content.of(new String(request.payload(), UTF_8).toUpperCase(Locale.ROOT));

    private Upper() {}

    public static void main(String[] arguments) throws Exception {
        Transport transport = transport(arguments[1]);
        if (arguments[0].equals("serve")) {
            Server server = Server.on(transport).service("upper", UPPER).start();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            System.out.println("ready: " + server.queueName());
            server.awaitClose();
        } else {
            try (Client client = Client.connect(transport)) {
                byte[] answer = client.collect(
                        "upper", arguments[2].getBytes(UTF_8), 10_000, Timeout.ofTotal(Duration.ofSeconds(30)));
                System.out.println(new String(answer, UTF_8));
            }
        }
    }

    /** The only line that knows the engine: a key of this machine, or the address of a broker. */
    private static Transport transport(String where) {
        if (where.startsWith("amqp")) {
            BrokerAddress address = BrokerAddress.parse(where);
            return new RabbitTransport(address, Login.of(address, System.getenv()));
        }
        return new QueueTransport(Key.parse(where));
    }
}
