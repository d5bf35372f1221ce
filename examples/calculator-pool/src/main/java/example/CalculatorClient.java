package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import java.time.Duration;

/** Has each argument calculated, and prints what comes back. */
public final class CalculatorClient {
    private CalculatorClient() {}

    public static void main(String[] arguments) throws Exception {
        Timeout patience = Timeout.ofTotal(Duration.ofSeconds(60));
        try (Client client = Client.connect(new QueueTransport(Key.of(0x1e7e0003)))) {
            for (String question : arguments) {
                try {
                    byte[] answer = client.collect("calculator", question.getBytes(UTF_8), 100, patience);
                    System.out.println(new String(answer, UTF_8));
                } catch (RequestRefusedException refused) {
                    System.out.println(refused.kind() + ": " + refused.getMessage());
                }
            }
        }
    }
}
