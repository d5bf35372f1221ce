package dev.letterbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.contract.MemoryTransport;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Somebody receives, whatever holds up the one who did. */
final class ReceptionTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** As where the system gives no more threads for a while. */
    private static final class FewThreads implements ThreadFactory {
        private final AtomicInteger begun = new AtomicInteger();

        /** The first, the one that waits beside it, and every fourth after that. */
        private static boolean mayBegin(int number) {
            return number == 1 || number % 4 == 2;
        }

        @Override
        public Thread newThread(Runnable work) {
            boolean may = mayBegin(begun.incrementAndGet());
            return new Thread(work) {
                @Override
                public synchronized void start() {
                    if (!may) {
                        throw new OutOfMemoryError("as if");
                    }
                    super.start();
                }
            };
        }
    }

    @Test
    void whereThereIsNoThreadForTheNextReceiverOneIsFoundLater() throws InterruptedException {
        FewThreads threads = new FewThreads();
        AtomicInteger receivers = new AtomicInteger();
        CountDownLatch heldUp = new CountDownLatch(2);
        CountDownLatch thirdReceives = new CountDownLatch(1);
        List<Boolean> relieved = new CopyOnWriteArrayList<>();
        ServerEndpoint endpoint = MemoryTransport.likeAKernel().bind(Access.OWNER);
        Reception reception = new Reception(
                endpoint,
                receiver -> {
                    if (receivers.incrementAndGet() == 3) {
                        thirdReceives.countDown();
                        return;
                    }
                    receiver.serving();
                    heldUp.countDown();
                    await(thirdReceives);
                    receiver.served();
                    relieved.add(receiver.isRelieved());
                },
                Runnable::run,
                threads);
        reception.begin();

        await(heldUp);
        await(thirdReceives);
        assertThat(reception.join(PATIENCE)).isTrue();
        Await.until("both have served", () -> relieved.size() == 2);
        assertThat(relieved).containsOnly(true);
        assertThat(threads.begun)
                .as("two at once, and three in vain for the third")
                .hasValue(6);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException never) {
            throw new AssertionError(never);
        }
    }
}
