package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import java.time.Duration;

/** A client without Spring: asks the program above from another process. */
public final class Ask {
    private Ask() {}

    public static void main(String[] arguments) throws Exception {
        try (Client client = Client.connect(new QueueTransport(Key.of(0x1e7e0006)))) {
            byte[] answer = client.collect(
                    "greeting", arguments[0].getBytes(UTF_8), 1_000, Timeout.ofTotal(Duration.ofSeconds(60)));
            System.out.println(new String(answer, UTF_8));
        }
    }
}
