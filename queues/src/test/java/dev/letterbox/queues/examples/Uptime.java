package dev.letterbox.queues.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.Service;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.RequestException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Shows a service that writes while it sends. */
final class Uptime {
    private Uptime() {}

    @SuppressWarnings("try") // the server is there to be asked, not to be named
    public static void main(String[] arguments) throws RequestException, IOException, InterruptedException {
        Transport transport = new QueueTransport(Key.free());
        // example
        Instant started = Instant.now();
        Service uptime = request -> Content.written(out -> {
            out.write(("hello, " + request.caller() + "\n").getBytes(UTF_8));
            for (int times = Integer.parseInt(new String(request.payload(), UTF_8)); times > 0; times--) {
                out.write(("up for " + Duration.between(started, Instant.now()) + "\n").getBytes(UTF_8));
            }
        });
        try (Server server = Server.on(transport)
                        .service("uptime", uptime)
                        .access(Access.ALL)
                        .start();
                Client client = Client.connect(transport)) {
            client.fetch(
                    "uptime",
                    "3".getBytes(UTF_8),
                    piece -> System.out.print(UTF_8.decode(piece)),
                    Timeout.ofSilence(Duration.ofSeconds(5)));
        }
        // end
    }
}
