package dev.letterbox.queues.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Content;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.RequestException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.time.Duration;

/** Shows the smallest service. */
final class Echo {
    private Echo() {}

    @SuppressWarnings("try") // the server is there to be asked, not to be named
    public static void main(String[] arguments) throws RequestException, InterruptedException {
        // example
        Transport transport = new QueueTransport(Key.free());
        try (Server server = Server.on(transport)
                        .service("echo", request -> Content.of(request.payload()))
                        .start();
                Client client = Client.connect(transport)) {
            byte[] answer =
                    client.collect("echo", "hello".getBytes(UTF_8), 1024, Timeout.ofTotal(Duration.ofSeconds(5)));
            System.out.println(new String(answer, UTF_8));
        }
        // end
    }
}
