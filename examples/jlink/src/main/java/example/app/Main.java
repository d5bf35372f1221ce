package example.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Content;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Transport;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.time.Duration;

/** Serves and asks, in one program. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Transport transport = new QueueTransport(Key.free());
        try (Server _ = Server.on(transport)
                        .service("echo", request -> Content.of(request.payload()))
                        .start();
                Client client = Client.connect(transport)) {
            byte[] answer = client.collect(
                    "echo", "hello".getBytes(UTF_8), 1024, Timeout.ofTotal(Duration.ofSeconds(30)));
            System.out.println(new String(answer, UTF_8));
        }
    }
}
