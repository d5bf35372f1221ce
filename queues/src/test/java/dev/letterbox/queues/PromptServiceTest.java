package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Content;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.error.RequestException;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Who answers the requests of a prompt service, and what happens where it is none after all. */
final class PromptServiceTest {
    private static Server start(Service service) {
        return Server.on(new QueueTransport(Key.free()))
                .dialects(List.of(new PlainDialect()))
                .service("", service)
                .stallTimeout(EchoServer.PATIENT)
                .start();
    }

    private interface Opening {
        Content open(Request request) throws ServiceException;
    }

    private static Service prompt(Opening opening) {
        return new Service() {
            @Override
            public Content open(Request request) throws ServiceException {
                return opening.open(request);
            }

            @Override
            public boolean isPrompt() {
                return true;
            }
        };
    }

    /** So many letters, noting the threads that read them. */
    private static Content letters(int count, Set<String> threads) {
        return new Content() {
            private int left = count;

            @Override
            public int read(MemorySegment target, int limit) {
                threads.add(Thread.currentThread().getName());
                int length = Math.min(left, limit);
                target.asSlice(0, length).fill((byte) 'a');
                left -= length;
                return length == 0 ? -1 : length;
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void aShortAnswerIsGivenByTheThreadThatReceives() throws InterruptedException {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        try (Server server = start(prompt(_ -> letters(3, threads)));
                BareClient client = new BareClient()) {
            client.ask(server.queueId(), "");
            assertThat(client.response()).containsExactly("DATA aaa", "END");
            assertThat(threads).containsExactly("letterbox-receiver");
        }
    }

    @Test
    void aServiceThatMayWaitIsNeverAskedByTheThreadThatReceives() throws InterruptedException {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        try (Server server = start(_ -> letters(3, threads));
                BareClient client = new BareClient()) {
            client.ask(server.queueId(), "");
            assertThat(client.response()).containsExactly("DATA aaa", "END");
            assertThat(threads).containsExactly("letterbox-worker");
        }
    }

    @Test
    void aLongAnswerGoesOnElsewhereAndArrivesWhole() throws InterruptedException {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        int length = 200 * PlainDialect.CHUNK_BYTES;
        try (Server server = start(prompt(_ -> letters(length, threads)));
                BareClient client = new BareClient().withCapacity(4 * PlainDialect.CHUNK_BYTES)) {
            client.ask(server.queueId(), "");
            List<String> messages = client.response();
            assertThat(messages.getLast()).isEqualTo("END");
            assertThat(String.join("", messages).replace("DATA ", "")).isEqualTo("a".repeat(length) + "END");
            assertThat(threads).contains("letterbox-receiver").hasSizeGreaterThan(1);
        }
    }

    @Test
    void oneThatIsHeldUpHoldsUpNobodyElse() throws InterruptedException {
        CountDownLatch disk = new CountDownLatch(1);
        Service slowAtTimes = prompt(request -> {
            if (request.payload().length == 4) {
                awaitUninterruptibly(disk);
            }
            return Content.of(request.payload());
        });
        try (Server server = start(slowAtTimes);
                BareClient first = new BareClient();
                BareClient second = new BareClient();
                BareClient third = new BareClient()) {
            first.ask(server.queueId(), "slow");
            second.ask(server.queueId(), "slow");
            third.ask(server.queueId(), "quick");
            assertThat(third.response()).containsExactly("DATA quick", "END");
            disk.countDown();
            assertThat(first.response()).containsExactly("DATA slow", "END");
            assertThat(second.response()).containsExactly("DATA slow", "END");
            third.ask(server.queueId(), "again");
            assertThat(third.response()).containsExactly("DATA again", "END");
        }
    }

    /** Its thread is not waited for when the server stops, since nothing can end it. */
    @Test
    void oneThatIsHeldUpForEverDoesNotHoldUpTheEndOfTheServer() throws InterruptedException {
        CountDownLatch disk = new CountDownLatch(1);
        try (BareClient client = new BareClient()) {
            Server server = start(prompt(_ -> {
                awaitUninterruptibly(disk);
                return Content.of("late");
            }));
            client.ask(server.queueId(), "");
            Await.value("it is at work", () -> server.statistics().atWork(), atWork -> atWork == 1);
            server.close();
            assertThat(server.statistics().atWork()).isEqualTo(1);
            disk.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException notNow) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anInterruptForOneRequestDoesNotReachTheNext() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        Service service = prompt(request -> {
            if (request.payload().length == 4) {
                reached.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException told) {
                    throw new ServiceException("told to stop");
                }
            }
            return Content.of(Thread.currentThread().isInterrupted() ? "interrupted" : "free");
        });
        Key key = Key.free();
        try (Server server =
                        Server.on(new QueueTransport(key)).service("", service).start();
                Client client = connect(key)) {
            try (Background<byte[]> calling = Background.start(
                    "calls", () -> client.collect("", new byte[4], 100, Timeout.ofTotal(EchoServer.PATIENT)))) {
                reached.await();
                calling.interrupt();
                assertThat(calling.failure()).isInstanceOf(InterruptedException.class);
            }
            Await.value("it heard of it", () -> server.statistics().atWork(), atWork -> atWork == 0);
            for (int i = 0; i < 20; i++) {
                assertThat(ask(client)).isEqualTo("free");
            }
        }
    }

    private static Client connect(Key key) throws InterruptedException {
        try {
            return Client.connect(new QueueTransport(key));
        } catch (RequestException refused) {
            throw new AssertionError(refused);
        }
    }

    private static String ask(Client client) throws InterruptedException {
        try {
            return new String(
                    client.collect("", new byte[1], 100, Timeout.ofTotal(Deadline.PATIENCE)), StandardCharsets.UTF_8);
        } catch (RequestException refused) {
            throw new AssertionError(refused);
        }
    }

    @Test
    void aHundredStalledClientsHoldNoThread() throws InterruptedException {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        List<BareClient> clients = new ArrayList<>();
        try (Server server = start(prompt(_ -> letters(100 * PlainDialect.CHUNK_BYTES, threads)))) {
            for (int i = 0; i < 100; i++) {
                BareClient client = new BareClient().withCapacity(2 * PlainDialect.CHUNK_BYTES);
                clients.add(client);
                client.ask(server.queueId(), "");
            }
            Await.value("all are at work", () -> server.statistics().atWork(), atWork -> atWork == 100);
            Await.value(
                    "no worker is left",
                    () -> Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("letterbox-worker-"))
                            .filter(thread -> !isIdle(thread))
                            .count(),
                    busy -> busy == 0);
            BareClient any = clients.get(50);
            assertThat(any.response()).endsWith("END").hasSizeGreaterThan(100);
        } finally {
            clients.forEach(BareClient::close);
        }
    }

    /** In the pool, waiting for work. */
    private static boolean isIdle(Thread thread) {
        for (StackTraceElement call : thread.getStackTrace()) {
            if (call.getClassName().startsWith("dev.letterbox.")) {
                return false;
            }
        }
        return true;
    }

    @Test
    void aClientThatReadsAgainAfterAWhileGetsTheRest() throws InterruptedException {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        try (Server server = start(prompt(_ -> letters(10 * PlainDialect.CHUNK_BYTES, threads)));
                BareClient client = new BareClient().withCapacity(2 * PlainDialect.CHUNK_BYTES)) {
            client.ask(server.queueId(), "");
            Await.value("it stalls", () -> server.statistics().stalled(), stalled -> stalled == 1);
            assertThat(client.response()).hasSize(11).endsWith("END");
            Await.value("it is over", () -> server.statistics().ended(Outcome.END), ended -> ended == 1);
            Await.value("nobody stalls", () -> server.statistics().stalled(), stalled -> stalled == 0);
        }
    }

    @Test
    void aKeptClientWhoseQueueGoesAwayIsForgotten() {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        try (Server server = start(prompt(_ -> letters(10 * PlainDialect.CHUNK_BYTES, threads)))) {
            try (BareClient client = new BareClient().withCapacity(2 * PlainDialect.CHUNK_BYTES)) {
                client.ask(server.queueId(), "");
                Await.value("it stalls", () -> server.statistics().stalled(), stalled -> stalled == 1);
            }
            Await.value("it is gone", () -> server.statistics().ended(Outcome.GONE), gone -> gone == 1);
            Await.value("nobody is at work", () -> server.statistics().atWork(), atWork -> atWork == 0);
        }
    }

    @Test
    void aClientThatNeverReadsIsGivenUpAtTheStallTimeout() {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        try (Server server = Server.on(new QueueTransport(Key.free()))
                        .dialects(List.of(new PlainDialect()))
                        .service("", prompt(_ -> letters(10 * PlainDialect.CHUNK_BYTES, threads)))
                        .stallTimeout(Duration.ofMillis(200))
                        .start();
                BareClient client = new BareClient().withCapacity(2 * PlainDialect.CHUNK_BYTES)) {
            client.ask(server.queueId(), "");
            Await.value("it is given up", () -> server.statistics().ended(Outcome.STALLED), ended -> ended == 1);
        }
    }
}
