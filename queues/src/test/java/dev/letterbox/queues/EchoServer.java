package dev.letterbox.queues;

import dev.letterbox.Access;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestContent;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A server that answers with the payload of the request; in this process, or in one of its own. */
final class EchoServer {
    /** Longer than any test. */
    static final Duration PATIENT = Duration.ofHours(1);

    private EchoServer() {}

    static Server start(Key key, Access access) {
        return Server.on(new QueueTransport(key))
                .access(access)
                .dialects(List.of(new PlainDialect()))
                .service("", request -> TestContent.of(new String(request.payload(), StandardCharsets.UTF_8)))
                .stallTimeout(PATIENT)
                .start();
    }

    public static void main(String[] key) throws InterruptedException {
        try (Server server = start(Key.parse(key[0]), Access.ALL)) {
            System.out.println("ready " + server.queueId());
            server.awaitClose();
        }
    }
}
