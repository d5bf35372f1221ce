package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Service;
import dev.letterbox.contract.TestServices;
import dev.letterbox.queues.HandmadeClient.Answer;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.wire.SessionWire;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Content that needs work before its first byte: bounded, in turns, ended by the client's word, and never silent. */
final class PreparationTest {
    private static final int TURNS_OF_ONE = Math.max(2, Runtime.getRuntime().availableProcessors()) / 2;

    private final Key key = Key.free();
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicInteger mostWorking = new AtomicInteger();
    private final AtomicInteger steps = new AtomicInteger();
    private volatile boolean prepared;
    private Server server;
    private HandmadeClient client;

    @BeforeEach
    void serve() throws InterruptedException {
        server = Server.on(new QueueTransport(key))
                .service("work", new Laborious())
                .service("echo", TestServices.echo())
                .start();
        client = HandmadeClient.inSessionWith(server);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private final class Laborious implements Service {
        @Override
        public Content open(dev.letterbox.Request request) {
            return new Prepared();
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }

    private final class Prepared implements Content {
        private boolean opened;
        private boolean read;

        @Override
        public boolean prepare() {
            if (!opened) {
                // The first step comes with the opening, and is the receiver's.
                opened = true;
                return false;
            }
            steps.incrementAndGet();
            mostWorking.accumulateAndGet(working.incrementAndGet(), Math::max);
            Thread.onSpinWait();
            working.decrementAndGet();
            return prepared;
        }

        @Override
        public int read(MemorySegment target, int limit) {
            if (read) {
                return -1;
            }
            read = true;
            target.set(ValueLayout.JAVA_BYTE, 0, (byte) '!');
            return 1;
        }

        @Override
        public void close() {}
    }

    @Test
    void hundredsOfOneUserWorkAFewAtATimeWhileOthersAreServed() throws Exception {
        for (int id = 1; id <= 300; id++) {
            client.request(id, "work", "");
        }
        Await.until("some have worked", () -> steps.get() > 10_000);
        try (HandmadeClient other = HandmadeClient.inSessionWith(server)) {
            other.request(1, "echo", "hello");
            assertThat(other.last().text()).isEqualTo("hello");
        }
        assertThat(mostWorking).hasValueBetween(1, TURNS_OF_ONE);
        prepared = true;
        for (int ends = 0; ends < 300; ) {
            ends += client.next().what() == SessionWire.END ? 1 : 0;
        }
        Await.value("all have ended", server::statistics, now -> now.ended(Outcome.END) == 301);
    }

    @Test
    void theClientHearsThatItsAnswerIsBeingPrepared() throws Exception {
        client.request(1, "work", "");
        for (int i = 0; i < 2; i++) {
            Answer sign = client.next();
            assertThat(sign).isEqualTo(new Answer(1, SessionWire.DATA, 0, 0, 0, -1, ""));
        }
        prepared = true;
        Answer next = client.next();
        while (next.text().isEmpty()) {
            next = client.next();
        }
        assertThat(next.text()).isEqualTo("!");
        assertThat(client.next().what()).isEqualTo(SessionWire.END);
    }

    @Test
    void whoWaitsForATurnHearsSoToo() throws Exception {
        for (int id = 1; id <= 10 * TURNS_OF_ONE; id++) {
            client.request(id, "work", "");
        }
        long lastHeard = 0;
        while (lastHeard != 10L * TURNS_OF_ONE) {
            lastHeard = client.next().id();
        }
        prepared = true;
    }

    @Test
    void theDeadlineEndsItAndIsToldAsSuch() throws Exception {
        client.request(client.credentials(), 1, "work", "", 300, HandmadeClient.ENDLESS);
        assertThat(client.last().isFailure(FailureKind.EXPIRED)).isTrue();
    }

    @Test
    void aCancellationEndsItAlsoForThoseWhoWaitForATurn() {
        for (int id = 1; id <= 300; id++) {
            client.request(id, "work", "");
        }
        Await.until("some have worked", () -> steps.get() > 1_000);
        for (int id = 1; id <= 300; id++) {
            client.control(client.credentials(), id, SessionWire.CANCEL, 0);
        }
        Await.value("all have ended", server::statistics, now -> now.atWork() == 0);
        assertThat(server.statistics().ended(Outcome.CANCELLED)).isEqualTo(300);
    }

    @Test
    void theEndOfTheServerEndsIt() throws Exception {
        client.request(1, "work", "");
        Await.until("it works", () -> steps.get() > 100);
        server.close();
        assertThat(client.last().isFailure(FailureKind.STOPPING)).isTrue();
    }
}
