package example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.letterbox.Caller;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Transport;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GreetingTest {
    private final Greeting greeting = new Greeting();

    @Test
    void refusesNobodyWithoutAServer() {
        Request request = Request.of(Caller.ofUser(1000, 1000), new byte[0]);

        ServiceException refused = assertThrows(ServiceException.class, () -> greeting.open(request));
        assertEquals("Whom? Send a name.", refused.getMessage());
    }

    @Test
    void greetsThroughTheKernelsQueues() throws Exception {
        Transport transport = new QueueTransport(Key.free()); // a key that no other program has
        try (Server _ = Server.on(transport).service("greeting", greeting).start();
                Client client = Client.connect(transport)) {
            byte[] answer = client.collect(
                    "greeting", "world".getBytes(UTF_8), 100, Timeout.ofTotal(Duration.ofSeconds(30)));

            assertEquals("hello, world", new String(answer, UTF_8));
        }
    }
}
