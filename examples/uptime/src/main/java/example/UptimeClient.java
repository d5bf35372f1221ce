package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;

/** Asks for so many lines, and prints them as they come. */
public final class UptimeClient {
    private UptimeClient() {}

    public static void main(String[] arguments) throws Exception {
        try (Client client = Client.connect(new QueueTransport(Key.of(0x1e7e0002)))) {
            WritableByteChannel out = Channels.newChannel(System.out); // bytes: a piece may end within a character
            client.fetch("uptime", arguments[0].getBytes(UTF_8), out::write, Timeout.ofSilence(Duration.ofSeconds(30)));
        } catch (RequestRefusedException refused) {
            System.err.println(refused.getMessage());
            System.exit(1);
        }
    }
}
