package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.error.TransportException;
import dev.letterbox.server.Server;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.SharedBroker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Two servers whose connections are cut at random moments, as the broker sees it when a server is killed, beside eight clients.
 * Each cut is one server's end to them; the server connects again as another one.
 */
@ExtendWith(SharedBroker.class)
final class CutServersTest {
    private static final int CUTS = Integer.getInteger("letterbox.rabbitmq.cuts", 20);
    private static final long SIZE = 300_000;
    private static final Timeout SILENCE = Timeout.ofSilence(Duration.ofSeconds(30));

    private static Server serve(Brokered place, Login login) {
        return Server.on(new RabbitTransport(place.address(), login))
                .service(
                        "stream",
                        request -> new Bytes(ByteBuffer.wrap(request.payload()).getLong()))
                .start();
    }

    /** Both connections of a user, as a broken network would; nothing is said on them. */
    private static void cut(Broker broker, String user) {
        broker.eval(
                "[exit(proplists:get_value(pid, C), kill) || C <- rabbit_networking:connection_info_all([pid, user]),"
                        + " proplists:get_value(user, C) =:= <<\"" + user + "\">>]");
    }

    @Test
    void everyAnswerIsWholeOrItsLossIsTold(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        String[] users = {"cut1", "cut2"};
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger whole = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        SplittableRandom random = new SplittableRandom(CUTS);
        try (Server _ = serve(place, place.server(users[0]));
                Server _ = serve(place, place.server(users[1]))) {
            List<Background<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(Background.start("client " + i, () -> {
                    while (!over.get()) {
                        askUntilTold(place, over, whole);
                        told.incrementAndGet();
                    }
                    return true;
                }));
            }
            for (int i = 0; i < CUTS; i++) {
                int before = whole.get();
                int more = random.nextInt(16);
                Await.until("some answers more", () -> whole.get() >= before + more);
                cut(broker, users[random.nextInt(users.length)]);
            }
            int before = whole.get();
            Await.until("all goes on", () -> whole.get() >= before + 16);
            over.set(true);
            for (Background<Boolean> client : clients) {
                assertThat(client.result()).isTrue();
                client.close();
            }
        }
        assertThat(whole.get()).isGreaterThan(CUTS);
    }

    /** Asks again and again until a server's end is told: then a client connects anew, as get does. */
    private static void askUntilTold(Brokered place, AtomicBoolean over, AtomicInteger whole) throws Exception {
        try (Client client = Client.connect(place.transport())) {
            while (!over.get()) {
                long[] at = {0};
                long length = client.fetch(
                        "stream",
                        ByteBuffer.allocate(Long.BYTES).putLong(SIZE).array(),
                        piece -> {
                            while (piece.hasRemaining()) {
                                if (piece.get() != Bytes.byteAt(at[0]++)) {
                                    throw new IOException("a wrong byte at " + (at[0] - 1));
                                }
                            }
                        },
                        SILENCE);
                assertThat(length).isEqualTo(SIZE);
                whole.incrementAndGet();
            }
        } catch (ServerGoneException | TransportException told) {
            assertThat(told.getMessage()).isNotBlank();
        }
    }
}
