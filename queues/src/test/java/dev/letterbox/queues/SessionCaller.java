package dev.letterbox.queues;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestException;
import dev.letterbox.sysv.Key;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client in a process of its own: asks one service and prints the answer, or what came instead. */
final class SessionCaller {
    private SessionCaller() {}

    public static void main(String[] keyServicePayload) throws Exception {
        try (Client client = Client.connect(new QueueTransport(Key.parse(keyServicePayload[0])))) {
            System.out.println("connected");
            byte[] payload = keyServicePayload[2].getBytes(StandardCharsets.UTF_8);
            byte[] answer = client.collect(keyServicePayload[1], payload, 10_000, Timeout.ofTotal(Duration.ofHours(1)));
            System.out.println("answer " + new String(answer, StandardCharsets.UTF_8));
        } catch (RequestException failed) {
            System.out.println(failed.getClass().getSimpleName() + ": " + failed.getMessage());
        }
    }
}
