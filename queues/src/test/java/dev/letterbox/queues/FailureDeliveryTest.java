package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestServices;
import dev.letterbox.queues.HandmadeClient.Answer;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerBuilder;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.wire.SessionWire;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A client whose queue is full learns later how its requests ended: that it did not read is no reason to be left in silence. */
final class FailureDeliveryTest {
    private final TestServices.Gated gated = new TestServices.Gated();

    private ServerBuilder server() {
        return Server.on(new QueueTransport(Key.free()))
                .dialects(List.of(new PlainDialect()))
                .service("", new TestServices.Endless())
                .service("endless", new TestServices.Endless())
                .service("echo", TestServices.echo())
                .service("gated", gated);
    }

    private static void awaitEnded(Server server, Outcome outcome, long count) {
        Await.value(
                "%d requests ended in %s".formatted(count, outcome),
                server::statistics,
                now -> now.ended(outcome) == count);
    }

    @Test
    void aClientThatReadsTooLateIsToldThatItDidNotRead() throws InterruptedException {
        try (Server server = server().stallTimeout(Duration.ofMillis(50)).start();
                HandmadeClient late = HandmadeClient.inSessionWith(server)) {
            late.request(1, "endless", "");
            awaitEnded(server, Outcome.STALLED, 1);

            assertThat(late.last()).matches(answer -> answer.isFailure(FailureKind.STALLED));
        }
    }

    @Test
    void aClassicClientThatReadsTooLateIsToldToo() throws InterruptedException {
        try (Server server = server().stallTimeout(Duration.ofMillis(50)).start();
                BareClient late = new BareClient()) {
            late.ask(server.queueId(), "");
            awaitEnded(server, Outcome.STALLED, 1);

            assertThat(late.response()).endsWith("FAILURE The client does not read");
        }
    }

    @Test
    void aDeadlineThatPassesWhileNobodyReadsIsTold() throws InterruptedException {
        try (Server server = server().start();
                HandmadeClient late = HandmadeClient.inSessionWith(server)) {
            late.request(late.credentials(), 1, "endless", "", 50, HandmadeClient.ENDLESS);
            awaitEnded(server, Outcome.EXPIRED, 1);

            assertThat(late.last()).matches(answer -> answer.isFailure(FailureKind.EXPIRED));
        }
    }

    @Test
    void eachOfAThousandRefusalsIsDelivered() throws InterruptedException {
        try (Server server =
                        server().limit(2).stallTimeout(Duration.ofMillis(50)).start();
                HandmadeClient late = HandmadeClient.inSessionWith(server)) {
            late.request(1, "gated", "");
            gated.reached.await();
            Set<Long> asked = new TreeSet<>();
            for (long id = 2; id <= 1001; id++) {
                late.request(id, "echo", "");
                asked.add(id);
            }
            awaitEnded(server, Outcome.BUSY, 1000);

            Set<Long> refused = new TreeSet<>();
            while (refused.size() < asked.size()) {
                Answer answer = late.next();
                assertThat(answer.isFailure(FailureKind.BUSY)).as("%s", answer).isTrue();
                assertThat(refused.add(answer.id())).isTrue();
            }
            assertThat(refused).isEqualTo(asked);
            gated.gate.countDown();
            assertThat(late.last().what()).isEqualTo(SessionWire.END);
        }
    }
}
