package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.contract.MemoryTransport;
import dev.letterbox.contract.PrivateQueueStub;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Settlement;
import dev.letterbox.share.Admission.Place;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.wire.SessionAnswer;
import dev.letterbox.wire.SessionWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that wait for room in one private queue get it in turn. The clock is the test's, and so is the keeper's thread. */
final class RoomInTurnTest {
    private static final int ANSWERS = 8;
    private static final int ROUNDS = 10;
    private static final String CONTENT = "0123456789".repeat(100);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long BETWEEN_READS = 100 * MILLI;

    private final AtomicLong time = new AtomicLong();
    private final ServerEndpoint endpoint = MemoryTransport.likeAKernel().bind(Access.OWNER);
    private final ServerEvents events = new ServerEvents(List.of());
    // The clock goes on whenever it is read: nobody waits for ever.
    private final Workers workers = new Workers(
            endpoint, Duration.ofDays(1), new RequestLog(events), events, () -> time.addAndGet(MILLI / 5), _ -> {});
    private final Reader client = new Reader();

    /** A private queue with room for as many messages as the test says. */
    private static final class Reader extends PrivateQueueStub {
        private final AtomicInteger room = new AtomicInteger();
        private final BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
        private final BlockingQueue<Thread> others = new LinkedBlockingQueue<>();
        /** The thread that reads, which also offers what the keeper finds room for. */
        private volatile @Nullable Thread reader;

        Reader() {
            super(5);
        }

        @Override
        public Offer offer(Message message) {
            if (Thread.currentThread() != reader) {
                others.add(Thread.currentThread());
            }
            if (room.getAndUpdate(before -> Math.max(0, before - 1)) == 0) {
                return Offer.FULL;
            }
            sizes.add(message.size() - SessionWire.RESPONSE_HEADER);
            return Offer.SENT;
        }

        @Override
        public int longestMessage() {
            return SessionWire.RESPONSE_HEADER + ANSWERS;
        }
    }

    @AfterEach
    void end() {
        workers.abort();
        workers.keeper().lookAtDue();
        workers.end();
        endpoint.close();
    }

    /** Creates an answer whose messages are known by their length, and drives it until it waits for room. */
    private ExchangeDriver waiting(int length) {
        ServedRequest request = new ServedRequest("session", "any", client, new byte[0], ServedRequest.NO_DEADLINE);
        Exchange exchange = new Exchange(
                request,
                _ -> Content.of(CONTENT),
                client,
                new SessionAnswer(length, 16_384, SessionWire.RESPONSE_HEADER + length),
                Exchange.UNLIMITED,
                Settlement.AT_RECEIPT,
                Place.uncharged("user"),
                new PeriodicWarning(System.getLogger(Exchange.class.getName())));
        ExchangeDriver driver = workers.take(exchange, false, () -> {});
        driver.run();
        return driver;
    }

    /** Makes room for one message, looks until it has come, and waits until the thread that goes on has given up. */
    private int readOne() throws InterruptedException {
        client.reader = Thread.currentThread();
        client.others.clear();
        client.room.set(1);
        while (client.sizes.isEmpty()) {
            time.addAndGet(MILLI);
            workers.keeper().lookAtDue();
        }
        Thread other = client.others.poll(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(other).as("the thread that goes on with the answer").isNotNull();
        other.join();
        return client.sizes.remove();
    }

    private void pass(long nanos) {
        for (long end = time.get() + nanos; time.get() < end; time.addAndGet(MILLI)) {
            workers.keeper().lookAtDue();
        }
    }

    /** The one that found room last looks most often: it would find it again, and the others once in a while. */
    @Test
    void aClientThatReadsSlowlyGetsItsAnswersInTurn() throws InterruptedException {
        for (int length = 1; length <= ANSWERS; length++) {
            waiting(length);
        }
        List<Integer> expected = new ArrayList<>();
        List<Integer> came = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (int length = 1; length <= ANSWERS; length++) {
                expected.add(length);
                came.add(readOne());
                pass(BETWEEN_READS);
            }
        }
        assertThat(came).isEqualTo(expected);
    }

    @Test
    void anAnswerThatGoesOnCallsTheOneThatHasWaitedLongest() throws InterruptedException {
        waiting(1);
        client.room.set(100);
        waiting(2);
        assertThat(client.sizes).hasSize(100).containsOnly(2);
        client.sizes.clear();
        client.room.set(1);
        workers.keeper().lookAtDue();
        assertThat(client.sizes).containsExactly(1);
    }

    @Test
    void anAnswerThatHasWaitedLongestAndIsCancelledKeepsNobodyWaiting() throws InterruptedException {
        ExchangeDriver first = waiting(1);
        waiting(2);
        first.cancel();
        workers.keeper().lookAtDue();
        assertThat(first.awaitEnd(System.nanoTime() + Deadline.PATIENCE.toNanos()))
                .isTrue();
        assertThat(readOne()).isEqualTo(2);
    }
}
