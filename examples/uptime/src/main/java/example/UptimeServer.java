package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.time.Duration;
import java.time.Instant;

/** Tells anybody on the machine how long it has been up, line by line, as many as were asked for. */
public final class UptimeServer {
    private UptimeServer() {}

    public static void main(String[] arguments) throws InterruptedException {
        Instant started = Instant.now();
        Service uptime = request -> {
            int lines = count(request.payload());
            return Content.written(out -> { // waits while the client is slow, and ends when it is gone
                out.write(("hello, " + request.caller() + "\n").getBytes(UTF_8));
                for (int i = 0; i < lines; i++) {
                    out.write(("up for " + Duration.between(started, Instant.now()) + "\n").getBytes(UTF_8));
                }
            });
        };
        Server server = Server.on(new QueueTransport(Key.of(0x1e7e0002)))
                .service("uptime", uptime)
                .access(Access.ALL)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("ready: " + server.queueName());
        server.awaitClose();
    }

    private static int count(byte[] payload) throws ServiceException {
        try {
            return Integer.parseInt(new String(payload, UTF_8));
        } catch (NumberFormatException e) {
            throw new ServiceException("How many lines? Send a number.");
        }
    }
}
