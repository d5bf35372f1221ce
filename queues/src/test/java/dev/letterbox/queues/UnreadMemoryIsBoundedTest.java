package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Content;
import dev.letterbox.Outcome;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestServices;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What clients leave unread in their queues, on real ones. */
final class UnreadMemoryIsBoundedTest {
    private static final int BOUND = 1 << 20;
    private static final int ANSWER = 12_000;

    private static Server start() {
        return Server.on(new QueueTransport(Key.free()))
                .dialects(List.of(new PlainDialect()))
                .service(
                        "",
                        request -> new String(request.payload(), StandardCharsets.UTF_8).isEmpty()
                                ? Content.of("x".repeat(ANSWER).getBytes(StandardCharsets.UTF_8))
                                : TestServices.echo().open(request))
                .memoryLimit(8L * BOUND)
                .start();
    }

    @Test
    void whoAsksFromEachOfManyQueuesAndNeverReadsIsRefusedAtAPartOfTheMemory() throws InterruptedException {
        List<BareClient> clients = new ArrayList<>();
        try (Server server = start()) {
            for (int i = 0; i < 200; i++) {
                clients.add(new BareClient());
                clients.getLast().ask(server.queueId(), "");
            }
            Await.value(
                    "all have ended",
                    server::statistics,
                    now -> now.ended(Outcome.END) + now.ended(Outcome.BUSY) == 200);
            assertThat(server.statistics().ended(Outcome.END))
                    .as("charged as full until they are looked at, then what is in them")
                    .isBetween(BOUND / 2 / (16_384L + 64), (long) BOUND / 2 / ANSWER);
            assertThat(clients.getLast().response())
                    .containsExactly(
                            "FAILURE Busy: unread answers use all the memory that is available for them; read them, or try again later");

            // Whoever reads makes room.
            for (BareClient client : clients) {
                if (client != clients.getLast()) {
                    client.response();
                }
            }
            Await.until("it is served again", () -> {
                clients.getLast().ask(server.queueId(), "again");
                return clients.getLast().response().contains("DATA again");
            });
        } finally {
            clients.forEach(BareClient::close);
        }
    }
}
