package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import java.time.Duration;

/** Sends its arguments, and prints the answer. */
public final class EchoClient {
    private EchoClient() {}

    public static void main(String[] arguments) throws Exception {
        byte[] payload = String.join(" ", arguments).getBytes(UTF_8);
        try (Client client = Client.connect(new QueueTransport(Key.of(0x1e7e0001)))) {
            byte[] answer = client.collect("echo", payload, 10_000, Timeout.ofTotal(Duration.ofSeconds(30)));
            System.out.println(new String(answer, UTF_8));
        }
    }
}
